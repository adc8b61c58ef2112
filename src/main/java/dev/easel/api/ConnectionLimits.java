package dev.easel.api;

import java.time.Duration;

/**
 * How long connections may take.
 *
 * @param head for a request, from its first bytes to the end of its headers; for the first one from
 *     the beginning of the connection
 * @param silence of a body that is being read
 * @param body from when it is wanted to its last byte
 * @param idle between two requests
 * @param goodbye how long what still comes is read and thrown away, once the last answer is out
 * @param look how often they are looked after: so much later than it should, something may end
 */
record ConnectionLimits(
    Duration head,
    Duration silence,
    Duration body,
    Duration idle,
    Duration goodbye,
    Duration look) {
  static final ConnectionLimits USUAL =
      new ConnectionLimits(
          Duration.ofMinutes(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1));
}
