package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.Key;
import dev.easel.account.KeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A key may ask so often, and no more often. */
class PaceTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // as nanoTime may be

  private static Caller caller(long key) {
    return new Caller(
        new Key(
            new KeyId(key),
            new AccountId(1),
            "test",
            "sk-",
            Key.Rules.NONE,
            Instant.EPOCH,
            Optional.empty()));
  }

  private static long passed(Pace pace, Caller caller, int times) {
    List<Pace.Standing> told = new ArrayList<>();
    return IntStream.range(0, times)
        .filter(_ -> pace.count(caller, told::add) instanceof Verdict.Pass<Caller>)
        .count();
  }

  @Test
  void aMinutesWorthPassesAtOnceAndThenOneByOne() {
    Pace pace = new Pace(6, now::get);
    Caller caller = caller(1);
    List<Pace.Standing> told = new ArrayList<>();
    assertThat(passed(pace, caller, 10)).isEqualTo(6);
    now.addAndGet(Duration.ofSeconds(9).toNanos());
    assertThat(pace.count(caller, told::add))
        .isEqualTo(Verdict.refuse(new ApiError.RateLimited(Duration.ofSeconds(1))));
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(passed(pace, caller, 10)).isEqualTo(1);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(passed(pace, caller, 10)).isEqualTo(6);
  }

  @Test
  void whatIsLeftIsTold() {
    Pace pace = new Pace(6, now::get);
    List<String> told = new ArrayList<>();
    for (int seconds : new int[] {0, 0, 4, 0, 0, 0, 0, 0, 5}) {
      now.addAndGet(Duration.ofSeconds(seconds).toNanos());
      pace.count(caller(1), standing -> told.add(standing.state()));
    }

    assertThat(told)
        .containsExactly(
            "\"minute\";r=5;t=10",
            "\"minute\";r=4;t=10",
            "\"minute\";r=3;t=6",
            "\"minute\";r=2;t=6",
            "\"minute\";r=1;t=6",
            "\"minute\";r=0;t=6",
            "\"minute\";r=0;t=6",
            "\"minute\";r=0;t=6",
            "\"minute\";r=0;t=1");
    new Pace(0, now::get).count(caller(1), standing -> told.add(standing.policy()));
    assertThat(told).as("no limit, nothing to tell").hasSize(9);
  }

  @Test
  void eachKeyHasItsOwn() {
    Pace pace = new Pace(1, now::get);
    assertThat(passed(pace, caller(1), 2)).isEqualTo(1);
    assertThat(passed(pace, caller(2), 2)).isEqualTo(1);
  }

  @Test
  void zeroIsNoLimit() {
    assertThat(passed(new Pace(0, now::get), caller(1), 10_000)).isEqualTo(10_000);
  }
}
