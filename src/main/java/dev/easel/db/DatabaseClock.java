package dev.easel.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database's time, to the microsecond. All nodes go by it, so that none whose own clock is
 * wrong takes leases away from the others or writes times that never were: this machine's wall
 * clock is not asked at all.
 *
 * <p>The database is asked once a second. In between, time goes on with the monotonic clock. An
 * answer is taken for what the time was in the middle of its round trip, so it is wrong by half of
 * that at most; of the latest answers the one with the shortest trip counts.
 *
 * <p>Time does not go backwards: where it is ahead of the database, it stands still until that has
 * caught up. The one exception is a database whose own clock is set back by seconds or more, which
 * is followed at once, and logged: to stand still for an hour would be worse, and so would be two
 * nodes that differ by one.
 *
 * <p>Whether the database answered the last time it was asked tells also whether it can be reached.
 * A server that takes no writes does not count: it is a standby, or was told to be one, and its
 * connections are left for those to its successor.
 */
public final class DatabaseClock implements InstantSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DatabaseClock.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(1);
  private static final int AT_START = 5;
  private static final int KEPT = 10;

  /** More than this is no error of measurement, and more than anybody should stand still for. */
  private static final long STEP_MICROS = 2_000_000;

  private final Database database;
  private final LongSupplier nanoTime;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile Anchor anchor;
  private volatile boolean reachable = true;

  /** Known to whoever measures: the constructor, then the thread. */
  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * Asks {@code database} for the time, and goes on doing so.
   *
   * @throws DatabaseException when it does not answer
   */
  public DatabaseClock(Database database) {
    this(database, System::nanoTime);
  }

  /** The same on another monotonic clock. */
  DatabaseClock(Database database, LongSupplier nanoTime) {
    this.database = database;
    this.nanoTime = nanoTime;
    try {
      Sample first = ask();
      samples.add(first);
      this.anchor = new Anchor(first, new AtomicLong(Long.MIN_VALUE));
      for (int i = 1; i < AT_START; i++) {
        measure();
      }
    } catch (SQLException failed) {
      throw DatabaseException.of("clock", failed);
    }
    this.thread = Thread.ofPlatform().name("database-clock").daemon().start(this::measureForEver);
  }

  @Override
  public Instant instant() {
    Anchor now = anchor;
    long micros = now.latest.accumulateAndGet(now.sample.microsAt(nanoTime.getAsLong()), Math::max);
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /**
   * Whether the database answered, and took writes, when it was asked last, which is a second or
   * two ago.
   */
  public boolean isDatabaseReachable() {
    return reachable;
  }

  private void measureForEver() {
    try {
      while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        measureOrSayWhyNot();
      }
    } catch (InterruptedException stopped) {
      log.debug("clock stopped");
    }
  }

  private void measureOrSayWhyNot() {
    try {
      measure();
      if (!reachable) {
        log.info("the database can be used again");
      }
      reachable = true;
    } catch (SQLException | RuntimeException away) {
      if (reachable) {
        log.warn("the database cannot be used: {}", away.getMessage());
      }
      reachable = false;
    }
  }

  /** Asks once and corrects the time. */
  void measure() throws SQLException {
    Sample fresh = ask();
    Anchor before = anchor;
    long correction = fresh.micros - before.sample.microsAt(fresh.nanos);
    if (!fresh.mayAgreeWith(before.sample)) {
      samples.clear(); // a clock was set, or this machine slept
    }
    if (Math.abs(correction) > STEP_MICROS) {
      log.warn("the database's clock differs by {} ms from what it was", correction / 1_000);
    }
    samples.addLast(fresh);
    if (samples.size() > KEPT) {
      samples.removeFirst();
    }
    Sample best =
        samples.stream().min(Comparator.comparingLong(Sample::roundTripNanos)).orElseThrow();
    anchor =
        new Anchor(
            best, correction < -STEP_MICROS ? new AtomicLong(Long.MIN_VALUE) : before.latest);
  }

  private Sample ask() throws SQLException {
    try (Connection connection = database.connection()) {
      connection.setNetworkTimeout(Runnable::run, (int) ANSWERED_WITHIN.toMillis());
      try (Statement statement = connection.createStatement()) {
        long before = nanoTime.getAsLong();
        try (ResultSet row =
            statement.executeQuery(
                """
                select (extract(epoch from clock_timestamp()) * 1e6)::bigint,
                       current_setting('transaction_read_only')::boolean
                """)) {
          row.next();
          long micros = row.getLong(1);
          long roundTrip = nanoTime.getAsLong() - before;
          if (row.getBoolean(2)) {
            database.leaveServer();
            throw new SQLException("its server takes no writes", Fault.READ_ONLY);
          }
          return new Sample(micros, before + roundTrip / 2, roundTrip);
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The database said that it was {@code micros} when the monotonic clock showed {@code nanos}. */
  private record Sample(long micros, long nanos, long roundTripNanos) {
    long microsAt(long later) {
      return micros + TimeUnit.NANOSECONDS.toMicros(later - nanos);
    }

    /**
     * Whether both can be true: each is wrong by half its round trip, and clocks drift a little.
     */
    boolean mayAgreeWith(Sample earlier) {
      long differs = Math.abs(micros - earlier.microsAt(nanos));
      long drift = TimeUnit.NANOSECONDS.toMicros(nanos - earlier.nanos) / 1_000;
      return differs
          <= TimeUnit.NANOSECONDS.toMicros(roundTripNanos + earlier.roundTripNanos) / 2 + drift + 1;
    }
  }

  /**
   * What time is counted from.
   *
   * @param latest the latest time that was told, which stays when the anchor is moved a little
   */
  private record Anchor(Sample sample, AtomicLong latest) {}
}
