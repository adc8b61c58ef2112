package dev.easel.task;

import dev.easel.provider.Output;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is done about an attempt, now that an {@link Outcome} is known of it. */
public sealed interface Decision {
  /** Copy what was produced into our own storage. */
  record Store(Attempt attempt, List<Output> outputs) implements Decision {}

  /**
   * Write down how things stand now.
   *
   * @param attempt as it is to be written
   * @param results what it made; empty unless it has been produced
   * @param percent how far the provider is with it
   * @param omen what it says about the channel
   * @param isRefusalToStop whether the provider would not stop it
   */
  record Change(
      Attempt attempt,
      List<Asset> results,
      int percent,
      Optional<Omen> omen,
      boolean isRefusalToStop)
      implements Decision {
    public Change {
      results = List.copyOf(results);
    }
  }

  /** How the task goes on after that, looking at all of its pieces. */
  sealed interface Course {
    /** Other pieces are being asked about right now: the job stays ours. */
    record Hold() implements Course {}

    /** Nothing to do before {@code at}. */
    record Again(Instant at) implements Course {}

    /** Done: capture {@code captured} credits, release the rest. */
    record Succeed(long captured) implements Course {}

    /** Nothing came of it: release everything. */
    record Fail(dev.easel.provider.Failure failure) implements Course {}

    /** The customer took it back: release everything. */
    record Cancel() implements Course {}

    /** Whether the task is final after it. */
    default boolean isFinal() {
      return switch (this) {
        case Hold _, Again _ -> false;
        case Succeed _, Fail _, Cancel _ -> true;
      };
    }
  }
}
