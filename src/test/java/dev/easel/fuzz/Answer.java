package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;

/** What came back. */
@SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
record Answer(int status, List<Request.Header> headers, byte[] body) {
  Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Request.Header::value)
        .findFirst();
  }

  String text() {
    return new String(body, UTF_8);
  }

  /** Whether a task was accepted, as official SDKs are told. */
  boolean admitted() {
    return header("x-should-retry").isPresent();
  }

  /** Whether it repeats what was answered before. */
  boolean replayed() {
    return header("Idempotent-Replayed").isPresent();
  }
}
