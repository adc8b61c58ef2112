package dev.easel.webhook;

import java.util.Optional;
import java.util.stream.Stream;

/** What is told about. */
public enum EventType {
  TASK_SUCCEEDED("task.succeeded"),
  TASK_FAILED("task.failed"),
  TASK_CANCELED("task.canceled"),
  /** Asked for by whoever wants to see that an endpoint works; no task ended. */
  TEST("webhook.test");

  private final String word;

  EventType(String word) {
    this.word = word;
  }

  /** As it is written everywhere. */
  public String word() {
    return word;
  }

  /** Those that an endpoint can be registered for, in their order. */
  public static Stream<EventType> ofTasks() {
    return Stream.of(TASK_SUCCEEDED, TASK_FAILED, TASK_CANCELED);
  }

  /** The one that an endpoint can be registered for as {@code word}. */
  public static Optional<EventType> ofTask(String word) {
    return ofTasks().filter(event -> event.word.equals(word)).findFirst();
  }

  static EventType stored(String word) {
    return Stream.of(values())
        .filter(event -> event.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no event: " + word));
  }
}
