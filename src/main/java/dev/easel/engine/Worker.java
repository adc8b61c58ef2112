package dev.easel.engine;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs claimed jobs, each on a virtual thread, and knows which leases this node holds. */
final class Worker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final int LONGEST_PAUSE_SECONDS = 300;
  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  private static final int MOST_PUT_OFF_AT_ONCE = 256;

  private final Machine machine;
  private final int concurrency;
  private final Semaphore room;
  private final Set<Lease> running = ConcurrentHashMap.newKeySet();
  private final Batch<Jobs.Later, Jobs.Later> retries;
  private volatile Map<String, Handler> handlers = Map.of();

  Worker(Database database, int concurrency, Machine machine) {
    this.machine = machine;
    this.concurrency = concurrency;
    this.room = new Semaphore(concurrency);
    this.retries = database.batch("retries", MOST_PUT_OFF_AT_ONCE, Worker::putOff);
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
    try {
      retries.submit(new Jobs.Later(claim, machine.clock().instant().plus(pause)));
    } catch (DatabaseException away) {
      log.warn(
          "job {} {} is left to its lease: {}", claim.kind(), claim.subject(), away.getMessage());
    }
  }

  /** What fails because the database is away fails all at once, and is put off together. */
  private static List<Jobs.Later> putOff(Connection tx, Pipeline last, List<Jobs.Later> jobs) {
    Map<String, List<UUID>> subjects =
        jobs.stream()
            .map(Jobs.Later::claim)
            .collect(groupingBy(Claim::kind, TreeMap::new, mapping(Claim::subject, toList())));
    subjects.forEach((kind, those) -> Jobs.lock(last, kind, those));
    Jobs.reschedule(last, jobs);
    return jobs;
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

  /** What fails from now on is left to its lease. */
  @Override
  public void close() {
    retries.close();
  }
}
