package dev.easel.task;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A stored result.
 *
 * @param name its unguessable file name, the last part of its address
 * @param mediaType such as {@code image/png}, found in the file itself
 * @param sha256 in lower-case hex
 * @param expiresAt until when it is kept at least; empty for ever
 */
public record Asset(
    String name,
    String mediaType,
    long bytes,
    String sha256,
    OptionalInt width,
    OptionalInt height,
    OptionalLong durationMillis,
    Optional<Instant> expiresAt) {
  /** A result that is kept for ever. */
  public Asset(
      String name,
      String mediaType,
      long bytes,
      String sha256,
      OptionalInt width,
      OptionalInt height,
      OptionalLong durationMillis) {
    this(name, mediaType, bytes, sha256, width, height, durationMillis, Optional.empty());
  }

  /** The same, kept until {@code end}. */
  Asset until(Optional<Instant> end) {
    return new Asset(name, mediaType, bytes, sha256, width, height, durationMillis, end);
  }
}
