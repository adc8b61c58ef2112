package dev.easel.engine;

import dev.easel.db.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims due jobs of one lane in batches, as many as the worker has room for: when woken, and every
 * tick for what has become due by time alone.
 */
final class Claimer {
  private static final Logger log = LoggerFactory.getLogger(Claimer.class);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  private final Database database;
  private final Lane lane;
  private final Worker worker;
  private final Engine.Settings settings;
  private final Machine machine;
  private final Semaphore wakeUps = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  Claimer(Database database, Lane lane, Worker worker, Engine.Settings settings, Machine machine) {
    this.database = database;
    this.lane = lane;
    this.worker = worker;
    this.settings = settings;
    this.machine = machine;
    this.thread =
        Thread.ofPlatform().name("claimer-" + lane.number()).daemon().unstarted(this::claimForEver);
  }

  void start() {
    thread.start();
  }

  void wake() {
    if (wakeUps.availablePermits() == 0) {
      wakeUps.release();
    }
  }

  private void claimForEver() {
    try {
      Duration wait = TICK;
      while (!closed) {
        wakeUps.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
        wakeUps.drainPermits();
        wait = claimWhatIsDue() ? TICK : PAUSE_WHEN_DATABASE_AWAY;
      }
    } catch (InterruptedException stopped) {
      log.debug("claimer stopped");
    }
  }

  /** Claims until nothing is due; false when the database could not be asked. */
  boolean claimWhatIsDue() throws InterruptedException {
    int room;
    List<Claim> claims;
    do {
      room = worker.awaitRoom();
      try {
        claims = closed ? List.of() : claim(room);
      } catch (SQLException | RuntimeException away) {
        worker.giveRoomBack(room);
        log.warn("cannot claim jobs: {}", away.getMessage());
        return false;
      }
      worker.giveRoomBack(room - claims.size());
    } while (claims.size() == room);
    return true;
  }

  private List<Claim> claim(int most) throws SQLException {
    long startedAt = machine.nanoTime().getAsLong();
    Instant now = machine.clock().instant();
    List<Claim> claims;
    try (Connection tx = database.connection()) {
      claims = Jobs.claim(tx, lane, settings.node(), now, now.plus(settings.lease()), most);
    }
    for (Claim claim : claims) {
      worker.run(new Lease(claim, startedAt, settings.lease(), machine.nanoTime()));
    }
    return claims;
  }

  void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
