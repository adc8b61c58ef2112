package dev.easel.db;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An item of a {@link Batch} and the caller that waits for its answer. The two meet here: an item
 * may be taken back by its caller until the committer has decided to send the COMMIT.
 *
 * <pre>
 *   waiting -- begin --> running -- beginCommit --> committing
 *      |                  |   ^                       |    |
 *      '----- withdraw ---'   '--- begin (again) -----'    '-- answered, or given up in doubt
 * </pre>
 */
final class BatchEntry<I, O> {
  /** How much longer a caller waits whose item is running: most transactions end by then. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private enum State {
    WAITING,
    RUNNING,
    COMMITTING,
    WITHDRAWN
  }

  private final I item;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final CompletableFuture<O> answer = new CompletableFuture<>();

  BatchEntry(I item) {
    this.item = item;
  }

  I item() {
    return item;
  }

  /** Takes the entry into a transaction; false when its caller has gone. */
  boolean begin() {
    return state.updateAndGet(s -> s == State.WITHDRAWN ? s : State.RUNNING) == State.RUNNING;
  }

  /** From now on the caller cannot take it back; false when it has done so. */
  boolean beginCommit() {
    return state.updateAndGet(s -> s == State.WITHDRAWN ? s : State.COMMITTING) == State.COMMITTING;
  }

  boolean isWithdrawn() {
    return state.get() == State.WITHDRAWN;
  }

  void answer(O value) {
    answer.complete(value);
  }

  void fail(Throwable failed) {
    answer.completeExceptionally(failed);
  }

  /** The answer; see {@link Batch#submit(Object, Duration)}. */
  O await(String batch, Duration patience, Duration doubt) {
    if (!isAnswered(patience) && !(state.get() == State.RUNNING && isAnswered(GRACE))) {
      if (withdraw()) {
        throw new DatabaseException(batch + ": the database did not get to it in time");
      }
      if (!isAnswered(doubt)) {
        state.set(State.WITHDRAWN);
        throw new DatabaseException(batch + ": nobody knows whether it was written");
      }
    }
    try {
      return answer.join();
    } catch (CompletionException failed) {
      throw DatabaseException.of(batch, failed.getCause() == null ? failed : failed.getCause());
    }
  }

  private boolean withdraw() {
    return state.updateAndGet(s -> s == State.COMMITTING ? s : State.WITHDRAWN) == State.WITHDRAWN;
  }

  /** Waits, whoever interrupts: an answer that is on its way is not thrown away. */
  private boolean isAnswered(Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
          return true;
        } catch (ExecutionException failed) {
          return true;
        } catch (TimeoutException notYet) {
          return false;
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
