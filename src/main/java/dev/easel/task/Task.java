package dev.easel.task;

import java.time.Instant;

/** One accepted request and how it is doing. */
public record Task(TaskRequest request, Instant createdAt, TaskState state) {
  /** Names it. */
  public TaskId id() {
    return request.id();
  }

  /** The same as every read of it has it: without what would be too large to be held. */
  Task held() {
    return new Task(request.held(), createdAt, state);
  }

  /**
   * What it costs: what is held for it, until it has succeeded; then what of that was kept for what
   * was made. What failed or was canceled would have cost as much.
   */
  public long credits() {
    return state instanceof TaskState.Succeeded succeeded
        ? succeeded.captured()
        : request.credits();
  }
}
