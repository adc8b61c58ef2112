package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.task.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes on one database at half of what they can do, and what becomes of that when something
 * breaks: the figures of {@code docs/reliability.md}.
 *
 * <p>No part of the suite: its name keeps it out. {@code ./easel test -Dtest=ChaosDrill} runs it
 * and prints the table. Takes about five minutes and wants the machine for itself.
 */
class ChaosDrill {
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration WINDOW = Duration.ofSeconds(Integer.getInteger("window", 15));
  private static final Duration REPEATED = Duration.ofSeconds(15);
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(3);
  private static final Duration TAKEN = Duration.ofSeconds(10);
  private static final String HOARDER = "hoarder";

  /**
   * How long the upstream lets wait for the answer to a submission: its job is leased meanwhile.
   */
  private static final Duration UPSTREAM_TAKES = Duration.ofMillis(500);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS_AT_MOST = 128;
  private static final int CUSTOMERS = 20;
  private static final long PLENTY = 1_000_000_000;

  @TempDir(factory = BelowTarget.class)
  private Path directory;

  private final Line line = new Line();
  private final Random random = new Random(1);
  private final List<Customer> customers = new ArrayList<>();
  private final AtomicInteger orders = new AtomicInteger();

  /** Tasks that were acknowledged. */
  private final Map<String, Order> acknowledged = new ConcurrentHashMap<>();

  @Test
  void drill() throws Exception {
    try (Site site =
            Site.ofTwoNodes(directory, Site.LIKE_THE_LAUNCHER, "--sandbox-concurrency", "0");
        Database database = site.open()) {
      site.upstream().slowness(UPSTREAM_TAKES);
      site.upstream().always(Upstream.Call.CREATE, Upstream.Fault.SLOW);
      for (int i = 0; i < CUSTOMERS; i++) {
        String name = "customer-" + i;
        customers.add(database.transaction(tx -> Customer.create(tx, name, PLENTY)));
      }
      double most = most(site, database);
      double rate = Math.max(1, Math.floor(most / 2));
      System.out.printf("at most %.0f tasks a second; drilled at %.0f%n%n", most, rate);
      List<Row> rows = new ArrayList<>();
      rows.add(row("database restart", site, database, rate, () -> restartDatabase()));
      rows.add(row("all connections cut", site, database, rate, () -> cutConnections(database)));
      rows.add(
          row("no connection left", site, database, rate, () -> takeConnections(site.address())));
      rows.add(row("node killed", site, database, rate, () -> killNode(site, database)));
      site.startNode(1);
      rows.add(row("repeated kills", site, database, rate, () -> killAll(site)));
      print(rows);
    } finally {
      line.close();
    }
  }

  // ---- what breaks; answers with what there is to say about leases

  /** What an operator does: in order, clients are cut off. Started again by its keeper. */
  private Optional<Takeover> restartDatabase() throws IOException, InterruptedException {
    String pid =
        Files.readAllLines(directory.resolve("database/postgres/cluster/postmaster.pid"))
            .getFirst();
    assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
    return Optional.empty();
  }

  private static Optional<Takeover> cutConnections(Database database) {
    database.read(tx ->
        tx.createQuery(
                """
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where usename = current_user and pid <> pg_backend_pid()
                """)
            .mapTo(Integer.class)
            .one());
    return Optional.empty();
  }

  /** Somebody takes every connection that the server has, the nodes' own too, and keeps them. */
  private static Optional<Takeover> takeConnections(Database.Address address) throws SQLException {
    Properties hoarder = new Properties();
    hoarder.put("user", address.user());
    hoarder.put("password", address.password());
    hoarder.put("ApplicationName", HOARDER);
    List<Connection> taken = new ArrayList<>();
    long from = System.nanoTime();
    try {
      while (System.nanoTime() - from < TAKEN.toNanos()) {
        try {
          taken.add(DriverManager.getConnection(address.url(), hoarder));
        } catch (SQLException full) {
          try (Statement statement = taken.getFirst().createStatement()) {
            statement.execute(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where usename = current_user and application_name <> '%s'
                """
                    .formatted(HOARDER));
          }
          LockSupport.parkNanos(10_000_000);
        }
      }
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
    return Optional.empty();
  }

  private static Optional<Takeover> killNode(Site site, Database database) throws IOException {
    site.killNode(1);
    return Optional.of(Takeover.watch(database, PATIENCE));
  }

  private static Optional<Takeover> killAll(Site site) throws IOException {
    long from = System.nanoTime();
    for (int i = 0; System.nanoTime() - from < REPEATED.toNanos(); i++) {
      if (i % 3 == 2) {
        site.killDatabase();
      } else {
        site.killNode(i % 3);
        site.startNode(i % 3);
      }
      LockSupport.parkNanos(BETWEEN_KILLS.toNanos());
    }
    return Optional.empty();
  }

  private interface Blow {
    Optional<Takeover> strike() throws Exception;
  }

  // ---- load

  /** Tasks a second from create to end, as fast as they go. */
  private double most(Site site, Database database) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Instant from;
    Instant to;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS_AT_MOST; i++) {
        clients.add(
            threads.submit(() -> {
              while (!stop.get()) {
                String url = site.url(random).orElseThrow();
                Order order = order();
                String task = line.create(url, order).data().path("task_id").asString();
                line.get(url, "/api/v1/tasks/" + task + "?wait=60", order.customer());
              }
              return null;
            }));
      }
      LockSupport.parkNanos(WARM_UP.toNanos());
      from = Instant.now();
      LockSupport.parkNanos(WINDOW.toNanos());
      to = Instant.now();
      stop.set(true);
      for (Future<?> client : clients) {
        client.get();
      }
    }
    return perSecond(database, from, to);
  }

  private Order order() {
    int number = orders.incrementAndGet();
    return new Order(
        customers.get(number % CUSTOMERS),
        number % 5 == 0 ? Order.Kind.BOUGHT : Order.Kind.INSTANT,
        "a kite " + number,
        Optional.empty());
  }

  /** Customers who come at an even rate, whatever became of those before. */
  private final class Load implements AutoCloseable {
    private final Site site;
    private final AtomicInteger failed = new AtomicInteger();
    private final Queue<String> improper = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread pace;

    Load(Site site, double rate) {
      this.site = site;
      long from = System.nanoTime();
      pace =
          Thread.ofPlatform()
              .start(() -> {
                for (long i = 0; !stop.get(); i++) {
                  long due = from + (long) (i * 1e9 / rate);
                  LockSupport.parkNanos(due - System.nanoTime());
                  requests.execute(this::request);
                }
              });
    }

    private void request() {
      Order order = order();
      try {
        Line.Reply reply = line.create(site.url(random).orElse("http://127.0.0.1:9"), order);
        if (reply.isAccepted()) {
          acknowledged.put(reply.data().path("task_id").asString(), order);
          return;
        }
        if (reply.status() != 503) {
          improper.add(reply.toString());
        }
      } catch (IOException unanswered) {
        // counted below, as the refused are
      }
      failed.incrementAndGet();
    }

    @Override
    public void close() {
      stop.set(true);
      try {
        pace.join();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
      requests.close();
    }
  }

  // ---- figures

  /**
   * One line of the table.
   *
   * @param failed requests that were refused or not answered, from the blow on
   * @param back from the blow to the first second in which as many tasks ended as came
   */
  private record Row(
      String name,
      double before,
      double during,
      double after,
      int failed,
      Duration back,
      Optional<Takeover> takeover) {}

  private Row row(String name, Site site, Database database, double rate, Blow blow)
      throws Exception {
    Instant from;
    Instant struck;
    Instant over;
    Instant back;
    Instant end;
    int failed;
    Optional<Takeover> takeover;
    try (Load load = new Load(site, rate)) {
      LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
      from = Instant.now();
      LockSupport.parkNanos(WINDOW.toNanos());
      int before = load.failed.get();
      struck = Instant.now();
      takeover = blow.strike();
      over = Instant.now();
      back = awaitRate(database, struck, over, rate);
      LockSupport.parkNanos(WINDOW.toNanos());
      end = Instant.now();
      failed = load.failed.get() - before;
      assertThat(load.improper).as("answers other than accepted and 503").isEmpty();
    }
    Row row =
        new Row(
            name,
            perSecond(database, from, struck),
            perSecond(database, struck, back),
            perSecond(database, back, end),
            failed,
            Duration.between(struck, back),
            takeover);
    System.out.println(row);
    checkNothingLost(site, database);
    return row;
  }

  /** The end of the first second after the blow in which nine tenths of what came ended. */
  private static Instant awaitRate(Database database, Instant struck, Instant over, double rate) {
    Instant second = struck.plusSeconds(1);
    while (true) {
      while (Instant.now().isBefore(second)) {
        LockSupport.parkNanos(10_000_000);
      }
      if (!second.isBefore(over)
          && perSecond(database, second.minusSeconds(1), second) >= 0.9 * rate) {
        return second;
      }
      if (second.isAfter(over.plus(PATIENCE))) {
        throw new AssertionError("never as fast again");
      }
      second = second.plusMillis(100);
    }
  }

  private static double perSecond(Database database, Instant from, Instant to) {
    long ended = withPatience(database, from, to);
    return ended / (Duration.between(from, to).toNanos() / 1e9);
  }

  /** The database may be the one that is away. */
  private static long withPatience(Database database, Instant from, Instant to) {
    Instant limit = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        return database.read(tx ->
            tx.createQuery(
                    "select count(*) from task where finished_at >= :from and finished_at < :to")
                .bind("from", Timestamp.from(from))
                .bind("to", Timestamp.from(to))
                .mapTo(Long.class)
                .one());
      } catch (RuntimeException away) {
        if (Instant.now().isAfter(limit)) {
          throw away;
        }
      }
    }
  }

  /**
   * Every acknowledged task succeeds, with one submission that made something, and the books add
   * up.
   */
  private void checkNothingLost(Site site, Database database) throws IOException {
    Instant limit = Instant.now().plus(PATIENCE);
    while (count(database, "select count(*) from task where finished_at is null") > 0) {
      assertThat(Instant.now()).as("all tasks end").isBefore(limit);
      LockSupport.parkNanos(100_000_000);
    }
    Map<String, Integer> made = new TreeMap<>();
    database.read(tx -> {
      tx.createQuery(
              """
              select task.id::text, (select count(*) from attempt where task_id = task.id and attempt.state = 'produced')
              from task where task.state = 'succeeded'
              """)
          .map((row, _) -> Map.entry(row.getString(1), row.getInt(2)))
          .forEach(task -> made.put(task.getKey(), task.getValue()));
      return true;
    });
    assertThat(acknowledged.keySet()).allSatisfy(task -> assertThat(made).containsEntry(task, 1));
    assertThat(made.values()).as("pictures of each task").containsOnly(1);
    assertThat(site.upstream().purchasesByKey().values())
        .as("purchases")
        .isNotEmpty()
        .containsOnly(1);
    assertThat(site.upstream().purchases())
        .as("purchases for each prompt")
        .doesNotHaveDuplicates()
        .extracting(purchase -> purchase.request().path("prompt").asString())
        .doesNotHaveDuplicates();
    assertThat(database.snapshot(Audit::run).violations()).isEmpty();
    Map.Entry<String, Order> one = acknowledged.entrySet().iterator().next();
    assertThat(
            line.get(
                    site.url(random).orElseThrow(),
                    "/api/v1/tasks/" + one.getKey(),
                    one.getValue().customer())
                .isAccepted())
        .isTrue();
  }

  private static long count(Database database, String sql) {
    return database.read(tx -> tx.createQuery(sql).mapTo(Long.class).one());
  }

  private static void print(List<Row> rows) {
    System.out.println(
        """

        | scenario | tasks/s before | from the blow until back | 15 s after | requests refused or unanswered | back after | leases taken over |
        |---|---|---|---|---|---|---|\
        """);
    for (Row row : rows) {
      System.out.printf(
          "| %s | %.0f | %.0f | %.0f | %d | %.1f s | %s |%n",
          row.name,
          row.before,
          row.during,
          row.after,
          row.failed,
          row.back.toMillis() / 1e3,
          row.takeover.map(Takeover::toString).orElse("-"));
    }
  }
}
