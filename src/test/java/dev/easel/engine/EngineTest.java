package dev.easel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The engine by itself, as a node starts and stops it. */
class EngineTest {
  @Test
  void runsWhatIsInsertedAndLetsItFinishWhenClosed() throws Exception {
    InstantSource clock = InstantSource.system();
    try (Database database = TestDatabase.create()) {
      Engine engine =
          new Engine(
              database,
              new Engine.Settings("n", 4, Duration.ofSeconds(30), Duration.ofSeconds(30)),
              clock);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      AtomicBoolean finished = new AtomicBoolean();
      engine.start(
          Map.of(
              "test",
              lease -> {
                assertThat(lease.isHeld()).isTrue();
                begun.countDown();
                await(goOn);
                finish(database, lease.claim());
                finished.set(true);
              }));
      insert(database, clock);
      engine.wake(Lane.MAIN);
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      Thread closing = Thread.startVirtualThread(engine::close);
      goOn.countDown();
      closing.join();
      assertThat(finished).isTrue();
      assertThat(jobs(database)).isZero();
    }
  }

  private static void insert(Database database, InstantSource clock) throws SQLException {
    try (Connection tx = database.connection()) {
      Pipeline.run(
          tx,
          writes ->
              Jobs.insert(
                  writes,
                  List.of(
                      new Jobs.NewJob(
                          UUID.randomUUID(),
                          "test",
                          Lane.MAIN,
                          new AccountId(1),
                          clock.instant(),
                          Optional.empty()))));
    }
  }

  private static void finish(Database database, Claim claim) {
    try (Connection tx = database.connection()) {
      Pipeline.run(tx, writes -> Jobs.finish(writes, List.of(claim)));
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static int jobs(Database database) {
    return database.read(
        tx -> tx.createQuery("select count(*) from job").mapTo(Integer.class).one());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
