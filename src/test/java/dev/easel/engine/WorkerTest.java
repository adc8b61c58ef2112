package dev.easel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.CountedDatabase;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Jobs that are run, as a claimer hands them over. */
class WorkerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final int JOBS = 100;

  /** When the database comes back, it is not asked once for each job that it failed. */
  @Test
  void whatFailsAtOnceIsPutOffTogether() throws SQLException {
    try (Database database = TestDatabase.create();
        Connection tx = database.connection()) {
      insertJobs(tx);
      List<Claim> claims =
          Jobs.claim(tx, Lane.MAIN, "n", NOW, NOW.plus(Duration.ofSeconds(30)), JOBS);
      CountedDatabase counted = new CountedDatabase(database);
      Queue<Thread> threads = new ConcurrentLinkedQueue<>();
      try (Retries retries = new Retries(counted.database())) {
        Worker worker = new Worker(JOBS, retries, machine(threads));
        worker.start(
            Map.of(
                "test",
                _ -> {
                  throw new DatabaseException("away");
                }));
        // Nobody gets through before all have failed.
        tx.setAutoCommit(false);
        Pipeline.run(
            tx, locks -> Jobs.lock(locks, "test", claims.stream().map(Claim::subject).toList()));
        claims.forEach(claim -> worker.run(lease(claim)));
        threads.forEach(WorkerTest::awaitWaiting);
        tx.rollback();
        worker.drain(Duration.ofMinutes(1));
      }
      assertThat(counted.visits()).isLessThan(JOBS / 4);
      assertThat(putOff(database)).isEqualTo(JOBS);
    }
  }

  private static void insertJobs(Connection tx) throws SQLException {
    List<Jobs.NewJob> jobs =
        Stream.generate(() ->
                new Jobs.NewJob(
                    UUID.randomUUID(), "test", Lane.MAIN, new AccountId(1), NOW, Optional.empty()))
            .limit(JOBS)
            .toList();
    Pipeline.run(tx, writes -> Jobs.insert(writes, jobs));
  }

  private static Machine machine(Queue<Thread> threads) {
    return new Machine(
        InstantSource.fixed(NOW),
        System::nanoTime,
        body -> {
          Thread thread = Thread.ofVirtual().unstarted(body);
          threads.add(thread);
          return thread;
        });
  }

  private static Lease lease(Claim claim) {
    return new Lease(claim, System.nanoTime(), Duration.ofSeconds(30), System::nanoTime);
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static int putOff(Database database) {
    return database.read(tx ->
        tx.createQuery("select count(*) from job where lease_until is null and run_at > :now")
            .bind("now", NOW)
            .mapTo(Integer.class)
            .one());
  }
}
