package dev.easel.sim;

import java.time.Duration;
import java.util.Optional;

/**
 * Which seeds are run: {@code -Deasel.seeds=1000}, {@code -Deasel.seeds=500-600}.
 *
 * @param within after this time no other is begun
 */
record Seeds(long from, long to, Duration within) {
  /** A machine that is busy with other work gets through fewer of them in the suite. */
  private static final Seeds OF_THE_SUITE = new Seeds(1, 1_000, Duration.ofMinutes(3));

  private static final Duration FOR_EVER = Duration.ofDays(365);

  Seeds {
    if (from > to) {
      throw new IllegalArgumentException("no seeds from " + from + " to " + to);
    }
  }

  /** Those that are asked for, all of them; or the first thousand, as far as time allows. */
  static Seeds asked() {
    return Optional.ofNullable(System.getProperty("easel.seeds"))
        .map(Seeds::parse)
        .orElse(OF_THE_SUITE);
  }

  private static Seeds parse(String text) {
    int dash = text.indexOf('-');
    return dash < 0
        ? new Seeds(1, Long.parseLong(text), FOR_EVER)
        : new Seeds(
            Long.parseLong(text.substring(0, dash)),
            Long.parseLong(text.substring(dash + 1)),
            FOR_EVER);
  }

  /** The one of which every step is to be seen: {@code -Deasel.seed=7}. */
  static Optional<Seeds> one() {
    return Optional.ofNullable(System.getProperty("easel.seed"))
        .map(Long::parseLong)
        .map(seed -> new Seeds(seed, seed, FOR_EVER));
  }
}
