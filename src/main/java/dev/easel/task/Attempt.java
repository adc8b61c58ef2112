package dev.easel.task;

import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * One submission for one piece of a task to one provider route.
 *
 * @param piece which of the task's pieces, from 0
 * @param number the piece's first attempt is 1, the next 2, …
 * @param lookAt when its piece comes up next: to be asked about while it is open, to be tried again
 *     when it is not
 */
public record Attempt(
    UUID id,
    int piece,
    int number,
    String channel,
    String upstreamModel,
    Instant createdAt,
    Instant lookAt,
    State state) {

  /** What the provider is asked for. */
  Generation generation(TaskRequest request) {
    return new Generation(
        id,
        createdAt,
        piece,
        number,
        upstreamModel,
        request.kind(),
        request.outputs(piece),
        request.parameters());
  }

  Attempt with(State now, Instant look) {
    return new Attempt(id, piece, number, channel, upstreamModel, createdAt, look, now);
  }

  /**
   * {@code sending -> accepted | rejected | unknown}, then {@code produced | failed}, with {@code
   * storing} before them where outputs have to be fetched.
   */
  public sealed interface State {
    /** Whether something is still to become of it. */
    default boolean isOpen() {
      return switch (this) {
        case Sending _, Accepted _, Unknown _, Storing _ -> true;
        case GivenUp _, Rejected _, Produced _, Failed _ -> false;
      };
    }

    /** Whether the provider may still be working for it: it holds a slot of its channel. */
    default boolean holdsSlot() {
      return switch (this) {
        case Sending _, Accepted _, Unknown _ -> true;
        case Storing _, GivenUp _, Rejected _, Produced _, Failed _ -> false;
      };
    }

    /**
     * Committed before the provider is called. Found after a crash, nobody knows how the call
     * ended.
     */
    record Sending() implements State {}

    /** The provider is working on it. */
    record Accepted(String upstreamId, Instant acceptedAt) implements State {}

    /** The answer to the submission was lost: it may have been bought. Never submitted again. */
    record Unknown() implements State {}

    /** Nobody could tell in time what became of it: a cost for the operator to look into. */
    record GivenUp() implements State {}

    /** Refused: nothing was bought. */
    record Rejected(Failure failure) implements State {}

    /**
     * The provider is done, and its outputs are being copied into our own storage.
     *
     * @param until when they will no longer be where they lie
     * @param tries how often it has been tried in vain
     */
    record Storing(List<Copy> copies, Instant until, int tries) implements State {
      public Storing {
        copies = List.copyOf(copies);
      }

      /** What is stored of it. */
      List<Asset> kept() {
        return Copy.kept(copies);
      }
    }

    /**
     * Its outputs are stored.
     *
     * @param outputs how many there are
     * @param lengths how long its films are, where the price depends on it; a film whose file does
     *     not say is left out
     */
    record Produced(int outputs, List<Duration> lengths) implements State {
      public Produced {
        lengths = List.copyOf(lengths);
      }

      /** Outputs whose length changes nothing. */
      public Produced(int outputs) {
        this(outputs, List.of());
      }
    }

    /** The provider said that it failed, or its time was over. */
    record Failed(Failure failure) implements State {}
  }
}
