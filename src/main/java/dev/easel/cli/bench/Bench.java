package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;

/** One benchmark. */
interface Bench {
  /** Its name on the command line. */
  String name();

  /** Measures for so long, and then its bound, on a house of its own. */
  Figures run(Timing timing) throws IOException, InterruptedException;

  /**
   * How long things take.
   *
   * @param warmUp for how long the same is done before anything counts; after five seconds much of
   *     a server is still to be compiled
   * @param length for how long it counts
   */
  record Timing(Duration warmUp, Duration length) {}
}
