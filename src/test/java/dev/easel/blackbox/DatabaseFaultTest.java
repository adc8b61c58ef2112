package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.catalog.CatalogTables;
import dev.easel.db.Database;
import dev.easel.db.EmbeddedPostgres;
import dev.easel.db.PreparedDatabase;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A node whose database, or the way to it, is in trouble: it says so in time, loses nothing that it
 * has accepted, and recovers by itself.
 */
class DatabaseFaultTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  /** A job whose settlement was lost is tried again soon. */
  private static final Map<String, String> SETTINGS =
      Map.of("sandbox.concurrency", "0", "engine.lease-seconds", "5");

  /** Far above the two seconds within which it should be answered, far below any time-out. */
  private static final Duration SOON = Duration.ofSeconds(6);

  private static final long CREDITS = 1_000_000;

  /** Of the tests so far. */
  private static final List<String> ACCEPTED = new ArrayList<>();

  private static FaultProxy network;
  private static TestNode node;
  private static String key;

  @BeforeAll
  static void start() {
    Database.Address address = TestDatabase.address();
    withoutRendering(address);
    network = TestDatabase.inFrontOf(address);
    node = TestNode.start(SETTINGS, address, TestDatabase.through(network, address));
    key = node.account(CREDITS);
  }

  /** Pictures that take no time: what is tested is what becomes of the tasks. */
  private static void withoutRendering(Database.Address address) {
    try (Database database = Database.open(address, 2)) {
      database.transaction(tx -> {
        CatalogTables.installDefaults(tx, Instant.now());
        tx.execute(
            """
            insert into channel (id, provider, settings, created_at) values ('instant', 'instant', '{}', now())
            """);
        return tx.execute("update route set channel = 'instant' where model = 'gpt-image-2'");
      });
    }
  }

  @AfterAll
  static void stop() throws IOException {
    try {
      // Together: a task whose submission was in doubt takes half a minute to be sure of it.
      assertAllSucceed(node, ACCEPTED);
    } finally {
      node.close();
    }
    network.close();
  }

  @AfterEach
  void audit() throws IOException {
    network.pass();
    assertThat(node.audit().violations()).isEmpty();
  }

  @Test
  void aSlowNetworkOnlyMakesItSlow() {
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      network.latency(Duration.ofMillis(15));
      load.awaitAccepted(8);
    }
  }

  @Test
  void brokenConnectionsAreMadeAgain() {
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      for (int i = 0; i < 4; i++) {
        load.awaitMoreAccepted(4);
        network.reset();
      }
    }
  }

  @Test
  void lostAnswersToCommitsLoseNothing() {
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      for (int i = 0; i < 6; i++) {
        network.loseNext(Direction.ANSWER, "COMMIT");
        load.awaitMoreAccepted(4);
      }
    }
  }

  @Test
  void halfClosedConnectionsAreMadeAgain() {
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      load.awaitAccepted(4);
      network.halfClose(Direction.ANSWER);
      load.awaitAccepted(12);
      network.halfClose(Direction.REQUEST);
      load.awaitAccepted(20);
    }
  }

  @Test
  void sessionsThatTheServerEndsAreMadeAgain() {
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      for (int i = 0; i < 3; i++) {
        load.awaitMoreAccepted(4);
        int ended =
            node.database()
                .read(tx ->
                    tx.createQuery(
                            """
                            select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()
                            """)
                        .mapTo(Integer.class)
                        .one());
        assertThat(ended).isPositive();
      }
    }
  }

  @Test
  void inABlackHoleItSaysSoInTimeAndServesWhatItKnows() throws IOException {
    assertAwayWhile(FaultProxy::blackHole);
  }

  @Test
  void whenRefusedItSaysSoInTimeAndServesWhatItKnows() throws IOException {
    assertAwayWhile(FaultProxy::refuse);
  }

  /** What a test does to the network. */
  private interface Trouble {
    void befalls(FaultProxy network) throws IOException;
  }

  private static void assertAwayWhile(Trouble trouble) throws IOException {
    String known = create(node, key, SOON).json().path("data").path("task_id").asString();
    assertThat(node.await(key, known).path("task_status").asInt()).isEqualTo(3);
    try (Load load = new Load(node, key, 4, ACCEPTED)) {
      load.awaitAccepted(4);
      trouble.befalls(network);
      awaitReady(node, 503);
      for (int i = 0; i < 3; i++) {
        assertUnavailable(create(node, key, SOON));
      }
      Reply read = node.get("/api/v1/tasks/" + known, key);
      assertThat(read.status()).isEqualTo(200);
      assertThat(read.json().path("data").path("task_status").asInt()).isEqualTo(3);
      network.pass();
      awaitReady(node, 200);
      load.awaitMoreAccepted(8);
    }
  }

  @Test
  void withoutAFreeConnectionItSaysSoInTime() throws SQLException {
    List<Connection> taken = new ArrayList<>();
    try (Load load = new Load(node, key, 2, ACCEPTED)) {
      load.awaitAccepted(2);
      try {
        takeAll(taken);
        assertUnavailable(create(node, key, SOON));
        awaitReady(node, 503);
      } finally {
        for (Connection connection : taken) {
          connection.close();
        }
      }
      awaitReady(node, 200);
      load.awaitMoreAccepted(4);
    }
  }

  private static void takeAll(List<Connection> taken) throws SQLException {
    while (taken.size() < 12) {
      try {
        taken.add(node.ofNode().connection());
      } catch (SQLException othersWereQuicker) {
        assertThat(othersWereQuicker.getMessage()).contains("not available");
      }
    }
  }

  @Test
  void anAccountThatSomebodyHoldsLockedIsItsOwnTroubleAlone() throws SQLException {
    String locked = node.account(CREDITS);
    create(node, locked, SOON); // both keys are known
    try (Load load = new Load(node, key, 4, ACCEPTED);
        Connection outside = node.database().connection()) {
      outside.setAutoCommit(false);
      try (Statement statement = outside.createStatement()) {
        statement.execute(
            "select from account where id = (select max(id) from account) for update");
      }
      List<CompletableFuture<Reply>> hopeless =
          IntStream.range(0, 8)
              .mapToObj(
                  _ -> CompletableFuture.supplyAsync(() -> create(node, locked, SOON), VIRTUAL))
              .toList();
      for (int i = 0; i < 20; i++) {
        assertAccepted(create(node, key, SOON));
      }
      assertThat(hopeless).allSatisfy(reply -> assertUnavailable(reply.join()));
      outside.rollback();
      for (Reply reply = create(node, locked, SOON);
          reply.status() != 200;
          reply = create(node, locked, SOON)) {
        assertUnavailable(reply);
      }
      load.awaitMoreAccepted(4);
    }
  }

  @Test
  void aServerThatIsKilledAndComesBackHasLostNothing() throws Exception {
    Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "fault-");
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(PreparedDatabase.in(data))) {
      withoutRendering(postgres.address());
      try (TestNode own = TestNode.start(SETTINGS, postgres.address(), postgres.address())) {
        String ownKey = own.account(CREDITS);
        List<String> ownAccepted = new ArrayList<>();
        try (Load load = new Load(own, ownKey, 4, ownAccepted)) {
          for (int i = 0; i < 2; i++) {
            load.awaitMoreAccepted(4);
            long postmaster =
                Long.parseLong(
                    Files.readAllLines(data.resolve("postgres/cluster/postmaster.pid")).getFirst());
            ProcessHandle server = ProcessHandle.of(postmaster).orElseThrow();
            server.destroyForcibly();
            server.onExit().join();
          }
          load.awaitMoreAccepted(8);
        }
        assertAllSucceed(own, ownAccepted);
      }
    }
  }

  private static Reply create(TestNode node, String key, Duration within) {
    return node.send(
        node.request(Gateway.CREATE, key)
            .timeout(within)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Gateway.image("rain").toString()))
            .build());
  }

  private static void assertAccepted(Reply reply) {
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
  }

  private static void assertUnavailable(Reply reply) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(503);
    assertThat(reply.http().headers().firstValue("Retry-After")).isPresent();
  }

  private static void awaitReady(TestNode node, int status) {
    long limit = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (node.get("/health/ready", key).status() != status) {
      assertThat(System.nanoTime()).as("/health/ready has to be %d", status).isLessThan(limit);
    }
  }

  /**
   * Clients that create tasks one after the other, each again with the same idempotency key until
   * it is accepted. In the end each of them has made as many tasks as it was told of, and no
   * others.
   */
  private static final class Load implements AutoCloseable {
    private final TestNode node;
    private final String key;
    private final List<String> acceptedInTheEnd;
    private final long before;
    private final List<CompletableFuture<List<String>>> clients;
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean stopping;

    Load(TestNode node, String key, int clients, List<String> accepted) {
      this.acceptedInTheEnd = accepted;
      this.node = node;
      this.key = key;
      this.before = tasks();
      this.clients =
          IntStream.range(0, clients)
              .mapToObj(_ -> CompletableFuture.supplyAsync(this::createOnAndOn, VIRTUAL))
              .toList();
    }

    private List<String> createOnAndOn() {
      List<String> ids = new ArrayList<>();
      while (!stopping) {
        ids.add(accepted(node, key));
        accepted.incrementAndGet();
      }
      return ids;
    }

    /** Asks until it is accepted. */
    static String accepted(TestNode node, String key) {
      String idempotencyKey = UUID.randomUUID().toString();
      long limit = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      while (true) {
        Reply reply =
            node.post(
                Gateway.CREATE,
                key,
                Gateway.image("rain").toString(),
                "Idempotency-Key",
                idempotencyKey);
        if (reply.status() == 200) {
          assertAccepted(reply);
          return reply.json().path("data").path("task_id").asString();
        }
        assertUnavailable(reply);
        assertThat(System.nanoTime()).as("it has to be accepted again").isLessThan(limit);
      }
    }

    void awaitAccepted(int number) {
      long limit = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      while (accepted.get() < number) {
        assertThat(clients).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(System.nanoTime()).as("%d accepted", number).isLessThan(limit);
        Thread.onSpinWait();
      }
    }

    void awaitMoreAccepted(int number) {
      awaitAccepted(accepted.get() + number);
    }

    private long tasks() {
      return node.database()
          .read(tx -> tx.createQuery("select count(*) from idempotency").mapTo(Long.class).one());
    }

    @Override
    public void close() {
      stopping = true;
      List<String> ids = clients.stream().flatMap(client -> client.join().stream()).toList();
      assertThat(ids).doesNotHaveDuplicates();
      assertThat(tasks() - before).as("tasks, and no others").isEqualTo(ids.size());
      acceptedInTheEnd.addAll(ids);
    }
  }

  /** Waits until all tasks have succeeded, each of which was paid for once. */
  private static void assertAllSucceed(TestNode node, List<String> ids) {
    long limit = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (succeeded(node, ids) < ids.size()) {
      assertThat(System.nanoTime()).as("%d tasks have to succeed", ids.size()).isLessThan(limit);
    }
    assertThat(node.audit().violations()).isEmpty();
  }

  private static long succeeded(TestNode node, List<String> ids) {
    return node.database()
        .read(tx ->
            tx.createQuery(
                    """
                    select count(*) from task where state = 'succeeded' and id = any (cast(? as uuid[]))
                    """)
                .bind(0, "{" + String.join(",", ids) + "}")
                .mapTo(Long.class)
                .one());
  }
}
