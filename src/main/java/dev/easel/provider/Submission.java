package dev.easel.provider;

import java.time.Duration;
import java.util.List;

/** How handing a generation to a provider ended. */
public sealed interface Submission {
  /**
   * It is being made.
   *
   * @param upstreamId what to ask for it by
   * @param checkAfter when asking first makes sense
   */
  record Accepted(String upstreamId, Duration checkAfter) implements Submission {}

  /** It was made while we waited. */
  record Produced(List<Output> outputs) implements Submission {
    public Produced {
      outputs = List.copyOf(outputs);
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("a produced generation has outputs");
      }
    }
  }

  /** Refused: certainly nothing was bought. */
  record Rejected(Failure failure) implements Submission {}

  /** The answer was lost: it may have been bought. */
  record Unknown(String reason) implements Submission {}
}
