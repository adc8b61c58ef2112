package dev.easel.engine;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A claim that this node holds for now. */
public final class Lease {
  private final Claim claim;
  private final LongSupplier nanoTime;
  private volatile long heldUntilNanos;

  Lease(Claim claim, long claimedAtNanos, Duration length, LongSupplier nanoTime) {
    this.claim = claim;
    this.nanoTime = nanoTime;
    renewed(claimedAtNanos, length);
  }

  /** The claim. */
  public Claim claim() {
    return claim;
  }

  /**
   * Whether no other node can have taken the job over yet, by the monotonic clock and counted from
   * before the claim was written. To be asked just before something is sent that cannot be taken
   * back.
   */
  public boolean isHeld() {
    return nanoTime.getAsLong() - heldUntilNanos < 0;
  }

  void renewed(long renewedAtNanos, Duration length) {
    heldUntilNanos = renewedAtNanos + length.toNanos();
  }

  void lost() {
    heldUntilNanos = nanoTime.getAsLong();
  }
}
