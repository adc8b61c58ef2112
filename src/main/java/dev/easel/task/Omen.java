package dev.easel.task;

import java.time.Duration;

/** What one answer, or its absence, says about a channel as a whole. */
public sealed interface Omen {
  /** It takes what is submitted. */
  record Fair() implements Omen {}

  /**
   * Something was wrong. Once says little; faults in a row let the channel cool, longer each time.
   *
   * @param atLeast for how long it wants to be left alone, zero when it did not say
   */
  record Fault(String cause, Duration atLeast) implements Omen {}

  /** It cannot work before an operator has done something. */
  record Broken(String cause) implements Omen {}

  /** The one of two that is heeded. */
  static Omen worse(Omen one, Omen other) {
    return one.weight() >= other.weight() ? one : other;
  }

  private int weight() {
    return switch (this) {
      case Fair _ -> 0;
      case Fault _ -> 1;
      case Broken _ -> 2;
    };
  }
}
