package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** An address that names several hosts leads to the one that takes writes. */
class SeveralHostsTest {

  @Test
  void theServerThatTakesWritesIsUsedAndItsSuccessorWhenItIsGone() throws IOException {
    Path data = Standby.directory("several-hosts-");
    EmbeddedPostgres.start(data).close();
    Path copy = Standby.copy(data);
    try (EmbeddedPostgres primary = EmbeddedPostgres.start(data);
        Standby standby = Standby.start(data, copy, primary)) {
      Database.Address both = inFront(standby.port(), primary.address());
      try (Database database = Database.open(both, 2)) {
        assertThat(database.migrate()).as("by connections of their own").isPositive();
        database.transaction(tx -> tx.execute("create table noted (n int)"));
        assertThat(write(database)).isTrue();
        assertStandbyIsNoDatabaseUnlessTheAddressSaysSo(at(standby.port(), primary.address()));
        stop(primary);
        assertThatThrownBy(() -> database.transaction(SeveralHostsTest::insert))
            .isInstanceOf(DatabaseException.class);
        standby.promote();
        await(() -> write(database));
        int written =
            database.read(
                tx -> tx.createQuery("select count(*) from noted").mapTo(Integer.class).one());
        assertThat(written).isEqualTo(2);
      }
    }
  }

  @Test
  void aHostThatDoesNotAnswerIsPassedBy() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket first = new Socket();
        Socket second = new Socket()) {
      // From the third on nobody is told anything: there is no room to wait in.
      for (Socket waiting : List.of(first, second)) {
        waiting.connect(full.getLocalSocketAddress(), 5_000);
      }
      Database.Address both = inFront(full.getLocalPort(), TestDatabase.address());
      try (Database database = Database.open(both, 2)) {
        assertThat(database.schemaVersion()).isNotEmpty();
      }
    }
  }

  private static void assertStandbyIsNoDatabaseUnlessTheAddressSaysSo(Database.Address alone) {
    assertThatThrownBy(() -> Database.open(alone, 1)).isInstanceOf(DatabaseException.class);
    Database.Address any =
        new Database.Address(alone.url() + "?targetServerType=any", alone.user(), alone.password());
    try (Database database = Database.open(any, 1)) {
      boolean follows =
          database.read(
              tx -> tx.createQuery("select pg_is_in_recovery()").mapTo(Boolean.class).one());
      assertThat(follows).isTrue();
    }
  }

  private static Database.Address inFront(int port, Database.Address address) {
    return new Database.Address(
        address.url().replaceFirst("//", "//127.0.0.1:" + port + ","),
        address.user(),
        address.password());
  }

  private static Database.Address at(int port, Database.Address address) {
    return new Database.Address(
        address.url().replaceFirst(":\\d+/", ":" + port + "/"), address.user(), address.password());
  }

  private static void stop(EmbeddedPostgres server) {
    server.close();
  }

  private static int insert(Handle tx) {
    return tx.execute("insert into noted values (1)");
  }

  private static boolean write(Database database) {
    try {
      return database.transaction(SeveralHostsTest::insert) == 1;
    } catch (DatabaseException away) {
      return false;
    }
  }

  private static void await(BooleanSupplier event) {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!event.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it has to recover").isLessThan(limit);
    }
  }
}
