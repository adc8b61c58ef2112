package dev.easel.api;

import java.time.Duration;

/**
 * What connections may take.
 *
 * @param goodbye how long what still comes is read and thrown away, once the last answer is out
 * @param look how often they are looked after: so much later than it should, something may end
 */
record ConnectionLimits(Duration goodbye, Duration look) {
  static final ConnectionLimits USUAL =
      new ConnectionLimits(Duration.ofSeconds(30), Duration.ofSeconds(1));
}
