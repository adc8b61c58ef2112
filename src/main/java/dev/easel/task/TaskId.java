package dev.easel.task;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Names a task: a UUIDv7, so that ids sort by age. Clients treat its text as opaque. */
public record TaskId(UUID value) {
  private static final long VERSION = 7L << 12;
  private static final long VARIANT = 2L << 62;
  private static final int TEXT_LENGTH = 36;

  /** A fresh one, of {@code now} (RFC 9562, section 5.7). */
  public static TaskId random(Instant now) {
    UUID random = UUID.randomUUID();
    return new TaskId(
        new UUID(
            (now.toEpochMilli() << 16) | VERSION | (random.getMostSignificantBits() & 0xFFF),
            VARIANT | (random.getLeastSignificantBits() >>> 2)));
  }

  /** When it was made, to the millisecond. */
  public Instant createdAt() {
    return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
  }

  /** The id that {@code text} spells; empty when it spells none. */
  public static Optional<TaskId> parse(String text) {
    if (text.length() != TEXT_LENGTH) {
      return Optional.empty();
    }
    try {
      UUID value = UUID.fromString(text);
      return value.toString().equalsIgnoreCase(text)
          ? Optional.of(new TaskId(value))
          : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
