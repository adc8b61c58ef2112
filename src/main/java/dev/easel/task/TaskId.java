package dev.easel.task;

import dev.easel.db.RowId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Names a task: a UUIDv7, so that ids sort by age. Clients treat its text as opaque. */
public record TaskId(UUID value) {
  /** A fresh one, of {@code now}. */
  public static TaskId random(Instant now) {
    return new TaskId(RowId.random(now));
  }

  /** When it was made, to the millisecond. */
  public Instant createdAt() {
    return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
  }

  /** The id that {@code text} spells; empty when it spells none. */
  public static Optional<TaskId> parse(String text) {
    return RowId.parse(text).map(TaskId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
