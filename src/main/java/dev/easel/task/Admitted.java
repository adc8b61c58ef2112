package dev.easel.task;

/** How asking for a task ended. Only {@link Accepted} moved credits. */
public sealed interface Admitted {
  /** On disk, paid for, and going to run. */
  record Accepted(Task task) implements Admitted {}

  /** The same request was accepted before; {@code answer} is what was answered then. */
  record Replayed(String answer) implements Admitted {}

  /** Another request was accepted under the same idempotency key. */
  record IdempotencyConflict() implements Admitted {}

  /** The account was deleted meanwhile. */
  record AccountDeleted() implements Admitted {}

  /** The account has {@code available} credits, the task costs {@code price}. */
  record InsufficientCredits(long available, long price) implements Admitted {}

  /**
   * The key may spend {@code left} more credits ({@code period}: in all, or today), the task costs
   * {@code price}.
   */
  record KeyLimitExceeded(Period period, long left, long price) implements Admitted {}

  /** What a key's limit counts. */
  enum Period {
    TOTAL,
    DAY
  }
}
