package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a receiver that never answers well is tried, by schedules alone. */
class ScheduleTest {
  private static final Instant FIRST = Instant.parse("2026-03-01T12:00:00Z");

  /** When each try begins, if each fails at once; after the first. */
  private static List<Duration> tries(Schedule schedule, double jitter) {
    List<Duration> tries = new ArrayList<>();
    Instant now = FIRST;
    for (int made = 1; ; made++) {
      Optional<Instant> next =
          schedule.next(new Schedule.Failed(made, FIRST, now, Optional.empty()), jitter);
      if (next.isEmpty()) {
        return tries;
      }
      now = next.get();
      tries.add(Duration.between(FIRST, now));
    }
  }

  @Test
  void aCallbackIsTriedThreeTimesMoreAndThenEveryMinuteForHalfAnHour() {
    List<Duration> tries = tries(Schedule.CALLBACK, 1);
    assertThat(tries.subList(0, 5))
        .containsExactly(
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Duration.ofSeconds(7),
            Duration.ofSeconds(67),
            Duration.ofSeconds(127));
    assertThat(tries.getLast()).isEqualTo(Duration.ofMinutes(30));
    assertThat(tries).hasSize(3 + 30);
  }

  @Test
  void anEventIsTriedEightTimesWithinTwentyEightHours() {
    assertThat(tries(Schedule.EVENT, 0))
        .isEqualTo(
            sums(
                Stream.of("PT5S", "PT5M", "PT30M", "PT2H", "PT5H", "PT10H", "PT10H")
                    .map(Duration::parse)));
    assertThat(tries(Schedule.EVENT, 1).getFirst()).isEqualTo(Duration.ofMillis(5_500));
    assertThat(tries(Schedule.EVENT, 1)).hasSize(7);
  }

  private static List<Duration> sums(Stream<Duration> pauses) {
    List<Duration> sums = new ArrayList<>();
    pauses.forEach(pause -> sums.add(sums.isEmpty() ? pause : sums.getLast().plus(pause)));
    return sums;
  }

  @ParameterizedTest
  @CsvSource({
    "CALLBACK, 1, PT0S, PT30S, PT30S",
    "CALLBACK, 4, PT10M, PT5M, PT5M",
    "CALLBACK, 4, PT28M, PT5M, PT2M",
    "CALLBACK, 3, PT0S, PT1S, PT4S",
    "EVENT, 1, PT0S, PT20S, PT20S",
    "EVENT, 2, PT5S, PT20S, PT5M",
    "EVENT, 1, PT0S, PT99H, PT1H",
  })
  void whoAsksToBeLeftAloneIsWithinBounds(
      Schedule schedule, int tries, Duration after, Duration asked, Duration pause) {
    Instant now = FIRST.plus(after);
    assertThat(schedule.next(new Schedule.Failed(tries, FIRST, now, Optional.of(asked)), 0))
        .contains(now.plus(pause));
  }

  @Test
  void whatIsReplayedLongAfterwardsIsTriedOnce() {
    Instant late = FIRST.plus(Duration.ofDays(3));
    assertThat(Schedule.CALLBACK.next(new Schedule.Failed(34, FIRST, late, Optional.empty()), 0))
        .isEmpty();
    assertThat(Schedule.EVENT.next(new Schedule.Failed(9, FIRST, late, Optional.empty()), 0))
        .isEmpty();
  }
}
