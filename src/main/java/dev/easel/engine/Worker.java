package dev.easel.engine;

import dev.easel.db.DatabaseException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs claimed jobs, each on a virtual thread, and knows which leases this node holds. */
final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final int LONGEST_PAUSE_SECONDS = 300;
  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  private final Retries retries;
  private final Machine machine;
  private final int concurrency;
  private final Semaphore room;
  private final Set<Lease> running = ConcurrentHashMap.newKeySet();
  private volatile Map<String, Handler> handlers = Map.of();

  /**
   * A worker that has room for {@code concurrency} jobs at once.
   *
   * @param retries puts off those that fail
   */
  Worker(int concurrency, Retries retries, Machine machine) {
    this.retries = retries;
    this.machine = machine;
    this.concurrency = concurrency;
    this.room = new Semaphore(concurrency);
  }

  void start(Map<String, Handler> byKind) {
    handlers = Map.copyOf(byKind);
  }

  /** Waits until a job could run, and reserves all the room there is. */
  int awaitRoom() throws InterruptedException {
    room.acquire();
    return 1 + room.drainPermits();
  }

  void giveRoomBack(int unused) {
    room.release(unused);
  }

  /** Runs a job in room that was reserved for it. */
  void run(Lease lease) {
    running.add(lease);
    Thread thread =
        machine
            .threads()
            .newThread(() -> {
              try {
                handle(lease);
              } finally {
                running.remove(lease);
                room.release();
              }
            });
    thread.setName("job-" + lease.claim().subject());
    thread.start();
  }

  private void handle(Lease lease) {
    Claim claim = lease.claim();
    Handler handler = handlers.get(claim.kind());
    try {
      if (handler == null) {
        throw new IllegalStateException("this node does not know jobs of the kind " + claim.kind());
      }
      handler.run(lease);
    } catch (DatabaseException away) {
      log.warn("job {} {} is left: {}", claim.kind(), claim.subject(), away.getMessage());
      tryAgainLater(claim, PAUSE_WHEN_DATABASE_AWAY);
    } catch (RuntimeException failed) {
      Duration pause =
          Duration.ofSeconds(Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(claim.number(), 9)));
      log.error(
          "job {} {} failed and is tried again in {} s",
          claim.kind(),
          claim.subject(),
          pause.toSeconds(),
          failed);
      tryAgainLater(claim, pause);
    }
  }

  private void tryAgainLater(Claim claim, Duration pause) {
    retries.putOff(claim, machine.clock().instant().plus(pause));
  }

  Collection<Lease> running() {
    return List.copyOf(running);
  }

  /** How many jobs run at once at most. */
  int concurrency() {
    return concurrency;
  }

  /** Waits until all jobs have ended, at most {@code patience}. */
  void drain(Duration patience) {
    try {
      if (!room.tryAcquire(concurrency, patience.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn(
            "{} jobs were still running after {} s and are left to their leases",
            running.size(),
            patience.toSeconds());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
