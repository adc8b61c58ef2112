package dev.easel.task;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.util.Optional;
import java.util.UUID;

/** Names a task: a UUIDv7, so that ids sort by age. Clients treat its text as opaque. */
public record TaskId(UUID value) {
  private static final NoArgGenerator UUIDS = Generators.timeBasedEpochRandomGenerator();
  private static final int TEXT_LENGTH = 36;

  /** A fresh one. */
  public static TaskId random() {
    return new TaskId(UUIDS.generate());
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
