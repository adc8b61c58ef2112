package dev.easel.task;

/**
 * What makes a request repeatable.
 *
 * @param key the caller's {@code Idempotency-Key}; counts within the account
 * @param fingerprint of the request as it was understood; another request under the same key is a
 *     conflict
 * @param answer what is answered when the request is accepted, now and at every repetition
 */
public record Idempotency(String key, String fingerprint, String answer) {
  /** The longest key, in characters. */
  public static final int LONGEST_KEY = 255;

  public Idempotency {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to " + LONGEST_KEY + " characters");
    }
  }
}
