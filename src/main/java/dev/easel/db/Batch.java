package dev.easel.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: what arrives while a transaction is running goes together in the next one. Each
 * caller blocks until the transaction that holds its item is on disk, and gets its own answer;
 * nobody waits for a timer.
 *
 * <p>Items do not harm each other. A batch that fails is rolled back and its items are run again,
 * each in a transaction of its own. Items that wait for a lock which somebody holds for long are
 * put apart, and so are those of which nobody knows whether they are on disk, because the answer to
 * their COMMIT was lost: they are tried between the batches, for as long as their callers wait.
 *
 * <p>A caller waits for as long as it likes. Its item is withdrawn then, and nothing was or will be
 * written of it; only when it is just being committed is it waited for, and looked up if need be,
 * for another {@value #DOUBT_SECONDS} seconds.
 *
 * <p>What only reads goes together in the same way, but for the transaction and its COMMIT: who
 * leaves is not missed, and nothing is ever in doubt.
 */
public final class Batch<I, O> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Batch.class);
  private static final int LONGEST_QUEUE = 10_000;

  /** How long a caller waits that says nothing else: about as long as a job's lease. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int DOUBT_SECONDS = 10;

  /** How often a transaction is run again that was in the way of another one. */
  private static final int MOST_CONFLICTS = 5;

  /** What waits alone waits for locks no longer than this, since all others wait for it. */
  private static final Duration LOCK_TIMEOUT_ALONE = Duration.ofMillis(50);

  /** Between two tries of what was put apart. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final String name;
  private final Database database;
  private final int most;
  private final Work<I, O> work;
  private final boolean reads;
  private final Threads threads;
  private final BlockingQueue<BatchEntry<I, O>> waiting = new LinkedBlockingQueue<>(LONGEST_QUEUE);
  private final Thread committer;
  private volatile boolean idle;
  private volatile boolean closed;

  /** Known to the committer alone. */
  private final Deque<Apart<I, O>> apart = new ArrayDeque<>();

  private long apartTriedAtNanos;

  /**
   * Starts a group.
   *
   * @param name names the committing thread, and the group in logs
   * @param most how many items share a transaction at most
   * @param threads of which one commits
   */
  Batch(String name, Database database, int most, Work<I, O> work, Threads threads) {
    this.name = name;
    this.database = database;
    this.most = most;
    this.work = work;
    this.reads = work instanceof Reading<I, O>;
    this.threads = threads;
    this.apartTriedAtNanos = threads.nanoTime();
    this.committer = threads.newThread(this::commitForEver);
    committer.setName("batch-" + name);
    committer.start();
  }

  /** {@link #submit(Object, Duration)} with much patience. */
  public O submit(I item) {
    return submit(item, PATIENCE);
  }

  /**
   * Runs {@code item} in the next transaction and waits until that is committed, or has been read.
   *
   * @param patience how long it may wait for that; half a second longer when it is running by then
   * @throws DatabaseException when the database is away, patience is over, too many items wait, or
   *     this group has been closed. Nothing was written then, unless the database went away while
   *     it was being committed and stayed away: its message says so
   */
  public O submit(I item, Duration patience) {
    BatchEntry<I, O> entry = new BatchEntry<>(item, threads);
    if (!waiting.offer(entry)) {
      throw new DatabaseException(name + ": too much is waiting for the database");
    }
    // Asked after the offer: whoever closes later finds the entry, and an entry that came too late
    // for that is taken back.
    if (closed && waiting.remove(entry)) {
      throw new DatabaseException(name + ": shutting down");
    }
    if (idle) {
      LockSupport.unpark(committer);
    }
    return entry.await(name, patience, Duration.ofSeconds(DOUBT_SECONDS));
  }

  private void commitForEver() {
    while (!closed || !waiting.isEmpty()) {
      awaitEntries();
      commitTogether(next());
      tryApart();
    }
    List.copyOf(apart).forEach(this::isDone); // a last try
    apart.forEach(group -> fail(group.entries, new DatabaseException(name + ": shutting down")));
  }

  /** Waits until something is to be committed, or what was put apart is to be tried again. */
  private void awaitEntries() {
    idle = true; // said before the queue is looked at: who finds it full wakes nobody
    while (waiting.isEmpty() && !closed) {
      if (apart.isEmpty()) {
        LockSupport.park(this);
      } else {
        threads.parkNanos(this, PAUSE.toNanos());
        break;
      }
    }
    idle = false;
  }

  private List<BatchEntry<I, O>> next() {
    List<BatchEntry<I, O>> batch = new ArrayList<>(most);
    waiting.drainTo(batch, most);
    // Who contends for what is known to be locked joins those who wait for it.
    batch.removeIf(entry -> blockedBy(entry).map(group -> group.entries.add(entry)).orElse(false));
    return batch;
  }

  /** Whatever happens, each entry is answered, withdrawn, or put apart in the end. */
  private void commitTogether(List<BatchEntry<I, O>> batch) {
    int conflicts = 0;
    while (true) {
      batch.removeIf(entry -> !entry.begin());
      if (batch.isEmpty()) {
        return;
      }
      switch (transaction(batch, work::run, Optional.empty())) {
        case Ending.Committed _ -> {
          return;
        }
        case Ending.Withdrawn _ -> log.debug("{}: again, without those who have gone", name);
        case Ending.Unknown(Throwable lost) -> {
          lookUpLater(batch, lost);
          return;
        }
        case Ending.Failed(Throwable failed) -> {
          Fault fault = Fault.of(failed);
          if (fault == Fault.CONFLICT && ++conflicts < MOST_CONFLICTS) {
            log.debug("{}: again, after a conflict: {}", name, failed.getMessage());
          } else if (fault == Fault.AWAY || (fault == Fault.LOCKED && reads)) {
            fail(batch, failed); // all read the same tables: alone each would wait as long again
            return;
          } else {
            commitAlone(batch, failed);
            return;
          }
        }
      }
    }
  }

  private void commitAlone(List<BatchEntry<I, O>> batch, Throwable failed) {
    if (batch.size() == 1) {
      failedAlone(batch.getFirst(), failed);
      return;
    }
    log.warn(
        "{}: a batch of {} failed and is run again one by one: {}",
        name,
        batch.size(),
        failed.toString());
    for (BatchEntry<I, O> entry : batch) {
      Optional<Apart<I, O>> blocked = blockedBy(entry);
      if (blocked.isPresent()) {
        blocked.get().entries.add(entry);
      } else {
        commitAlone(entry);
      }
    }
  }

  private void commitAlone(BatchEntry<I, O> entry) {
    for (int tries = 1; entry.begin(); tries++) {
      List<BatchEntry<I, O>> alone = listOf(entry);
      switch (transaction(alone, work::run, Optional.of(LOCK_TIMEOUT_ALONE))) {
        case Ending.Committed _, Ending.Withdrawn _ -> {
          return;
        }
        case Ending.Unknown(Throwable lost) -> {
          lookUpLater(alone, lost);
          return;
        }
        case Ending.Failed(Throwable failed) -> {
          if (Fault.of(failed) != Fault.CONFLICT || tries == MOST_CONFLICTS) {
            failedAlone(entry, failed);
            return;
          }
        }
      }
    }
  }

  private void failedAlone(BatchEntry<I, O> entry, Throwable failed) {
    if (Fault.of(failed) == Fault.LOCKED) {
      Object contended = work.contended(entry.item());
      log.warn("{}: somebody holds a lock that {} needs", name, contended);
      apart.add(new Apart<>(Optional.of(contended), listOf(entry)));
    } else {
      fail(List.of(entry), failed);
    }
  }

  private void lookUpLater(List<BatchEntry<I, O>> batch, Throwable lost) {
    if (work instanceof Traceable<I, O>) {
      log.warn(
          "{}: the answer to COMMIT is lost, looking {} items up: {}",
          name,
          batch.size(),
          lost.toString());
      apart.addFirst(new Apart<>(Optional.empty(), batch));
      apartTriedAtNanos = threads.nanoTime() - PAUSE.toNanos(); // now
    } else {
      String message = name + ": nobody knows whether it was written";
      fail(batch, new DatabaseException(message, lost));
    }
  }

  /** Those who wait for the lock that {@code entry} needs, when it is known to be held. */
  private Optional<Apart<I, O>> blockedBy(BatchEntry<I, O> entry) {
    if (apart.isEmpty()) {
      return Optional.empty();
    }
    Optional<Object> contended = Optional.of(work.contended(entry.item()));
    return apart.stream().filter(group -> group.contended.equals(contended)).findFirst();
  }

  /** Tries what has waited longest, so that the others are held up for one try at most. */
  private void tryApart() {
    apart.removeIf(Apart::isDeserted);
    if (!apart.isEmpty() && threads.nanoTime() - apartTriedAtNanos >= PAUSE.toNanos()) {
      Apart<I, O> group = apart.removeFirst();
      if (!isDone(group)) {
        apart.addLast(group);
      }
      apartTriedAtNanos = threads.nanoTime();
    }
  }

  /** Whether nobody of {@code group} need be apart any more. */
  private boolean isDone(Apart<I, O> group) {
    if (group.isDeserted()) {
      return true;
    }
    return group.contended.isPresent() ? isFree(group) : isFound(group);
  }

  /** The first one tries the lock for all. */
  private boolean isFree(Apart<I, O> group) {
    BatchEntry<I, O> first = group.entries.getFirst();
    if (!first.begin()) {
      return false; // gone just now: the next one tries the next time
    }
    switch (transaction(listOf(first), work::run, Optional.of(LOCK_TIMEOUT_ALONE))) {
      case Ending.Committed _ -> {}
      case Ending.Withdrawn _ -> {
        return false;
      }
      case Ending.Unknown(Throwable lost) -> lookUpLater(listOf(first), lost);
      case Ending.Failed(Throwable failed) -> {
        if (Fault.of(failed) == Fault.LOCKED || Fault.of(failed) == Fault.CONFLICT) {
          return false;
        }
        fail(List.of(first), failed);
      }
    }
    group.entries.removeFirst();
    for (Iterator<BatchEntry<I, O>> rest = group.entries.iterator(); rest.hasNext(); ) {
      commitAlone(rest.next());
      rest.remove();
    }
    return true;
  }

  /** Finds what was written, and writes the rest. */
  private boolean isFound(Apart<I, O> group) {
    Ending ending = transaction(group.entries, this::findOrRun, Optional.of(LOCK_TIMEOUT_ALONE));
    log.debug("{}: looked {} items up: {}", name, group.entries.size(), ending);
    return ending instanceof Ending.Committed;
  }

  private List<O> findOrRun(Connection tx, Pipeline last, List<I> items) throws SQLException {
    if (!(work instanceof Traceable<I, O> traceable)) {
      throw new IllegalStateException(name + " cannot be looked up");
    }
    List<Optional<O>> found = traceable.find(tx, items);
    List<I> missing = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (found.get(i).isEmpty()) {
        missing.add(items.get(i));
      }
    }
    Iterator<O> written =
        (missing.isEmpty() ? List.<O>of() : work.run(tx, last, missing)).iterator();
    return found.stream().map(answer -> answer.orElseGet(written::next)).toList();
  }

  /** How a transaction ended. */
  private sealed interface Ending {
    /** All of it is on disk, and the callers have been answered. */
    record Committed() implements Ending {}

    /** Nothing is on disk: a caller had gone before the COMMIT was sent. */
    record Withdrawn() implements Ending {}

    /** The COMMIT was sent, and its answer did not come. */
    record Unknown(Throwable lost) implements Ending {}

    /** Nothing is on disk. */
    record Failed(Throwable cause) implements Ending {}
  }

  private Ending transaction(
      List<BatchEntry<I, O>> entries, Run<I, O> run, Optional<Duration> lockTimeout) {
    boolean committing = false;
    try (Connection tx = database.connection()) {
      if (!reads) {
        begin(tx, lockTimeout);
      }
      Pipeline last = new Pipeline();
      List<O> answers = run.run(tx, last, entries.stream().map(BatchEntry::item).toList());
      if (answers.size() != entries.size()) {
        throw new IllegalStateException(
            name + " answered " + answers.size() + " of " + entries.size() + " items");
      }
      if (!reads) {
        if (!entries.stream().allMatch(BatchEntry::beginCommit)) {
          return new Ending.Withdrawn();
        }
        committing = true;
        last.commit(tx);
      }
      for (int i = 0; i < entries.size(); i++) {
        entries.get(i).answer(answers.get(i));
      }
      return new Ending.Committed();
    } catch (SQLException | RuntimeException | Error failed) {
      // A COMMIT that the server refuses, because of a deferred check say, is a rollback.
      return committing && Fault.leavesDoubt(failed)
          ? new Ending.Unknown(failed)
          : new Ending.Failed(failed);
    }
  }

  private static void begin(Connection tx, Optional<Duration> lockTimeout) throws SQLException {
    // A connection that is given back uncommitted is rolled back by the pool, and commits by
    // itself again. Doing that here would hide why the work failed when the connection broke.
    tx.setAutoCommit(false);
    if (lockTimeout.isPresent()) {
      try (PreparedStatement setting =
          tx.prepareStatement("select set_config('lock_timeout', ?, true)")) {
        setting.setString(1, lockTimeout.get().toMillis() + "ms");
        setting.execute();
      }
    }
  }

  private void fail(List<BatchEntry<I, O>> entries, Throwable failed) {
    entries.forEach(entry -> entry.fail(failed));
  }

  private List<BatchEntry<I, O>> listOf(BatchEntry<I, O> entry) {
    return new ArrayList<>(List.of(entry));
  }

  /** Commits what is waiting and stops. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(committer);
    try {
      committer.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a batch does in its transaction. */
  public interface Work<I, O> {
    /**
     * Writes all of {@code items} and answers each, in the same order. Must not commit.
     *
     * @param last what is added to it is run afterwards, in one round trip with the COMMIT, and so
     *     can no longer be a reason not to commit
     */
    List<O> run(Connection tx, Pipeline last, List<I> items) throws SQLException;

    /**
     * What {@code item} may have to wait for: when that is locked for long, items that contend for
     * the same wait apart from all others.
     */
    default Object contended(I item) {
      return item;
    }
  }

  /**
   * Work that can be looked up. Other work leaves its callers in doubt when the answer to a COMMIT
   * is lost, which is for work that is fenced: whoever does it again does it once.
   */
  public interface Traceable<I, O> extends Work<I, O> {
    /**
     * What was answered to each of {@code items} that is on disk, in the same order; empty for the
     * others, which are run again in the same transaction.
     *
     * <p>Must lock first what {@link #run} locks: the transaction in doubt may not be over yet, and
     * what it has written is seen only then.
     */
    List<Optional<O>> find(Connection tx, List<I> items) throws SQLException;
  }

  /**
   * Work that only reads. It is given a connection that is in no transaction, which saves a round
   * trip for the COMMIT; its statements may each see another moment.
   */
  public interface Reading<I, O> extends Work<I, O> {
    /** Answers each of {@code items}, in the same order. */
    List<O> read(Connection connection, List<I> items) throws SQLException;

    @Override
    default List<O> run(Connection connection, Pipeline last, List<I> items) throws SQLException {
      return read(connection, items);
    }
  }

  private interface Run<I, O> {
    List<O> run(Connection tx, Pipeline last, List<I> items) throws SQLException;
  }

  /**
   * Entries that are tried apart from the others.
   *
   * @param contended what they wait for; empty: it is not known whether they are on disk
   */
  private record Apart<I, O>(Optional<Object> contended, List<BatchEntry<I, O>> entries) {
    /** Whether nobody waits for an answer any more. */
    boolean isDeserted() {
      entries.removeIf(BatchEntry::isWithdrawn);
      return entries.isEmpty();
    }
  }
}
