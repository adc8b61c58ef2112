package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;

/** One benchmark. */
interface Bench {
  /** Before anything counts: after five seconds much of the server is still to be compiled. */
  Duration WARM_UP = Duration.ofSeconds(15);

  /** Its name on the command line. */
  String name();

  /** Measures for {@code length}, and then its bound, on a house of its own. */
  Figures run(Duration length) throws IOException, InterruptedException;
}
