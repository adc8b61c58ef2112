package dev.easel.task;

import dev.easel.catalog.MediaKind;
import java.util.Optional;

/**
 * A part of an account's tasks.
 *
 * @param kind only those that make this; empty for all
 * @param after the last task of the part before; empty for the first part
 * @param most how many at most
 */
public record Page(Optional<MediaKind> kind, Optional<TaskId> after, Order order, int most) {
  /** Which tasks come first. */
  public enum Order {
    NEWEST_FIRST,
    OLDEST_FIRST
  }

  /** Of tasks of every kind, the newest first. */
  public static Page newest(Optional<TaskId> after, int most) {
    return new Page(Optional.empty(), after, Order.NEWEST_FIRST, most);
  }
}
