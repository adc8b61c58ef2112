package dev.easel.sim;

import java.util.Optional;

/** Which seeds are run: {@code -Deasel.seeds=1000}, {@code -Deasel.seeds=500-600}. */
record Seeds(long from, long to) {
  private static final String DEFAULT = "1000";

  Seeds {
    if (from > to) {
      throw new IllegalArgumentException("no seeds from " + from + " to " + to);
    }
  }

  /** Those that are asked for, or the first thousand. */
  static Seeds asked() {
    String text = System.getProperty("easel.seeds", DEFAULT);
    int dash = text.indexOf('-');
    return dash < 0
        ? new Seeds(1, Long.parseLong(text))
        : new Seeds(
            Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
  }

  /** The one of which every step is to be seen: {@code -Deasel.seed=7}. */
  static Optional<Seeds> one() {
    return Optional.ofNullable(System.getProperty("easel.seed"))
        .map(Long::parseLong)
        .map(seed -> new Seeds(seed, seed));
  }
}
