package dev.easel.task;

import dev.easel.provider.Failure;
import dev.easel.provider.Output;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is done about a task next. All but {@link Store} are written by {@link Settlement}; attempts
 * are given as they are to be written.
 */
public sealed interface Decision {
  /** Commit the attempt as sending, then submit it. */
  record Begin(Attempt attempt) implements Decision {}

  /** Look at the attempt again at {@code until}. */
  record Wait(Attempt attempt, int percent, Instant until) implements Decision {}

  /** Copy what was produced into our own storage. */
  record Store(Attempt attempt, List<Output> outputs) implements Decision {}

  /** The attempt is over; go on with another one at {@code at}. */
  record TryAgain(Attempt attempt, Instant at) implements Decision {}

  /** Done: capture {@code captured} credits, release the rest. */
  record Succeed(Attempt attempt, List<Asset> results, long captured) implements Decision {}

  /**
   * Over: release everything. The attempt, if there was one, is written as it is given; an unknown
   * one stays for the operator.
   */
  record Fail(Optional<Attempt> attempt, Failure failure) implements Decision {}

  /** The attempt that it is about. */
  default Optional<Attempt> about() {
    return switch (this) {
      case Begin(Attempt attempt) -> Optional.of(attempt);
      case Wait(Attempt attempt, _, _) -> Optional.of(attempt);
      case Store(Attempt attempt, _) -> Optional.of(attempt);
      case TryAgain(Attempt attempt, _) -> Optional.of(attempt);
      case Succeed(Attempt attempt, _, _) -> Optional.of(attempt);
      case Fail(Optional<Attempt> attempt, _) -> attempt;
    };
  }

  /** Whether the task is final after it. */
  default boolean isFinal() {
    return this instanceof Succeed || this instanceof Fail;
  }
}
