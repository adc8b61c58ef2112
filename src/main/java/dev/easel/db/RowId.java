package dev.easel.db;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Ids of rows that are made before the rows are written: UUIDv7, so that they sort by age. */
public final class RowId {
  private static final long VERSION = 7L << 12;
  private static final long VARIANT = 2L << 62;
  private static final int TEXT_LENGTH = 36;

  private RowId() {}

  /** A fresh one, of {@code now} (RFC 9562, section 5.7). */
  public static UUID random(Instant now) {
    UUID random = UUID.randomUUID();
    return new UUID(
        (now.toEpochMilli() << 16) | VERSION | (random.getMostSignificantBits() & 0xFFF),
        VARIANT | (random.getLeastSignificantBits() >>> 2));
  }

  /** The id that {@code text} spells; empty when it spells none. */
  public static Optional<UUID> parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      return Optional.empty();
    }
    try {
      UUID value = UUID.fromString(text);
      return value.toString().equalsIgnoreCase(text) ? Optional.of(value) : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
