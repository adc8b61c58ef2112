package dev.easel.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** When a delivery is tried again that has failed, and how long a receiver may take. */
enum Schedule {
  /**
   * After 1, 2 and 4 seconds, as apimodels.app documents it; then every minute until half an hour
   * after the first try.
   */
  CALLBACK,

  /** Over 28 hours, more and more rarely, as Standard Webhooks 1.0.0 advises. */
  EVENT;

  private static final List<Duration> AFTER_CALLBACK =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));

  private static final List<Duration> AFTER_EVENT =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(10));

  private static final Duration BETWEEN_RESENDS = Duration.ofMinutes(1);
  private static final Duration RESENDS_LAST = Duration.ofMinutes(30);
  private static final Duration EVENT_LASTS = Duration.ofHours(28);

  /**
   * By how much a pause is made longer at most, so that what failed together does not return so.
   */
  private static final double MOST_JITTER = 0.1;

  /** However long a receiver asks to be left alone. */
  private static final Duration LONGEST_ASKED = Duration.ofHours(1);

  /** How long a receiver may take to answer. */
  Duration timeLimit() {
    return switch (this) {
      case CALLBACK -> Duration.ofSeconds(10);
      case EVENT -> Duration.ofSeconds(15);
    };
  }

  /** How long a delivery is owed to a receiver that does not answer, however few tries it got. */
  Duration length() {
    return switch (this) {
      case CALLBACK -> RESENDS_LAST;
      case EVENT -> EVENT_LASTS;
    };
  }

  /**
   * What is known of a delivery that has just failed.
   *
   * @param tries how many there were, the failed one included
   * @param firstAt when the first of them began
   * @param now when the last of them had failed
   * @param asked how long the receiver wants to be left alone
   */
  record Failed(int tries, Instant firstAt, Instant now, Optional<Duration> asked) {}

  /**
   * When it is tried again; empty when it is given up.
   *
   * @param jitter between 0 and 1
   */
  Optional<Instant> next(Failed failed, double jitter) {
    return switch (this) {
      case CALLBACK -> nextCallback(failed);
      case EVENT ->
          pause(AFTER_EVENT, failed)
              .map(pause -> failed.now.plus(longest(stretched(pause, jitter), failed)));
    };
  }

  private static Optional<Instant> nextCallback(Failed failed) {
    Instant end = failed.firstAt.plus(RESENDS_LAST);
    Optional<Duration> pause =
        pause(AFTER_CALLBACK, failed)
            .or(() -> Optional.of(BETWEEN_RESENDS).filter(_ -> failed.now.isBefore(end)));
    return pause.map(documented -> {
      Instant next = failed.now.plus(documented);
      Instant asked = failed.now.plus(longest(documented, failed));
      // The last one comes when the half hour is over, whatever the receiver asks for.
      return failed.now.isBefore(end) ? Collections.min(List.of(asked, end)) : next;
    });
  }

  private static Optional<Duration> pause(List<Duration> pauses, Failed failed) {
    return failed.tries > pauses.size()
        ? Optional.empty()
        : Optional.of(pauses.get(failed.tries - 1));
  }

  private static Duration stretched(Duration pause, double jitter) {
    return pause.plusMillis((long) (pause.toMillis() * MOST_JITTER * jitter));
  }

  private static Duration longest(Duration pause, Failed failed) {
    Duration asked =
        failed
            .asked
            .map(wish -> wish.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : wish)
            .orElse(pause);
    return asked.compareTo(pause) > 0 ? asked : pause;
  }
}
