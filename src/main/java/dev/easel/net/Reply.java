package dev.easel.net;

import java.time.Duration;
import java.util.Optional;

/**
 * How a {@link Call} ended, told apart by what it proves. Every {@code reason} continues a sentence
 * that begins with the address called.
 */
public sealed interface Reply {
  /**
   * A whole answer, whatever its status; redirects are not followed.
   *
   * @param retryAfter how long to wait, where the answer says so
   * @param body never written to after it was handed over
   */
  @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
  record Answered(int status, Optional<Duration> retryAfter, byte[] body) implements Reply {}

  /**
   * Nothing of the body was sent, so that nobody can have acted on it: no such host, connection
   * refused, TLS handshake failed, address not allowed.
   */
  record NotSent(String reason) implements Reply {}

  /** It was sent, at least in part, and no whole answer came back: it may have been acted on. */
  record NoAnswer(String reason) implements Reply {}
}
