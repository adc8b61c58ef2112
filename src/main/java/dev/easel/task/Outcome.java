package dev.easel.task;

import dev.easel.provider.Cancellation;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What the outside said about an attempt. What we do about it is a {@link Decision}. */
public sealed interface Outcome {
  /** The answer to a submission. */
  record Submitted(Submission answer) implements Outcome {}

  /** The answer to a check. */
  record Checked(Progress answer) implements Outcome {}

  /** What became of a submission whose answer was lost. */
  record Reconciled(Reconciliation answer) implements Outcome {}

  /** The answer to being asked to stop. */
  record Stopped(Cancellation answer) implements Outcome {}

  /** Nobody was asked: this node has too much under way with that channel until then. */
  record NotAsked(Instant turn) implements Outcome {}

  /** What was produced is in our own storage. */
  record Stored(List<Asset> assets) implements Outcome {}

  /**
   * Not all of what was published could be copied into our own storage.
   *
   * @param copies how far it got
   * @param reason why it got no further, for the log
   * @param atLeast how long to leave it alone
   */
  record Incomplete(List<Copy> copies, String reason, Duration atLeast) implements Outcome {
    public Incomplete {
      copies = List.copyOf(copies);
    }
  }

  /** What was produced is nothing that may be stored, and never will be. */
  record Unstorable(String reason) implements Outcome {}
}
