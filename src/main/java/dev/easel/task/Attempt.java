package dev.easel.task;

import dev.easel.catalog.MediaKind;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import java.time.Instant;
import java.util.UUID;

/**
 * One submission for one piece of a task to one provider route.
 *
 * @param piece which of the task's pieces, from 0
 * @param number the piece's first attempt is 1, the next 2, …
 */
public record Attempt(
    UUID id,
    int piece,
    int number,
    String channel,
    String upstreamModel,
    Instant createdAt,
    State state) {

  /** What the provider is asked for. */
  Generation generation(TaskRequest request) {
    MediaKind kind = request.kind();
    return new Generation(id, number, upstreamModel, kind, request.outputs(), request.parameters());
  }

  Attempt with(State state) {
    return new Attempt(id, piece, number, channel, upstreamModel, createdAt, state);
  }

  /** {@code sending -> accepted | rejected | unknown}, then {@code produced | failed}. */
  public sealed interface State {
    /** Whether the provider may still be working for it: it holds a slot of its channel. */
    default boolean isOpen() {
      return switch (this) {
        case Sending _, Accepted _, Unknown _ -> true;
        case Rejected _, Produced _, Failed _ -> false;
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

    /** Refused: nothing was bought. */
    record Rejected(Failure failure) implements State {}

    /** Its outputs are stored. */
    record Produced() implements State {}

    /** The provider said that it failed, or its time was over. */
    record Failed(Failure failure) implements State {}
  }
}
