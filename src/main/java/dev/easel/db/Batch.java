package dev.easel.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: what arrives while a transaction is running goes together in the next one. Each
 * caller blocks until the transaction that holds its item is on disk, and gets its own answer;
 * nobody waits for a timer.
 *
 * <p>A batch that fails is rolled back and its items are run again, each in a transaction of its
 * own, so that what one item contains cannot fail its neighbours.
 */
public final class Batch<I, O> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Batch.class);
  private static final int LONGEST_QUEUE = 10_000;

  private final String name;
  private final Database database;
  private final int most;
  private final Work<I, O> work;
  private final BlockingQueue<Entry<I, O>> waiting = new LinkedBlockingQueue<>(LONGEST_QUEUE);
  private final Thread committer;
  private volatile boolean closed;

  /**
   * Starts a group.
   *
   * @param name names the committing thread, and the group in logs
   * @param most how many items share a transaction at most
   * @param threads makes the committing thread
   */
  Batch(String name, Database database, int most, Work<I, O> work, ThreadFactory threads) {
    this.name = name;
    this.database = database;
    this.most = most;
    this.work = work;
    this.committer = threads.newThread(this::commitForEver);
    committer.setName("batch-" + name);
    committer.start();
  }

  /**
   * Runs {@code item} in the next transaction and waits until that is committed.
   *
   * @throws DatabaseException when the database is away, too many items wait, or this group has
   *     been closed; nothing was written then, except when the answer to the COMMIT itself was lost
   */
  public O submit(I item) {
    Entry<I, O> entry = new Entry<>(item, new CompletableFuture<>());
    if (!waiting.offer(entry)) {
      throw new DatabaseException(name + ": too much is waiting for the database");
    }
    // Asked after the offer: whoever closes later finds the entry, and an entry that came too late
    // for that is taken back.
    if (closed && waiting.remove(entry)) {
      throw new DatabaseException(name + ": shutting down");
    }
    try {
      return entry.answer.join();
    } catch (CompletionException failed) {
      throw DatabaseException.of(name, Objects.requireNonNull(failed.getCause()));
    }
  }

  private void commitForEver() {
    List<Entry<I, O>> batch = new ArrayList<>(most);
    while (!closed || !waiting.isEmpty()) {
      try {
        if (!closed) {
          batch.add(waiting.take());
        }
        waiting.drainTo(batch, most - batch.size());
        commit(batch);
      } catch (InterruptedException stopped) {
        // Only close() interrupts: the condition above ends the loop when nothing is left.
        log.debug("{}: closing", name);
      } finally {
        batch.clear();
      }
    }
  }

  private void commit(List<Entry<I, O>> batch) {
    if (batch.isEmpty()) {
      return; // what was waiting when this closed has been taken back
    }
    try {
      List<O> answers = inTransaction(batch.stream().map(Entry::item).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer.complete(answers.get(i));
      }
    } catch (SQLException | RuntimeException | Error failed) {
      if (batch.size() == 1 || DatabaseException.isAway(failed)) {
        batch.forEach(entry -> entry.answer.completeExceptionally(failed));
      } else {
        log.warn(
            "{}: a batch of {} failed and is run again one by one: {}",
            name,
            batch.size(),
            failed.toString());
        batch.forEach(entry -> commit(List.of(entry)));
      }
    }
  }

  private List<O> inTransaction(List<I> items) throws SQLException {
    try (Connection tx = database.connection()) {
      // A connection that is given back uncommitted is rolled back by the pool, and commits by
      // itself
      // again. Doing that here would hide why the work failed when the connection broke.
      tx.setAutoCommit(false);
      List<O> answers = work.run(tx, items);
      if (answers.size() != items.size()) {
        throw new IllegalStateException(
            name + " answered " + answers.size() + " of " + items.size() + " items");
      }
      tx.commit();
      return answers;
    }
  }

  /** Commits what is waiting and stops. */
  @Override
  public void close() {
    closed = true;
    committer.interrupt();
    try {
      committer.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a batch does in its transaction. */
  public interface Work<I, O> {
    /** Writes all of {@code items} and answers each, in the same order. Must not commit. */
    List<O> run(Connection tx, List<I> items) throws SQLException;
  }

  private record Entry<I, O>(I item, CompletableFuture<O> answer) {}
}
