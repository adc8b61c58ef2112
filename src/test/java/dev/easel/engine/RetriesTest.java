package dev.easel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Jobs that have failed. */
class RetriesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofMinutes(1));
  private static final UUID FIRST = UUID.fromString("00000000-0000-7000-8000-000000000001");
  private static final UUID SECOND = UUID.fromString("00000000-0000-7000-8000-000000000002");
  private static final UUID THIRD = UUID.fromString("00000000-0000-7000-8000-000000000003");

  /** As leases are renewed, so that the two never wait for each other. */
  @Test
  void jobsAreLockedBySubjectWhateverTheirKind() throws Exception {
    try (Database database = TestDatabase.create();
        Retries retries = new Retries(database);
        Connection one = database.connection();
        Connection other = database.connection()) {
      List<Claim> claims = claims(one, job(FIRST, "b"), job(SECOND, "a"), job(THIRD, "a"));
      one.setAutoCommit(false);
      Pipeline.run(one, locks -> Jobs.lock(locks, claims.subList(2, 3)));
      other.setAutoCommit(false);
      Pipeline.run(other, locks -> Jobs.lock(locks, claims.subList(0, 1)));

      Thread alone = putOff(retries, claims.get(2));
      awaitWaitingForALock(database);
      Thread first = putOff(retries, claims.get(0));
      Thread second = putOff(retries, claims.get(1));
      one.rollback(); // both go together now, and the first of them is locked
      alone.join();
      awaitWaitingForALock(database);
      assertThatNoException().isThrownBy(() -> lockAtOnce(one, SECOND));
      one.rollback();
      other.rollback();
      first.join();
      second.join();
      assertThat(putOff(database)).isEqualTo(3);
    }
  }

  @Test
  void whatTheDatabaseRefusesIsLeftToItsLease() throws Exception {
    try (Database database = TestDatabase.create();
        Retries retries = new Retries(database);
        Connection connection = database.connection()) {
      List<Claim> claims = claims(connection, job(FIRST, "a"));
      execute(connection, "alter table job add check (run_at < '2026-03-01T12:00:30Z')");
      retries.putOff(claims.getFirst(), LATER);
      assertThat(putOff(database)).isZero();
    }
  }

  private static Jobs.NewJob job(UUID subject, String kind) {
    return new Jobs.NewJob(subject, kind, Lane.MAIN, new AccountId(1), NOW, Optional.empty());
  }

  private static List<Claim> claims(Connection connection, Jobs.NewJob... jobs)
      throws SQLException {
    Pipeline.run(connection, writes -> Jobs.insert(writes, List.of(jobs)));
    return Jobs.claim(connection, Lane.MAIN, "n", NOW, LATER, jobs.length);
  }

  /** Begins to put a job off, and comes back when that waits for the database. */
  private static Thread putOff(Retries retries, Claim claim) {
    Thread thread = Thread.ofVirtual().start(() -> retries.putOff(claim, LATER));
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private static void awaitWaitingForALock(Database database) {
    String waiting =
        """
        select count(*) > 0 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
        """;
    while (!database.read(tx -> tx.createQuery(waiting).mapTo(Boolean.class).one())) {
      Thread.onSpinWait();
    }
  }

  private static void lockAtOnce(Connection connection, UUID subject) throws SQLException {
    execute(connection, "select from job where subject = '" + subject + "' for update nowait");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int putOff(Database database) {
    return database.read(tx ->
        tx.createQuery("select count(*) from job where lease_until is null and run_at = :later")
            .bind("later", LATER)
            .mapTo(Integer.class)
            .one());
  }
}
