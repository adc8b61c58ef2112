package dev.easel.cli.bench;

import dev.easel.db.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * What it costs to hold connections: so many long polls and as many event streams, each on a
 * running task of its own, and how soon after its task's end each hears of it.
 *
 * <p>The cost is the difference between the same tasks with nobody watching and with everybody.
 */
final class WaitBench implements Bench {
  /** Until everything that is held is running and watched: this, and so much more for each. */
  private static final Duration LONGEST_BEGINNING = Duration.ofSeconds(5);

  private static final Duration LONGEST_BEGINNING_OF_EACH = Duration.ofMillis(25);
  private static final Duration SETTLING = Duration.ofSeconds(2);
  private static final int CREATORS = 16;
  private static final long LONGEST_MICROS = Duration.ofMinutes(2).toNanos() / 1_000;

  private final int each;

  /** With {@code each} long polls and as many streams. */
  WaitBench(int each) {
    this.each = each;
  }

  @Override
  public String name() {
    return "wait";
  }

  private record Running(String id, String key) {}

  /** When somebody heard that a task had ended. */
  private record Heard(String id, Instant at) {}

  /** What had been used at a moment. */
  private record Usage(long atNanos, Duration cpu, long transactions) {
    double cpuPercentUntil(Usage later) {
      return 100.0 * later.cpu.minus(cpu).toNanos() / (later.atNanos - atNanos);
    }

    double transactionsPerSecondUntil(Usage later) {
      return (later.transactions - transactions) / ((later.atNanos - atNanos) / 1e9);
    }
  }

  @Override
  public Figures run(Timing timing) throws IOException, InterruptedException {
    Duration length = timing.length();
    Duration unwatched = length.dividedBy(2);
    Duration life =
        LONGEST_BEGINNING
            .plus(LONGEST_BEGINNING_OF_EACH.multipliedBy(each))
            .plus(unwatched)
            .plus(length);
    try (House house = House.build()) {
      // At the first failure a task is over: what is measured is not how pictures are made.
      house.withDatabase((database, _) ->
          database.read(tx ->
              tx.execute(
                  """
                  update model set definition = (definition::jsonb || '{"attempts": 1}')::json where id = 'nano-banana-2'
                  """)));
      try (House.RunningServer server =
              house.serve(
                  Map.of(
                      "--sandbox-concurrency",
                      "0",
                      "--sandbox-image-latency",
                      life.toMillis() + "ms"));
          Database database = Database.open(house.runningDatabase(), 2)) {
        return measure(house, server, database, length, unwatched);
      }
    }
  }

  private Figures measure(
      House house,
      House.RunningServer server,
      Database database,
      Duration length,
      Duration unwatched)
      throws IOException, InterruptedException {
    List<Running> tasks = create(house, server);
    Thread.sleep(SETTLING);
    Usage beforeUnwatched = usage(server, database);
    Thread.sleep(unwatched);
    Usage afterUnwatched = usage(server, database);
    CountDownLatch connected = new CountDownLatch(tasks.size());
    List<Future<Heard>> listeners = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < tasks.size(); i++) {
        Running task = tasks.get(i);
        boolean streams = i % 2 == 0;
        listeners.add(
            threads.submit(() ->
                streams
                    ? listen(server.base(), task, connected)
                    : await(server.base(), task, connected)));
      }
      connected.await();
      Thread.sleep(SETTLING);
      Usage beforeWatched = usage(server, database);
      Thread.sleep(length);
      Usage afterWatched = usage(server, database);
      Map<String, Object> more = new LinkedHashMap<>();
      more.put("waits", each);
      more.put("streams", each);
      more.put("cpu_percent", rounded(beforeWatched.cpuPercentUntil(afterWatched)));
      more.put("cpu_percent_unwatched", rounded(beforeUnwatched.cpuPercentUntil(afterUnwatched)));
      more.put(
          "transactions_per_second",
          rounded(beforeWatched.transactionsPerSecondUntil(afterWatched)));
      more.put(
          "transactions_per_second_unwatched",
          rounded(beforeUnwatched.transactionsPerSecondUntil(afterUnwatched)));
      return heard(listeners, database, more);
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private List<Running> create(House house, House.RunningServer server)
      throws IOException, InterruptedException {
    List<Future<List<Running>>> parts = new ArrayList<>();
    List<Running> tasks = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int part = 0; part < CREATORS; part++) {
        int first = part;
        parts.add(threads.submit(() -> create(house, server, first)));
      }
      for (Future<List<Running>> part : parts) {
        tasks.addAll(part.get());
      }
    } catch (ExecutionException failed) {
      throw new IOException("the tasks could not be made", failed.getCause());
    }
    return tasks;
  }

  private List<Running> create(House house, House.RunningServer server, int first)
      throws IOException {
    String body = "{\"model_id\":\"nano-banana-2\",\"prompt\":\"fail: it is over\"}";
    List<Running> tasks = new ArrayList<>();
    try (HttpConnection connection = new HttpConnection(server.base())) {
      for (int number = first; number < 2 * each; number += CREATORS) {
        String key = house.key(number);
        HttpConnection.Answer answer =
            connection.exchange(connection.post("/api/v1/tasks/create", key, body));
        if (!Requests.isAccepted(answer)) {
          throw new IOException("not accepted: " + answer.body());
        }
        tasks.add(new Running(Requests.taskId(answer), key));
      }
    }
    return tasks;
  }

  private static Heard await(URI base, Running task, CountDownLatch connected) throws IOException {
    try (HttpConnection connection = new HttpConnection(base)) {
      connected.countDown();
      byte[] request = connection.get("/api/v1/tasks/" + task.id + "?wait=60", task.key);
      boolean isOver = false;
      while (!isOver) {
        isOver = connection.exchange(request).body().contains("\"task_status\":4");
      }
      return new Heard(task.id, Instant.now());
    }
  }

  private static Heard listen(URI base, Running task, CountDownLatch connected) throws IOException {
    try (Socket socket = new Socket(base.getHost(), base.getPort());
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1_024)) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/tasks/%s/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(task.id, task.key)
                  .getBytes(StandardCharsets.US_ASCII));
      // The sizes of chunks stand on lines of their own, and no line of an event is cut in two.
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("retry:")) {
          connected.countDown();
        } else if (line.equals("event: failed")) {
          return new Heard(task.id, Instant.now());
        }
      }
      throw new IOException("the stream ended before its task");
    }
  }

  /** From the moment that settled a task to the moment at which its listener heard of it. */
  private Figures heard(List<Future<Heard>> listeners, Database database, Map<String, Object> more)
      throws InterruptedException {
    List<Heard> all = new ArrayList<>();
    long errors = 0;
    for (Future<Heard> listener : listeners) {
      try {
        all.add(listener.get());
      } catch (ExecutionException failed) {
        errors++;
      }
    }
    Map<String, Instant> ends = new HashMap<>();
    database.read(tx -> {
      tx.createQuery("select id, finished_at from task where finished_at is not null")
          .map((row, _) ->
              ends.put(row.getObject(1, UUID.class).toString(), row.getTimestamp(2).toInstant()))
          .list();
      return true;
    });
    Histogram micros = new Histogram(LONGEST_MICROS, 3);
    Instant first = Instant.MAX;
    Instant last = Instant.MIN;
    for (Heard heard : all) {
      Instant end = ends.getOrDefault(heard.id, heard.at);
      micros.recordValue(
          Math.clamp(Duration.between(end, heard.at).toNanos() / 1_000, 0, LONGEST_MICROS));
      first = end.isBefore(first) ? end : first;
      last = heard.at.isAfter(last) ? heard.at : last;
    }
    double seconds = all.isEmpty() ? 1 : Duration.between(first, last).toNanos() / 1e9;
    return new Figures(
        all.size() / seconds,
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        0,
        errors,
        more);
  }

  private static Usage usage(House.RunningServer server, Database database) {
    long transactions =
        database.read(tx ->
            tx.createQuery(
                    "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()")
                .mapTo(Long.class)
                .one());
    Duration cpu = server.process().toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    return new Usage(System.nanoTime(), cpu, transactions);
  }
}
