package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What finds no place is put off for long enough. */
class ChannelPlacesTest {
  private static final int EACH = 4;

  private final SettableClock clock = new SettableClock("2026-03-01T12:00:00Z");
  private final ChannelPlaces places = new ChannelPlaces(EACH, clock, new Random(1));
  private final ChannelPlaces.Places a = places.of("a");

  private void fill() {
    for (int i = 0; i < EACH; i++) {
      assertThat(a.take()).isEmpty();
    }
  }

  private List<Duration> away(int many) {
    List<Duration> away = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      Instant turn = a.take().orElseThrow();
      away.add(Duration.between(clock.instant(), turn));
    }
    return away;
  }

  /** Or it would come back a thousand times a second, each time for a write. */
  @Test
  void whereAnswersCameAtOnceUntilNowNobodyComesBackAtOnce() {
    for (int i = 0; i < 100; i++) {
      assertThat(a.take()).isEmpty();
      a.giveBack(0);
    }
    fill();
    assertThat(away(100)).isSorted().allMatch(away -> away.toMillis() >= 1_000);
  }

  @Test
  void theLongerTheyAreTakenTheLaterItIsSomebodysTurn() {
    for (int i = 0; i < 100; i++) {
      assertThat(a.take()).isEmpty();
      a.giveBack(60_000);
    }
    fill();
    assertThat(away(3)).extracting(Duration::toSeconds).containsExactly(16L, 31L, 46L);
  }

  @Test
  void eachChannelHasItsOwn() {
    fill();
    assertThat(places.of("b").take()).isEmpty();
    a.takeAnyway();
    a.giveBack(5);
    assertThat(a.take()).as("what was sent anyway counts").isPresent();
    a.giveBack(5);
    assertThat(a.take()).isEmpty();
  }
}
