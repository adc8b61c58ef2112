package dev.easel.provider;

import java.time.Duration;

/** What became of a submission whose answer was lost. */
public sealed interface Reconciliation {
  /** It had been accepted after all. */
  record Accepted(String upstreamId, Duration checkAfter) implements Reconciliation {}

  /** It certainly was not: it may be submitted again. */
  record NotAccepted() implements Reconciliation {}

  /** Nobody can tell, yet or ever. */
  record Unknown(String reason) implements Reconciliation {}
}
