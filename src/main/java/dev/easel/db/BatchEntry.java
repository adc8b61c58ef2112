package dev.easel.db;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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
  private final Threads threads;
  private final Thread caller = Thread.currentThread();
  private volatile @Nullable Ending<O> ending;

  private sealed interface Ending<O> {
    record Answered<O>(O answer) implements Ending<O> {}

    record Failed<O>(Throwable cause) implements Ending<O> {}
  }

  /** An item of the thread that calls this and {@link #await}. */
  BatchEntry(I item, Threads threads) {
    this.item = item;
    this.threads = threads;
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
    end(new Ending.Answered<>(value));
  }

  void fail(Throwable failed) {
    end(new Ending.Failed<>(failed));
  }

  private void end(Ending<O> how) {
    if (ending == null) { // only the committer ends it
      ending = how;
      LockSupport.unpark(caller);
    }
  }

  /** The answer; see {@link Batch#submit(Object, Duration)}. */
  O await(String batch, Duration patience, Duration doubt) {
    Ending<O> how = ending(patience);
    if (how == null && state.get() == State.RUNNING) {
      how = ending(GRACE);
    }
    if (how == null && withdraw()) {
      throw new DatabaseException(batch + ": the database did not get to it in time");
    }
    if (how == null) {
      how = ending(doubt);
    }
    return switch (how) {
      case Ending.Answered<O>(O answer) -> answer;
      case Ending.Failed<O>(Throwable cause) -> throw DatabaseException.of(batch, cause);
      case null -> {
        state.set(State.WITHDRAWN);
        throw new DatabaseException(batch + ": nobody knows whether it was written");
      }
    };
  }

  private boolean withdraw() {
    return state.updateAndGet(s -> s == State.COMMITTING ? s : State.WITHDRAWN) == State.WITHDRAWN;
  }

  /** Waits, whoever interrupts: an answer that is on its way is not thrown away. */
  private @Nullable Ending<O> ending(Duration patience) {
    long until = threads.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    Ending<O> how = ending;
    for (long left = patience.toNanos();
        how == null && left > 0;
        left = until - threads.nanoTime()) {
      threads.parkNanos(this, left);
      interrupted |= Thread.interrupted();
      how = ending;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return how;
  }
}
