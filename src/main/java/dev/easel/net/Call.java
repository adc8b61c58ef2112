package dev.easel.net;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * A request to an API.
 *
 * @param json the body of a POST; a call without one is a GET
 */
@SuppressWarnings("ArrayRecordComponent") // an identity, not a value: calls are never compared
public record Call(URI uri, Map<String, String> headers, Optional<byte[]> json) {
  public Call {
    headers = Map.copyOf(headers);
  }

  /** Asks for something. */
  public static Call get(URI uri, Map<String, String> headers) {
    return new Call(uri, headers, Optional.empty());
  }

  /** Hands something over. The array must not be written to any more. */
  public static Call post(URI uri, Map<String, String> headers, byte[] json) {
    return new Call(uri, headers, Optional.of(json));
  }
}
