package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.blackbox.FaultProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node's time is the database's, whatever its own clocks show. */
@ExtendWith(Invariants.class)
class DatabaseClockTest {
  private final Database database;

  /** How far this machine's monotonic clock is from where it should be. */
  private final AtomicLong wrongBy = new AtomicLong(123_456_789_000L);

  DatabaseClockTest(Database database) {
    this.database = database;
  }

  @Test
  void itIsTheDatabasesTime() {
    try (DatabaseClock clock = clock()) {
      assertAgrees(clock, Duration.ofMillis(100));
    }
  }

  @Test
  void aClockThatHasRunAheadStandsStillAndNeverGoesBack() throws SQLException {
    try (DatabaseClock clock = clock()) {
      wrongBy.addAndGet(Duration.ofMillis(1_500).toNanos());
      Instant ahead = clock.instant();
      clock.measure();
      assertThat(clock.instant()).isEqualTo(ahead);
      assertThat(ahead).isAfter(now());
      wrongBy.addAndGet(Duration.ofMillis(1_400).toNanos());
      Instant before = ahead;
      for (int i = 0; i < 10_000; i++) {
        Instant next = clock.instant();
        assertThat(next).isAfterOrEqualTo(before);
        before = next;
      }
    }
  }

  @Test
  void aMachineThatSleptIsRightAfterOneQuestion() throws SQLException {
    try (DatabaseClock clock = clock()) {
      wrongBy.addAndGet(-Duration.ofSeconds(1).toNanos());
      clock.measure();
      assertAgrees(clock, Duration.ofMillis(100));
      wrongBy.addAndGet(-Duration.ofHours(8).toNanos());
      clock.measure();
      assertAgrees(clock, Duration.ofMillis(100));
    }
  }

  @Test
  void aDatabaseWhoseClockIsSetBackIsFollowed() throws SQLException {
    try (DatabaseClock clock = clock()) {
      wrongBy.addAndGet(Duration.ofHours(3).toNanos()); // as much as if the database's were back
      assertThat(clock.instant()).isAfter(now().plus(Duration.ofHours(2)));
      clock.measure();
      assertAgrees(clock, Duration.ofMillis(100));
    }
  }

  @Test
  void ofSeveralAnswersTheQuickestCounts() throws SQLException {
    Database.Address address = TestDatabase.addressOf(database);
    try (FaultProxy network = TestDatabase.inFrontOf(address);
        Database far = Database.open(TestDatabase.through(network, address), 2);
        DatabaseClock clock = new DatabaseClock(far)) {
      network.latency(Duration.ofMillis(300));
      clock.measure();
      network.latency(Duration.ZERO);
      assertAgrees(clock, Duration.ofMillis(100));
    } catch (java.io.IOException closing) {
      throw new java.io.UncheckedIOException(closing);
    }
  }

  @Test
  void itTellsWhetherTheDatabaseAnswersAndGoesOnMeanwhile() throws Exception {
    Database.Address address = TestDatabase.addressOf(database);
    try (FaultProxy network = TestDatabase.inFrontOf(address);
        Database far = Database.open(TestDatabase.through(network, address), 2);
        DatabaseClock clock = new DatabaseClock(far)) {
      assertThat(clock.isDatabaseReachable()).isTrue();
      network.blackHole();
      await(clock, false);
      assertAgrees(clock, Duration.ofMillis(500));
      network.refuse();
      assertThatThrownBy(() -> new DatabaseClock(far)).isInstanceOf(DatabaseException.class);
      network.pass();
      await(clock, true);
      assertAgrees(clock, Duration.ofMillis(100));
    }
  }

  private DatabaseClock clock() {
    return new DatabaseClock(database, () -> System.nanoTime() + wrongBy.get());
  }

  /** Not before and not after the database's time, but for {@code tolerance}. */
  private void assertAgrees(DatabaseClock clock, Duration tolerance) {
    Instant before = now();
    Instant between = clock.instant();
    Instant after = now();
    assertThat(between).isBetween(before.minus(tolerance), after.plus(tolerance));
  }

  private Instant now() {
    return database.read(tx ->
        tx.createQuery("select clock_timestamp()").mapTo(OffsetDateTime.class).one().toInstant());
  }

  private static void await(DatabaseClock clock, boolean reachable) {
    Instant limit = clock.instant().plusSeconds(30);
    while (clock.isDatabaseReachable() != reachable) {
      assertThat(clock.instant()).as("it has to be noticed").isBefore(limit);
      Thread.onSpinWait();
    }
  }
}
