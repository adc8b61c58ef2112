package dev.easel.provider;

import java.time.Duration;

/** What became of a submission whose answer was lost. */
public sealed interface Reconciliation {
  /** It had been accepted after all. */
  record Accepted(String upstreamId, Duration checkAfter) implements Reconciliation {
    public Accepted {
      upstreamId = Said.keepable(upstreamId);
    }
  }

  /**
   * It certainly was not: it may be submitted again.
   *
   * @param arrival how long after it was begun a submission may still be on its way; the provider's
   *     word is no proof before
   */
  record NotAccepted(Duration arrival) implements Reconciliation {
    /** Over a network: whoever sends may be slow, but not by more than half a minute. */
    public NotAccepted() {
      this(Duration.ofSeconds(30));
    }
  }

  /** Nobody can tell yet: it is worth asking again. */
  record Unknown(String reason) implements Reconciliation {
    public Unknown {
      reason = Said.keepable(reason);
    }
  }

  /** The provider will never tell: there is nothing that it could be asked. */
  record Unknowable(String reason) implements Reconciliation {
    public Unknowable {
      reason = Said.keepable(reason);
    }
  }
}
