package dev.easel.task;

import dev.easel.catalog.Parameters;
import java.util.List;
import java.util.Optional;

/**
 * How many bytes a task takes in memory, about. What customers can make long is counted; the rest
 * is taken for what it usually comes to.
 */
final class TaskWeight {
  private static final long TASK = 1_500;
  private static final long RESULT = 500;

  /** However much room there is, no more tasks than this are kept: the collector walks them all. */
  private static final int MOST_KEPT = 50_000;

  private TaskWeight() {}

  /** What {@code task} takes of {@code room}. */
  static int of(Task task, long room) {
    Origin origin = task.request().origin();
    Parameters parameters = task.request().parameters();
    // Of two bytes each at worst.
    long characters =
        length(origin.body())
            + length(origin.callback())
            + parameters.prompt().length()
            + length(parameters.images())
            + length(parameters.videos())
            + length(parameters.audios());
    int results =
        task.state() instanceof TaskState.Succeeded succeeded ? succeeded.results().size() : 0;
    long bytes = TASK + 2 * characters + RESULT * results;
    return Math.toIntExact(Math.max(bytes, room / MOST_KEPT));
  }

  private static long length(Optional<String> text) {
    return text.map(String::length).orElse(0);
  }

  private static long length(List<String> texts) {
    return texts.stream().mapToLong(String::length).sum();
  }
}
