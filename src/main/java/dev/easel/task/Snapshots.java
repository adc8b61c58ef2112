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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers reads. A final task is kept until it is evicted, a live one for at most 250 ms, and what
 * this node changes itself is seen at once. However many callers read, wait or watch, the database
 * sees one query at a time, for all of them.
 */
public final class Snapshots implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
  private static final Duration FRESH = Duration.ofMillis(250);

  /** Who asks hears within two seconds that the database is away. */
  private static final Duration PATIENCE = Duration.ofMillis(1_500);

  /** Of a task whose row has been removed since it was read. */
  private static final String NOTHING_SENT = "{}";

  private static final int MOST_READ_AT_ONCE = 1_000;
  private static final int MOST_LOOKED_AFTER_AT_ONCE = 5_000;

  private final Cache<TaskId, Snapshot> cache;

  /** When this node changed a task: what was read from before then is not kept. */
  private final Cache<TaskId, Long> changes =
      Caffeine.newBuilder().expireAfterWrite(Duration.ofSeconds(10)).build();

  /** What was read before it was deleted here is not kept. */
  private final Cache<TaskId, Boolean> removed =
      Caffeine.newBuilder().expireAfterWrite(Duration.ofSeconds(10)).build();

  private final Map<TaskId, Watched> watched = new ConcurrentHashMap<>();

  /** Watched tasks that this node has changed and that have not been read since. */
  private final Set<TaskId> changed = ConcurrentHashMap.newKeySet();

  private final Semaphore somethingChanged = new Semaphore(0);
  private final AtomicInteger watchers = new AtomicInteger();
  private final Database database;
  private final Batch<TaskId, Optional<Task>> reads;
  private final Positions positions;
  private final Thread ticker;
  private volatile boolean stopping;
  private volatile long forgottenAtNanos = System.nanoTime();

  private record Snapshot(Task task, long readAtNanos) {
    boolean isFresh() {
      return task.state().isFinal() || System.nanoTime() - readAtNanos < FRESH.toNanos();
    }
  }

  /** Starts serving reads of {@code database}, from a sixteenth of the heap where it can. */
  public Snapshots(Database database) {
    this(database, Runtime.getRuntime().maxMemory() / 16);
  }

  /** The same from {@code room} bytes. */
  Snapshots(Database database, long room) {
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(room)
            .weigher((TaskId _, Snapshot snapshot) -> TaskWeight.of(snapshot.task, room))
            .build();
    this.database = database;
    this.reads = database.reads("reads", MOST_READ_AT_ONCE, this::readAll);
    this.positions = new Positions(database, this::queued, this::moved);
    this.ticker = Thread.ofPlatform().name("snapshots").daemon().start(this::tickForEver);
  }

  /** How much of its room what is kept takes. */
  long weight() {
    cache.cleanUp();
    return cache.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  /** The task of that id, if it is this account's. */
  public Optional<Task> read(AccountId account, TaskId id) {
    Snapshot snapshot = cache.getIfPresent(id);
    return snapshot != null && snapshot.isFresh()
        ? of(account, Optional.of(snapshot.task))
        : readAgain(account, id);
  }

  /** The same, as it is by now, whatever was read a moment ago. */
  Optional<Task> readAgain(AccountId account, TaskId id) {
    return of(account, reads.submit(id, PATIENCE));
  }

  /** As {@link #read}, but not before the task is final or {@code patience} is over. */
  public Optional<Task> await(AccountId account, TaskId id, Duration patience) {
    Optional<Task> now = read(account, id);
    if (now.isEmpty() || now.get().state().isFinal() || !patience.isPositive() || stopping) {
      return now;
    }
    try (Watch watch = watch(now.get())) {
      return Optional.of(watch.end(patience));
    }
  }

  private static Optional<Task> of(AccountId account, Optional<Task> task) {
    return task.filter(found -> found.request().account().equals(account));
  }

  /** Watches a task that has been read. The caller closes the watch. */
  public Watch watch(Task task) {
    TaskId id = task.id();
    Watch watch = new Watch(id, task);
    watchers.incrementAndGet();
    // What happened between the read and this has been told to nobody.
    Snapshot known = cache.getIfPresent(id);
    if (known == null) {
      lookSoon(id);
    } else {
      watch.of.advance(known.task);
    }
    return watch;
  }

  /** Adds to {@code task} where it stands in its queue, if it is queued and that is known. */
  public TaskView view(Task task) {
    return task.state() instanceof TaskState.Queued
        ? new TaskView(task, positions.of(task.id()))
        : TaskView.of(task);
  }

  /** The same for several. */
  public List<TaskView> views(List<Task> tasks) {
    positions.want(
        tasks.stream()
            .filter(task -> task.state() instanceof TaskState.Queued)
            .map(Task::id)
            .toList());
    return tasks.stream().map(this::view).toList();
  }

  /** A task that somebody watches, and everybody who does. */
  private static final class Watched {
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Task> end = new CompletableFuture<>();
    private volatile Task task;

    Watched(Task task) {
      this.task = task;
    }

    /** Takes note of how the task stands, unless it is known to have gone further. */
    synchronized void advance(Task now) {
      if (hasReached(now, task) && !now.state().equals(task.state())) {
        task = now;
        wake();
        if (now.state().isFinal()) {
          end.complete(now);
        }
      }
    }

    void wake() {
      watches.forEach(watch -> watch.news.release());
    }
  }

  /** Follows one task. To be used by one thread, which should be a virtual one. */
  public final class Watch implements AutoCloseable {
    private final TaskId id;
    private final Watched of;
    private final Semaphore news = new Semaphore(0);
    private @Nullable TaskView shown;

    private Watch(TaskId id, Task task) {
      this.id = id;
      this.of =
          watched.compute(
              id,
              (_, known) -> {
                Watched its = known == null ? new Watched(task) : known;
                its.watches.add(this);
                return its;
              });
      of.advance(task);
    }

    /**
     * How the task stands when that is not what was answered before: at once for the first time,
     * later when something happens. What happens in quick succession is answered as one. Empty when
     * nothing has happened within {@code patience}, and when the watch {@link #isOver}.
     */
    public Optional<TaskView> next(Duration patience) throws InterruptedException {
      long end = System.nanoTime() + patience.toNanos();
      do {
        news.drainPermits();
        TaskView before = shown;
        TaskView now = before == null ? view(of.task) : known(of.task);
        if (before == null || now.isNewsAfter(before)) {
          shown = now;
          return Optional.of(now);
        }
      } while (!stopping && news.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS));
      return Optional.empty();
    }

    /** Whether nothing more will be heard of the task here, because this node is going down. */
    public boolean isOver() {
      return stopping;
    }

    private TaskView known(Task task) {
      return task.state() instanceof TaskState.Queued
          ? new TaskView(task, positions.known(id))
          : TaskView.of(task);
    }

    /** The task when it is final, or as it stands when {@code patience} is over. */
    private Task end(Duration patience) {
      try {
        return stopping ? of.task : of.end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException notYet) {
        return of.task;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return of.task;
      }
    }

    @Override
    public void close() {
      watched.computeIfPresent(
          id,
          (_, its) -> {
            if (its.watches.remove(this)) {
              watchers.decrementAndGet();
            }
            return its.watches.isEmpty() ? null : its;
          });
    }
  }

  /** Whether {@code task} is at least as far as {@code mark}; what is read late may not be. */
  private static boolean hasReached(Task task, Task mark) {
    return reached(task.state()) >= reached(mark.state());
  }

  private static int reached(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> -1;
      case TaskState.Running running -> running.percent();
      case TaskState.Succeeded _, TaskState.Failed _, TaskState.Canceled _ -> Integer.MAX_VALUE;
    };
  }

  /** Remembers a task that this node has just accepted. */
  public void accepted(Task task) {
    cache.put(task.id(), new Snapshot(task.held(), System.nanoTime()));
    if (changes.getIfPresent(task.id()) != null) {
      cache.invalidate(task.id()); // it has begun, or ended, before this was heard of
    }
  }

  /** Forgets what is known of a task that this node has just changed. Does not block. */
  public void changed(TaskId id) {
    changes.put(id, System.nanoTime());
    cache.invalidate(id);
    if (watched.containsKey(id)) {
      lookSoon(id);
    }
  }

  /** Changes that come while the ticker reads are read together after that. */
  private void lookSoon(TaskId id) {
    changed.add(id);
    somethingChanged.release();
  }

  /** How many tasks are watched. */
  public int watched() {
    return watched.size();
  }

  /** How many callers watch them. */
  public int watchers() {
    return watchers.get();
  }

  private void keep(Task task, long readAtNanos) {
    Snapshot fresh = new Snapshot(task, readAtNanos);
    cache.asMap().merge(task.id(), fresh, (old, _) -> hasReached(task, old.task) ? fresh : old);
    Long changedAt = changes.getIfPresent(task.id());
    if (changedAt != null && changedAt - readAtNanos >= 0 && !task.state().isFinal()) {
      cache.invalidate(task.id());
    }
    if (removed.getIfPresent(task.id()) != null || readAtNanos - forgottenAtNanos < 0) {
      cache.invalidate(task.id());
    }
  }

  /** Whether nobody waits or watches any more. */
  public boolean isStopping() {
    return stopping;
  }

  /** From now on nobody waits or watches: who does is answered with what is known. */
  public void stopWaiting() {
    stopping = true;
    for (Watched its : watched.values()) {
      its.end.completeExceptionally(new IllegalStateException("stopping"));
      its.wake();
    }
  }

  /** Forgets a task that its customer has just deleted. */
  void removed(TaskId id) {
    removed.put(id, true);
    cache.invalidate(id);
  }

  /** Forgets everything: another node has deleted something. */
  public void forget() {
    forgottenAtNanos = System.nanoTime(); // what is being read now may be gone by then
    cache.invalidateAll();
  }

  /** A part of an account's tasks. */
  public List<Task> list(AccountId account, Page page) {
    try (Connection connection = database.connection()) {
      return Tasks.list(connection, account, page);
    } catch (SQLException away) {
      throw new DatabaseException("cannot list tasks", away);
    }
  }

  /**
   * A request as its customer sent it; read anew where it is too large to be held with every task.
   */
  public String sent(TaskRequest request) {
    return request.origin().body().orElseGet(() -> sent(request.id()));
  }

  private String sent(TaskId id) {
    try (Connection connection = database.connection()) {
      return Tasks.body(connection, id).orElse(NOTHING_SENT);
    } catch (SQLException away) {
      throw new DatabaseException("cannot read the request of a task", away);
    }
  }

  private List<Optional<Task>> readAll(Connection connection, List<TaskId> ids)
      throws SQLException {
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
    for (Tasks.Pulse pulse : Tasks.pulses(connection, tasks.keySet())) {
      Task known = tasks.get(pulse.id());
      if (known == null || !pulse.isOf(known)) {
        tasks.remove(pulse.id());
        unknown.add(pulse.id());
      }
    }
    for (Task task : Tasks.load(connection, unknown)) {
      tasks.put(task.id(), task);
    }
    tasks.values().forEach(task -> keep(task, startedAt));
    return ids.stream().map(id -> Optional.ofNullable(tasks.get(id))).toList();
  }

  /**
   * Looks after the tasks that somebody watches: all of them every 250 ms, since another node may
   * have changed them, and at once those that this node has changed.
   */
  private void tickForEver() {
    try {
      for (long next = System.nanoTime() + FRESH.toNanos(); ; ) {
        boolean early =
            somethingChanged.tryAcquire(next - System.nanoTime(), TimeUnit.NANOSECONDS)
                && System.nanoTime() - next < 0;
        somethingChanged.drainPermits();
        Set<TaskId> ids = drainChanged();
        if (early) {
          ids.retainAll(watched.keySet());
        } else {
          ids = watched.keySet();
          next = System.nanoTime() + FRESH.toNanos();
        }
        lookAfter(List.copyOf(ids));
        if (!early && !queued().isEmpty()) {
          positions.ask();
        }
      }
    } catch (InterruptedException closed) {
      log.debug("snapshots closed");
    }
  }

  private Set<TaskId> drainChanged() {
    Set<TaskId> drained = new HashSet<>();
    for (Iterator<TaskId> each = changed.iterator(); each.hasNext(); each.remove()) {
      drained.add(each.next());
    }
    return drained;
  }

  private void lookAfter(List<TaskId> ids) {
    if (ids.isEmpty()) {
      return;
    }
    try (Connection connection = database.connection()) {
      for (int from = 0; from < ids.size(); from += MOST_LOOKED_AFTER_AT_ONCE) {
        int to = Math.min(ids.size(), from + MOST_LOOKED_AFTER_AT_ONCE);
        for (Optional<Task> task : readAll(connection, ids.subList(from, to))) {
          task.ifPresent(this::announce);
        }
      }
    } catch (SQLException | RuntimeException away) {
      log.debug("cannot look after {} watched tasks: {}", ids.size(), away.getMessage());
    }
  }

  private void announce(Task task) {
    Watched its = watched.get(task.id());
    if (its != null) {
      its.advance(task);
    }
  }

  private List<TaskId> queued() {
    return watched.values().stream()
        .map(its -> its.task)
        .filter(task -> task.state() instanceof TaskState.Queued)
        .map(Task::id)
        .toList();
  }

  private void moved(Collection<TaskId> ids) {
    for (TaskId id : ids) {
      Watched its = watched.get(id);
      if (its != null) {
        its.wake();
      }
    }
  }

  @Override
  public void close() {
    ticker.interrupt();
    reads.close();
  }
}
