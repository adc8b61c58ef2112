package dev.easel.task;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.AccountId;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers reads. A final task is kept until it is evicted, a live one for at most 250 ms, and what
 * this node changes itself is seen at once. However many callers read or wait, the database sees
 * one query at a time, for all of them.
 */
public final class Snapshots implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
  private static final Duration FRESH = Duration.ofMillis(250);
  private static final int MOST_KEPT = 50_000;
  private static final int MOST_READ_AT_ONCE = 1_000;

  private final Cache<TaskId, Snapshot> cache =
      Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

  /** When this node changed a task: what was read from before then is not kept. */
  private final Cache<TaskId, Long> changes =
      Caffeine.newBuilder().expireAfterWrite(Duration.ofSeconds(10)).build();

  private final Map<TaskId, Watch> watched = new ConcurrentHashMap<>();
  private final Database database;
  private final Batch<TaskId, Optional<Task>> reads;
  private final Thread ticker;
  private volatile boolean stopping;

  private record Snapshot(Task task, long readAtNanos) {
    boolean isFresh() {
      return task.state().isFinal() || System.nanoTime() - readAtNanos < FRESH.toNanos();
    }
  }

  /** The callers that wait for one task to end; the last to leave removes it. */
  private record Watch(CompletableFuture<Task> end, int callers) {
    Watch plus(int more) {
      return new Watch(end, callers + more);
    }
  }

  /** Starts serving reads of {@code database}. */
  public Snapshots(Database database) {
    this.database = database;
    this.reads = database.batch("reads", MOST_READ_AT_ONCE, this::readAll);
    this.ticker = Thread.ofPlatform().name("snapshots").daemon().start(this::tickForEver);
  }

  /** The task of that id, if it is this account's. */
  public Optional<Task> read(AccountId account, TaskId id) {
    Snapshot snapshot = cache.getIfPresent(id);
    Optional<Task> task =
        snapshot != null && snapshot.isFresh() ? Optional.of(snapshot.task) : reads.submit(id);
    return task.filter(found -> found.request().account().equals(account));
  }

  /** The same, but not before the task is final or {@code patience} is over. */
  public Optional<Task> await(AccountId account, TaskId id, Duration patience) {
    Optional<Task> now = read(account, id);
    if (now.isEmpty() || now.get().state().isFinal() || !patience.isPositive() || stopping) {
      return now;
    }
    Watch watch =
        watched.compute(
            id, (_, w) -> w == null ? new Watch(new CompletableFuture<>(), 1) : w.plus(1));
    try {
      refresh(id); // the task may have ended between the read and the watch
      return Optional.of(watch.end.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException notYet) {
      return read(account, id);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return now;
    } finally {
      watched.computeIfPresent(id, (_, w) -> w.callers > 1 ? w.plus(-1) : null);
    }
  }

  /** Remembers a task that this node has just accepted. */
  public void accepted(Task task) {
    cache.put(task.id(), new Snapshot(task, System.nanoTime()));
    if (changes.getIfPresent(task.id()) != null) {
      cache.invalidate(task.id()); // it has begun, or ended, before this was heard of
    }
  }

  /** Forgets what is known of a task that this node has just changed. Does not block. */
  public void changed(TaskId id) {
    changes.put(id, System.nanoTime());
    cache.invalidate(id);
    if (watched.containsKey(id)) {
      Thread.startVirtualThread(() -> refresh(id));
    }
  }

  /** How many tasks are waited for. */
  int watched() {
    return watched.size();
  }

  private void keep(Task task, long readAtNanos) {
    cache.put(task.id(), new Snapshot(task, readAtNanos));
    Long changedAt = changes.getIfPresent(task.id());
    if (changedAt != null && changedAt - readAtNanos >= 0 && !task.state().isFinal()) {
      cache.invalidate(task.id());
    }
  }

  /** From now on nobody waits: who does is answered with what is known. */
  public void stopWaiting() {
    stopping = true;
    watched
        .values()
        .forEach(watch -> watch.end.completeExceptionally(new IllegalStateException("stopping")));
  }

  /** An account's tasks, newest first, from before {@code before} on. */
  public List<Task> list(AccountId account, Optional<TaskId> before, int most) {
    try (Connection connection = database.connection()) {
      return Tasks.list(connection, account, before, most);
    } catch (SQLException away) {
      throw new DatabaseException("cannot list tasks", away);
    }
  }

  private void refresh(TaskId id) {
    reads.submit(id).ifPresent(this::announceEnd);
  }

  private void announceEnd(Task task) {
    Watch watch = task.state().isFinal() ? watched.get(task.id()) : null;
    if (watch != null) {
      watch.end.complete(task);
    }
  }

  private List<Optional<Task>> readAll(Connection tx, List<TaskId> ids) throws SQLException {
    Map<TaskId, Task> tasks = new HashMap<>();
    long startedAt = System.nanoTime();
    List<TaskId> unknown = new ArrayList<>();
    for (TaskId id : ids) {
      Snapshot snapshot = cache.getIfPresent(id);
      if (snapshot == null) {
        unknown.add(id);
      } else {
        tasks.put(id, snapshot.task);
      }
    }
    for (Tasks.Pulse pulse : Tasks.pulses(tx, tasks.keySet())) {
      Task known = tasks.get(pulse.id());
      if (known == null || !pulse.isOf(known)) {
        tasks.remove(pulse.id());
        unknown.add(pulse.id());
      }
    }
    for (Task task : Tasks.load(tx, unknown)) {
      tasks.put(task.id(), task);
    }
    tasks.values().forEach(task -> keep(task, startedAt));
    return ids.stream().map(id -> Optional.ofNullable(tasks.get(id))).toList();
  }

  /** Looks after the tasks that somebody waits for and another node may have ended. */
  private void tickForEver() {
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(FRESH.toNanos());
        if (!watched.isEmpty()) {
          tick();
        }
      }
    } catch (InterruptedException closed) {
      log.debug("snapshots closed");
    }
  }

  private void tick() {
    try (Connection connection = database.connection()) {
      List<TaskId> ids = List.copyOf(watched.keySet());
      readAll(connection, ids).forEach(task -> task.ifPresent(this::announceEnd));
    } catch (SQLException | RuntimeException away) {
      log.debug("cannot look after {} watched tasks: {}", watched.size(), away.getMessage());
    }
  }

  @Override
  public void close() {
    ticker.interrupt();
    reads.close();
  }
}
