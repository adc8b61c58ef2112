package dev.easel.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A task with all its attempts, oldest first within each piece. */
public record Situation(Task task, List<Attempt> attempts) {
  public Situation {
    attempts = List.copyOf(attempts);
  }

  /** The attempts for one piece, oldest first. */
  List<Attempt> of(int piece) {
    return attempts.stream().filter(attempt -> attempt.piece() == piece).toList();
  }

  /** The newest attempt for one piece. */
  Optional<Attempt> last(int piece) {
    return attempts.stream().filter(attempt -> attempt.piece() == piece).reduce((_, b) -> b);
  }

  /** Whether a provider may be working for it. */
  boolean hasOpen() {
    return attempts.stream().anyMatch(attempt -> attempt.state().isOpen());
  }

  /** The same with {@code attempt} as it is now. */
  Situation with(Attempt attempt) {
    List<Attempt> now = new ArrayList<>(attempts);
    int known = attempts.stream().map(Attempt::id).toList().indexOf(attempt.id());
    if (known < 0) {
      now.add(attempt);
    } else {
      now.set(known, attempt);
    }
    return new Situation(task, now);
  }

  /** The same with what {@code change} says. */
  Situation with(Decision.Change change) {
    Situation now = with(change.attempt());
    return change.isRefusalToStop() && task.state() instanceof TaskState.Running running
        ? new Situation(
            new Task(
                task.request(),
                task.createdAt(),
                new TaskState.Running(running.startedAt(), running.percent(), false)),
            now.attempts)
        : now;
  }

  /** Whether the customer wants it stopped. */
  boolean isToStop() {
    return task.state() instanceof TaskState.Running running && running.isToStop();
  }

  /** Its pieces, by number. */
  Stream<Integer> pieces() {
    return Stream.iterate(0, piece -> piece + 1).limit(task.request().pieces());
  }
}
