package dev.easel.cli.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * From a task's end to the receiver that is told of it: a hundred a second, while as many more are
 * owed to a receiver that takes connections and never answers.
 */
final class WebhookBench implements Bench {
  private static final Duration BETWEEN = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int swallowed;

  /** Beside so many deliveries that are swallowed. */
  WebhookBench(int swallowed) {
    this.swallowed = swallowed;
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public Figures run(Timing timing) throws IOException, InterruptedException {
    Duration length = timing.length();
    try (House house = House.build();
        Receiver receiver = new Receiver();
        House.RunningServer server = house.serve(Map.of("--net-allow", "127.0.0.1/32"));
        // Closed before the server, which would wait for what is swallowed.
        ServerSocket hole = new ServerSocket(0, swallowed, InetAddress.getLoopbackAddress());
        HttpConnection connection = new HttpConnection(server.base())) {
      URI swallowing = URI.create("http://127.0.0.1:" + hole.getLocalPort() + "/");
      long errors = 0;
      for (int i = 0; i < swallowed; i++) {
        errors += create(house, connection, i, swallowing) ? 0 : 1;
      }
      long start = System.nanoTime();
      int created = 0;
      for (long at = start; at - start < length.toNanos(); at += BETWEEN.toNanos()) {
        LockSupport.parkNanos(at - System.nanoTime());
        boolean isAccepted = create(house, connection, swallowed + created, receiver.url());
        errors += isAccepted ? 0 : 1;
        created += isAccepted ? 1 : 0;
      }
      errors += created - receiver.await(created);
      Map<String, Object> beside = Map.of("swallowed", swallowed);
      Histogram micros = receiver.micros;
      return new Figures(
          micros.getTotalCount() / (length.toNanos() / 1e9),
          micros.getValueAtPercentile(50) / 1e3,
          micros.getValueAtPercentile(99) / 1e3,
          0,
          errors,
          beside);
    }
  }

  private static boolean create(House house, HttpConnection connection, int number, URI callback)
      throws IOException {
    String body = Requests.create(0, number, callback);
    return Requests.isAccepted(
        connection.exchange(connection.post("/api/v1/tasks/create", house.key(number), body)));
  }

  /** Notes how old the news are that come. */
  private static final class Receiver implements AutoCloseable {
    private static final String TIME = "\"timestamp\":\"";
    private static final long LONGEST_MICROS = Duration.ofMinutes(10).toMillis() * 1_000;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Semaphore received = new Semaphore(0);

    Receiver() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
      server.setExecutor(threads);
      server.createContext("/", this::take);
      server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
      try (exchange) {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int at = body.indexOf(TIME) + TIME.length();
        Instant ended = Instant.parse(body.substring(at, body.indexOf('"', at)));
        long age = Duration.between(ended, Instant.now()).toNanos() / 1_000;
        micros.recordValue(Math.clamp(age, 0, LONGEST_MICROS));
        exchange.sendResponseHeaders(200, -1);
        received.release();
      }
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /** Waits for so many, and returns how many came. */
    int await(int count) throws InterruptedException {
      return received.tryAcquire(count, PATIENCE.toSeconds(), TimeUnit.SECONDS)
          ? count
          : received.availablePermits();
    }

    @Override
    public void close() {
      server.stop(0);
      threads.close();
    }
  }
}
