package dev.easel.provider;

import java.net.URI;

/**
 * An upstream service that generates. Calls block (each runs on a virtual thread, with no
 * transaction open) and never throw for what can be expected: every way a call can end is a value.
 * A provider keeps no state of its own: any node may ask on behalf of any other, before and after a
 * crash.
 */
public interface Provider {
  /**
   * Hands a generation over. Whatever does not prove that nothing was bought is {@link
   * Submission.Unknown}.
   */
  Submission submit(Generation generation);

  /** Asks how a generation that was {@link Submission.Accepted} is doing. Repeatable. */
  Progress check(Generation generation, String upstreamId);

  /** Finds out what became of a submission whose answer was lost. Repeatable. */
  Reconciliation reconcile(Generation generation);

  /**
   * Whether {@link #reconcile} hands the generation over again. Where it does, whoever was refused
   * no longer knows that nothing was bought once somebody else may have asked. Does no I/O.
   */
  boolean reconcilesBySubmitting();

  /**
   * Gets what lies at one of the addresses that it {@linkplain Progress.Published has published}.
   * Repeatable.
   *
   * @param maxBytes more than that is {@link Fetched.TooLarge}
   * @param download called at most once
   * @throws java.io.UncheckedIOException when {@code download} fails for a reason of its own
   */
  default <T> Fetched<T> fetch(URI address, long maxBytes, Fetched.Download<T> download) {
    // The channel had another provider when it was published.
    return new Fetched.Failed<>("was published by a provider that the channel no longer has");
  }

  /** Whether {@link #cancel} is worth a call. Does no I/O. */
  boolean cancels();

  /** Asks to give up a generation that was {@link Submission.Accepted}. Repeatable. */
  Cancellation cancel(Generation generation, String upstreamId);
}
