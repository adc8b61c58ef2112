package dev.easel.task;

import java.time.Duration;

/**
 * What makes a request repeatable.
 *
 * @param key the caller's {@code Idempotency-Key}; counts within the account
 * @param fingerprint of the request as it was understood; another request under the same key is a
 *     conflict
 * @param answer what is answered when the request is accepted, now and at every repetition
 * @param reach how long ago a request may have been accepted for this one to be its repetition; at
 *     zero it is a first one, for others to repeat
 */
public record Idempotency(String key, String fingerprint, String answer, Duration reach) {
  /** How long an acceptance is remembered. */
  public static final Duration KEPT = Duration.ofDays(3);

  /** The longest key, in characters. */
  public static final int LONGEST_KEY = 255;

  /** One that repeats whatever was accepted under its key. */
  public Idempotency(String key, String fingerprint, String answer) {
    this(key, fingerprint, answer, KEPT);
  }

  /** Whether it is a first one, which repeats nothing, whatever the clocks say. */
  boolean isFirstTry() {
    return reach.isZero();
  }

  public Idempotency {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to " + LONGEST_KEY + " characters");
    }
  }
}
