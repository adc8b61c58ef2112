package dev.easel.task;

import java.util.OptionalInt;

/**
 * A task as its customer sees it.
 *
 * @param queuePosition of a queued task that waits behind a work limit, 1 being the next; empty
 *     when it waits for nothing, or is not among the first 1,000, or nobody knows yet
 */
public record TaskView(Task task, OptionalInt queuePosition) {
  /** A task of whose place in a queue nothing is known. */
  public static TaskView of(Task task) {
    return new TaskView(task, OptionalInt.empty());
  }

  /**
   * Whether somebody who was shown {@code before} wants to hear of this. A position that is no
   * longer known is no news: its task is about to begin.
   */
  boolean isNewsAfter(TaskView before) {
    return !looksLike(task.state(), before.task.state())
        || (queuePosition.isPresent() && !queuePosition.equals(before.queuePosition));
  }

  /** Whether a customer sees no difference. */
  private static boolean looksLike(TaskState one, TaskState other) {
    return (one instanceof TaskState.Running now && other instanceof TaskState.Running before)
        ? now.percent() == before.percent()
        : one.equals(other);
  }
}
