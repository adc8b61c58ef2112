package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hears the events of one task, as a browser's EventSource does. */
final class Listener implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final HttpResponse<InputStream> answer;
  private final BufferedReader lines;

  private Listener(HttpResponse<InputStream> answer) {
    this.answer = answer;
    this.lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8));
  }

  /** An event. */
  record Event(String id, String name, JsonNode data) {
    int progress() {
      return data.path("progress").asInt();
    }

    Optional<Integer> position() {
      return Optional.of(data.path("queue_position")).filter(JsonNode::isInt).map(JsonNode::asInt);
    }
  }

  /** Begins to listen. */
  static Listener to(Gateway gateway, String key, String task, String... headers) {
    return to(gateway.node().request("/api/v1/tasks/" + task + "/events", key), headers);
  }

  static Listener to(HttpRequest.Builder request, String... headers) {
    try {
      HttpRequest get = (headers.length == 0 ? request : request.headers(headers)).build();
      return new Listener(CLIENT.send(get, BodyHandlers.ofInputStream()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  HttpResponse<InputStream> answer() {
    return answer;
  }

  /** The next event; empty when the stream has ended. */
  Optional<Event> next() {
    String id = "";
    String name = "";
    StringBuilder data = new StringBuilder();
    for (Optional<String> line = line(); line.isPresent(); line = line()) {
      String text = line.get();
      if (text.startsWith("id: ")) {
        id = text.substring(4);
      } else if (text.startsWith("event: ")) {
        name = text.substring(7);
      } else if (text.startsWith("data: ")) {
        data.append(text.substring(6));
      } else if (text.isEmpty() && !data.isEmpty()) {
        return Optional.of(new Event(id, name, JsonMapper.shared().readTree(data.toString())));
      }
    }
    return Optional.empty();
  }

  /** All events from now to the end of the stream. */
  List<Event> rest() {
    List<Event> events = new ArrayList<>();
    for (Optional<Event> event = next(); event.isPresent(); event = next()) {
      events.add(event.get());
    }
    return events;
  }

  /** Waits for a comment, before which no event may come. */
  void awaitComment() {
    Optional<String> line = line();
    while (!line.orElseThrow().startsWith(":")) {
      if (line.get().startsWith("data:")) {
        throw new AssertionError("an event: " + line.get());
      }
      line = line();
    }
  }

  /** Waits for a comment, whatever comes before it. */
  void awaitHeartbeat() {
    String line = "";
    while (!line.startsWith(":")) {
      line = line().orElseThrow();
    }
  }

  private Optional<String> line() {
    try {
      return Optional.ofNullable(lines.readLine());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Hangs up. */
  @Override
  public void close() {
    try {
      answer.body().close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
