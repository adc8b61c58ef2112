package dev.easel.net;

/**
 * How a request to the outside ended. Every {@code reason} continues a sentence that begins with
 * the address asked for, and may be shown to a customer.
 *
 * @param <T> what was made of the body
 */
public sealed interface Answer<T> {
  /** Status 2xx, and the body was read to its end. */
  record Ok<T>(T content) implements Answer<T> {}

  /** Any other status, a redirect that may not be followed included. */
  record Status<T>(int code) implements Answer<T> {}

  /** The address, or one that it redirects to, may not be contacted. */
  record Refused<T>(String reason) implements Answer<T> {}

  /** The body is longer than {@code limit} bytes; the rest was not read. */
  record TooLarge<T>(long limit) implements Answer<T> {}

  /** No whole answer came: no such host, connection refused or broken, too slow. */
  record Unreachable<T>(String reason) implements Answer<T> {}
}
