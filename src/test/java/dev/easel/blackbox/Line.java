package dev.easel.blackbox;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Customers' way to the gateway: HTTP that repeats nothing by itself. */
final class Line implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** An answer whose body is JSON. */
  record Reply(int status, JsonNode json, boolean replayed) {
    boolean isAccepted() {
      return status == 200 && json.path("code").asInt() == 200;
    }

    JsonNode data() {
      return json.path("data");
    }
  }

  /** Sends a create; throws when it is not answered. */
  Reply create(String url, Order order) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + Gateway.CREATE))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + order.customer().key())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(order.body()));
    order.idempotencyKey().ifPresent(key -> request.header("Idempotency-Key", key));
    return reply(send(request.build(), BodyHandlers.ofString()));
  }

  Reply get(String url, String path, Customer customer) throws IOException {
    return call(url, "GET", path, customer, "");
  }

  /** Asks for anything; {@code body} is JSON, or empty. */
  Reply call(String url, String method, String path, Customer customer, String body)
      throws IOException {
    return reply(
        send(
            HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .method(
                    method,
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString()));
  }

  /** Downloads a file. */
  HttpResponse<byte[]> file(String url) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException {
    try {
      return client.send(request, body);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static Reply reply(HttpResponse<String> answer) {
    return new Reply(
        answer.statusCode(),
        JsonMapper.shared().readTree(answer.body()),
        answer.headers().firstValue("Idempotent-Replayed").isPresent());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
