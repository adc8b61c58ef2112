package dev.easel.provider;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How handing a generation to a provider ended. */
public sealed interface Submission {
  /**
   * It is being made.
   *
   * @param upstreamId what to ask for it by
   * @param checkAfter when asking first makes sense
   */
  record Accepted(String upstreamId, Duration checkAfter) implements Submission {
    public Accepted {
      upstreamId = Said.keepable(upstreamId);
    }
  }

  /** It was made while we waited. */
  record Produced(List<Output> outputs) implements Submission {
    public Produced {
      outputs = List.copyOf(outputs);
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("a produced generation has outputs");
      }
    }
  }

  /**
   * It was made while we waited; its outputs lie at addresses of the provider's, to be {@linkplain
   * Provider#fetch fetched}.
   *
   * @param lasts for how long they are there at least, as far as anybody knows
   */
  record Published(List<URI> addresses, Duration lasts) implements Submission {
    public Published {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("a published generation has outputs");
      }
    }
  }

  /**
   * Refused: certainly nothing was bought.
   *
   * @param retryAfter how long the provider wants to be left alone, where it says so
   */
  record Rejected(Failure failure, Optional<Duration> retryAfter) implements Submission {
    /** A provider that does not say when to come back. */
    public Rejected(Failure failure) {
      this(failure, Optional.empty());
    }
  }

  /** The answer was lost: it may have been bought. */
  record Unknown(String reason) implements Submission {
    public Unknown {
      reason = Said.keepable(reason);
    }
  }
}
