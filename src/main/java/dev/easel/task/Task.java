package dev.easel.task;

import java.time.Instant;

/** One accepted request and how it is doing. */
public record Task(TaskRequest request, Instant createdAt, TaskState state) {
  /** Names it. */
  public TaskId id() {
    return request.id();
  }
}
