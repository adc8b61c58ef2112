package dev.easel.cli.bench;

import java.io.IOException;
import java.time.Duration;

/** One benchmark. */
interface Bench {
  /** How long the server is warmed up before anything counts. */
  Duration WARM_UP = Duration.ofSeconds(5);

  /** Its name on the command line. */
  String name();

  /** Measures for {@code length}, and then its bound, on a house of its own. */
  Figures run(Duration length) throws IOException, InterruptedException;
}
