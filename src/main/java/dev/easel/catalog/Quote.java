package dev.easel.catalog;

import java.time.Duration;
import java.util.List;

/**
 * The price of one request in credits, at least 1: nothing is free by accident.
 *
 * @param credits what is held; the most that it can come to
 * @param lengths what each length would cost, the shortest first, where the length of a film was
 *     left to the model; empty where the price is settled
 */
public record Quote(long credits, List<Length> lengths) {
  public Quote {
    if (credits < 1) {
      throw new IllegalArgumentException("a quote is at least one credit, not " + credits);
    }
    lengths = List.copyOf(lengths);
  }

  /** A price that is settled. */
  public Quote(long credits) {
    this(credits, List.of());
  }

  /** Whether it comes to what the length turns out to be. */
  public boolean isOpen() {
    return !lengths.isEmpty();
  }

  /** A film of so many seconds costs so much. */
  public record Length(int seconds, long credits) {}

  /** What a film that turned out so long costs; never more than what is held. */
  public long of(Duration actual) {
    long seconds = actual.plusMillis(500).toSeconds();
    return lengths.stream()
        .filter(length -> length.seconds >= seconds)
        .findFirst()
        .map(length -> Math.min(length.credits, credits))
        .orElse(credits);
  }
}
