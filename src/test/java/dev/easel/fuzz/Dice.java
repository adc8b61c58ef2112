package dev.easel.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Chance, repeatable by seed. */
final class Dice {
  private final SplittableRandom random;

  /**
   * Those of request {@code number} of the run with {@code seed}: what others drew is no matter.
   */
  Dice(long seed, int number) {
    this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean happens(int percent) {
    return random.nextInt(100) < percent;
  }

  <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  @SafeVarargs
  final <T> T pick(T... of) {
    return of[random.nextInt(of.length)];
  }

  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
