package dev.easel.task;

import dev.easel.provider.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code queued -> running -> succeeded | failed | canceled}; each state says what is true in it,
 * and no more.
 */
public sealed interface TaskState {
  /** Whether it will never change again. */
  default boolean isFinal() {
    return switch (this) {
      case Queued _, Running _ -> false;
      case Succeeded _, Failed _, Canceled _ -> true;
    };
  }

  /** What this server's own messages call it. */
  default String word() {
    return switch (this) {
      case Queued _ -> "queued";
      case Running _ -> "running";
      case Succeeded _ -> "succeeded";
      case Failed _ -> "failed";
      case Canceled _ -> "canceled";
    };
  }

  /** Accepted; no provider has been asked yet. */
  record Queued() implements TaskState {}

  /**
   * A provider has been asked.
   *
   * @param percent done, as far as the provider says
   * @param isToStop whether the customer wants it stopped and the provider has not said no
   */
  record Running(Instant startedAt, int percent, boolean isToStop) implements TaskState {}

  /** The results are in our own storage. */
  record Succeeded(Instant startedAt, Instant finishedAt, long captured, List<Asset> results)
      implements TaskState {
    public Succeeded {
      results = List.copyOf(results);
      if (results.isEmpty()) {
        throw new IllegalArgumentException("a task that succeeded has results");
      }
    }

    /** Until when all results are kept at least; empty for ever. */
    public Optional<Instant> expiresAt() {
      return results.stream().flatMap(it -> it.expiresAt().stream()).min(Instant::compareTo);
    }
  }

  /** Nothing came of it; what was held has been given back. */
  record Failed(Instant finishedAt, Failure failure) implements TaskState {}

  /** The customer took it back, before it began or before the provider was done. */
  record Canceled(Instant finishedAt) implements TaskState {}
}
