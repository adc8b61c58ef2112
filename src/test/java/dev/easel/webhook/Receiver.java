package dev.easel.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who is told of tasks: notes what comes, and answers what the test wants. */
public final class Receiver implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final AtomicReference<Runnable> onNext = new AtomicReference<>(() -> {});
  private volatile Answer usual = Answer.of(200);
  private volatile Function<Received, Runnable> watch = _ -> () -> {};

  /**
   * What came.
   *
   * @param headers by their names in lower case
   */
  public record Received(String method, String path, Map<String, String> headers, String body) {
    /** A header that has to be there, by its name in lower case. */
    public String header(String name) {
      return Objects.requireNonNull(headers.get(name), name);
    }

    /** The body, which is JSON. */
    public JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }
  }

  /** What is answered. */
  public record Answer(int status, Map<String, String> headers, String body) {
    public static Answer of(int status) {
      return new Answer(status, Map.of(), "");
    }
  }

  /** One on a free port. */
  public Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    Runnable whenAnswered;
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) ->
              headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
      Received came =
          new Received(
              exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
      onNext.getAndSet(() -> {}).run();
      whenAnswered = watch.apply(came);
      Answer next = answers.poll();
      Answer answer = next == null ? usual : next;
      received.add(came);
      answer.headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
      byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
    whenAnswered.run();
  }

  /** Where it is. */
  public String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Answers with these first, in their order, and then as usual. */
  public Receiver answering(Answer... first) {
    answers.addAll(List.of(first));
    return this;
  }

  /** What is answered usually from now on: 200 unless told. */
  public void usually(Answer answer) {
    usual = answer;
  }

  /** Runs {@code interruption} when the next has come, before it is answered. */
  public void onNext(Runnable interruption) {
    onNext.set(interruption);
  }

  /**
   * From now on {@code each} is told of what has come, before it is answered; what it gives back
   * runs when the answer is on its way.
   */
  public void watch(Function<Received, Runnable> each) {
    watch = each;
  }

  /** The next that comes, or has come. */
  public Received next() {
    try {
      Received next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** All that has come and was not asked for yet. */
  public List<Received> all() {
    List<Received> all = new ArrayList<>();
    received.drainTo(all);
    return all;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
