package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * A server that takes no writes any more while its connections stay, as behind a proxy whose server
 * was replaced, or where a provider locks what is full: it is as good as away, and back by itself.
 */
class ReadOnlyServerTest {
  private static final String IMAGE =
      """
      {"model_id": "gpt-image-2", "prompt": "rain"}
      """;

  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() {
    server = EmbeddedPostgres.start(PreparedDatabase.in(Standby.directory("read-only-")));
    try (Database database = Database.open(server.address(), 1)) {
      database.transaction(tx -> tx.execute("create table noted (n int)"));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void takeWritesAgain() {
    takesWrites(true);
  }

  private static void takesWrites(boolean does) {
    Database.Address administration = server.administration();
    Jdbi.create(administration.url(), administration.user(), administration.password())
        .useHandle(tx -> {
          tx.execute("set default_transaction_read_only = off");
          tx.execute("alter system set default_transaction_read_only = " + (does ? "off" : "on"));
          tx.execute("select pg_reload_conf()");
        });
  }

  @Test
  void aConnectionOnWhichAWriteWasRefusedIsNotUsedAgain() {
    try (Database database = Database.open(server.address(), 1)) {
      int before = backend(database);
      assertThat(write(database)).isTrue();
      takesWrites(false);
      await(() -> !write(database));
      assertThatThrownBy(() -> backend(database))
          .as("a read, which would be stale")
          .isInstanceOf(DatabaseException.class);
      takesWrites(true);
      await(() -> write(database));
      assertThat(backend(database)).isNotEqualTo(before);
    }
  }

  @Test
  void theClockNoticesAndNoConnectionIsKept() throws SQLException {
    try (Database database = Database.open(server.address(), 4);
        DatabaseClock clock = new DatabaseClock(database)) {
      List<Integer> before = allBackends(database);
      takesWrites(false);
      await(() -> !clock.isDatabaseReachable());
      assertThatThrownBy(() -> new DatabaseClock(database)).isInstanceOf(DatabaseException.class);
      takesWrites(true);
      await(clock::isDatabaseReachable);
      assertThat(allBackends(database)).doesNotContainAnyElementsOf(before);
    }
  }

  @Test
  void whoListensGoesElsewhere() throws InterruptedException {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Notifications _ =
        new Notifications(
            server.address(),
            Map.of("easel_test", Notifications.Listener.of(() -> heard.add("reload"))))) {
      assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("reload");
      takesWrites(false);
      await(() -> listeners() == 0);
      takesWrites(true);
      assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("reload");
    }
  }

  @Test
  void aNodeSaysThatItIsNotReadyAndRecovers() {
    try (TestNode node = TestNode.start(Map.of("sandbox.concurrency", "0"), server.address())) {
      String key = node.account(1_000);
      assertThat(node.post("/api/v1/tasks/create", key, IMAGE).status()).isEqualTo(200);
      takesWrites(false);
      await(() -> {
        Reply reply = node.post("/api/v1/tasks/create", key, IMAGE);
        assertThat(reply.status()).as("%s", reply.json()).isIn(200, 503);
        return reply.status() == 503;
      });
      await(() -> node.get("/health/ready", key).status() == 503);
      for (int i = 0; i < 3; i++) {
        assertThat(node.post("/api/v1/tasks/create", key, IMAGE).status()).isEqualTo(503);
        assertThat(node.get("/health/ready", key).status()).isEqualTo(503);
      }
      takesWrites(true);
      await(() -> node.get("/health/ready", key).status() == 200);
      await(() -> node.post("/api/v1/tasks/create", key, IMAGE).status() == 200);
      await(() -> node.audit().violations().isEmpty());
    }
  }

  private static boolean write(Database database) {
    try {
      return database.transaction(tx -> tx.execute("insert into noted values (1)")) == 1;
    } catch (DatabaseException away) {
      return false;
    }
  }

  private static int backend(Database database) {
    return database.read(tx -> pid(tx.getConnection()));
  }

  /** The processes behind all connections of the pool. */
  private static List<Integer> allBackends(Database database) throws SQLException {
    List<Connection> taken = new ArrayList<>();
    try {
      while (taken.size() < 4) {
        taken.add(database.connection());
      }
      return taken.stream().map(ReadOnlyServerTest::pid).toList();
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
  }

  private static int pid(Connection connection) {
    try {
      return connection.unwrap(PGConnection.class).getBackendPID();
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static int listeners() {
    Database.Address administration = server.administration();
    return Jdbi.create(administration.url(), administration.user(), administration.password())
        .withHandle(tx ->
            tx.createQuery(
                    """
                    select count(*) from pg_stat_activity where application_name = 'easel notifications'
                    """)
                .mapTo(Integer.class)
                .one());
  }

  private static void await(BooleanSupplier event) {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!event.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it has to happen").isLessThan(limit);
      Thread.onSpinWait();
    }
  }
}
