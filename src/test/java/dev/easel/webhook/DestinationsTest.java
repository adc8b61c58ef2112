package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.SettableClock;
import dev.easel.webhook.Destinations.Arrival;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A receiver that does not answer keeps eight places at most, and the others none. */
class DestinationsTest {
  private static final URI HOLE = URI.create("https://hole.example/a");
  private static final AccountId ONE = new AccountId(1);
  private static final long SLOW_MILLIS = 10_000;

  private final SettableClock clock = new SettableClock("2026-03-01T12:00:00Z");
  private final Destinations destinations = new Destinations(clock, new Random(1));

  private List<Destinations.Destination> enterAll() throws InterruptedException {
    List<Destinations.Destination> places = new ArrayList<>();
    while (destinations.enter(ONE, HOLE) instanceof Arrival.Entered(Destinations.Destination at)) {
      places.add(at);
    }
    return places;
  }

  private Duration away() throws InterruptedException {
    return switch (destinations.enter(ONE, HOLE)) {
      case Arrival.Later(Instant when) -> Duration.between(clock.instant(), when);
      case Arrival.Unanswered(Instant when) -> Duration.between(clock.instant(), when);
      case Arrival.Entered _ -> Duration.ZERO;
    };
  }

  @Test
  void onlySoManyGoToOneHostAndTheOthersAreNotHeldUp() throws InterruptedException {
    assertThat(enterAll()).hasSize(8);
    assertThat(destinations.enter(ONE, URI.create("https://HOLE.example/b")))
        .as("another address there")
        .isInstanceOf(Arrival.Later.class);
    assertThat(destinations.enter(ONE, URI.create("https://hole.example:444/")))
        .as("another port")
        .isInstanceOf(Arrival.Entered.class);
    assertThat(destinations.enter(ONE, URI.create("https://healthy.example/")))
        .isInstanceOf(Arrival.Entered.class);
  }

  /** At a host of many, such as a service that forwards. */
  @Test
  void whatOneAccountHasHangingDoesNotDelayAnother() throws InterruptedException {
    enterAll().forEach(place -> place.leave(SLOW_MILLIS, true));
    assertThat(destinations.enter(ONE, HOLE)).isInstanceOf(Arrival.Unanswered.class);
    assertThat(destinations.enter(new AccountId(2), HOLE)).isInstanceOf(Arrival.Entered.class);
  }

  @Test
  void allTogetherHaveThirtyTwoPlacesAtAHost() throws InterruptedException {
    List<Destinations.Destination> places = new ArrayList<>();
    for (int account = 1; account <= 40; account++) {
      if (destinations.enter(new AccountId(account), HOLE)
          instanceof Arrival.Entered(Destinations.Destination at)) {
        places.add(at);
      }
    }
    assertThat(places).hasSize(32);
    places.getFirst().leave();
    assertThat(destinations.enter(new AccountId(41), HOLE)).isInstanceOf(Arrival.Entered.class);
  }

  /** A port is another host, and a black hole has many. */
  @Test
  void howeverManyHostsAnAccountNamesItLeavesPlacesForOthers() throws InterruptedException {
    List<Destinations.Destination> places = new ArrayList<>();
    List<Instant> turns = new ArrayList<>();
    for (int port = 1; port <= 400; port++) {
      switch (destinations.enter(ONE, URI.create("https://hole.example:" + port))) {
        case Arrival.Entered(Destinations.Destination at) -> places.add(at);
        case Arrival.Later(Instant when) -> turns.add(when);
        case Arrival.Unanswered _ -> throw new AssertionError("nothing has timed out");
      }
    }
    assertThat(places).as("a quarter of what a node has").hasSize(256);
    assertThat(turns).hasSize(144).isSorted().allMatch(when -> when.isAfter(clock.instant()));
    assertThat(destinations.enter(new AccountId(2), HOLE)).isInstanceOf(Arrival.Entered.class);

    places.getFirst().leave(5, false);
    places.getLast().leave();
    assertThat(destinations.enter(ONE, HOLE)).isInstanceOf(Arrival.Entered.class);
    assertThat(enterAll()).as("what was left is free again, once").hasSize(1);
    assertThat(destinations.enter(ONE, HOLE)).isInstanceOf(Arrival.Later.class);
  }

  @Test
  void whoTimesOutAgainAndAgainIsLeftAloneForAGrowingWhile() throws InterruptedException {
    enterAll().forEach(place -> place.leave(SLOW_MILLIS, true));
    List<Duration> coolings = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      Instant start = clock.instant();
      List<Destinations.Destination> places = enterAll();
      while (places.isEmpty()) {
        clock.advance(Duration.ofSeconds(1));
        places = enterAll();
      }
      assertThat(places).as("one asks for all").hasSize(1);
      coolings.add(Duration.between(start, clock.instant()));
      places.getFirst().leave(SLOW_MILLIS, true);
    }
    assertThat(coolings.stream().map(Duration::toSeconds))
        .containsExactly(5L, 10L, 20L, 40L, 60L, 60L, 60L);
  }

  @Test
  void whoAnswersAgainGetsAllItsPlacesBack() throws InterruptedException {
    enterAll().forEach(place -> place.leave(SLOW_MILLIS, true));
    clock.advance(Duration.ofSeconds(5));
    List<Destinations.Destination> probe = enterAll();
    assertThat(probe).hasSize(1);
    probe.getFirst().leave(5, false);
    assertThat(enterAll()).hasSize(8);
  }

  /** Four tries of one callback follow each other within seconds, as documented. */
  @Test
  void oneCallbackAloneIsNeverLate() throws InterruptedException {
    for (int tries = 0; tries < 4; tries++) {
      Arrival arrival = destinations.enter(ONE, HOLE);
      assertThat(arrival).isInstanceOf(Arrival.Entered.class);
      if (arrival instanceof Arrival.Entered(Destinations.Destination at)) {
        at.leave(SLOW_MILLIS, true);
      }
    }
    assertThat(away()).isPositive();
  }

  @Test
  void manyComeBackSpreadOverAMinuteAndNoLater() throws InterruptedException {
    enterAll().forEach(place -> place.leave(SLOW_MILLIS, false));
    assertThat(enterAll()).as("slow, but there").hasSize(8);
    List<Duration> all = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      all.add(away());
    }
    assertThat(all).allMatch(away -> away.isPositive() && away.toSeconds() <= 60);
    assertThat(all.stream().distinct()).as("not all at once").hasSizeGreaterThan(1_000);
  }

  @Test
  void theMoreAreAwayTheLongerTheyStayAway() throws InterruptedException {
    enterAll().forEach(place -> place.leave(SLOW_MILLIS, true));
    List<Duration> all = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      all.add(away());
    }
    assertThat(all.subList(0, 3_000)).allMatch(away -> away.toSeconds() <= 60);
    assertThat(all).allMatch(away -> away.isPositive() && away.toMinutes() <= 10);
    assertThat(all.subList(30_000, 40_000)).allMatch(away -> away.toMinutes() >= 5);
    clock.advance(Duration.ofMinutes(11));
    away();
    clock.advance(Duration.ofMinutes(11));
    assertThat(away()).as("when the others are gone").isLessThanOrEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void whoDoesNotAnswerIsToldFromWhoIsBusy() throws InterruptedException {
    List<Destinations.Destination> places = enterAll();
    assertThat(destinations.enter(ONE, HOLE)).isInstanceOf(Arrival.Later.class);
    places.forEach(place -> place.leave(SLOW_MILLIS, true));
    assertThat(destinations.enter(ONE, HOLE)).isInstanceOf(Arrival.Unanswered.class);
  }

  @Test
  @ExtendWith(Invariants.class)
  void aBlackHoleDoesNotDelayAHealthyReceiver(Database database) throws IOException {
    try (Receiver healthy = new Receiver();
        PostOffice office = new PostOffice(database)) {
      List<UUID> swallowed = new ArrayList<>();
      try (ServerSocket hole = Holes.open()) {
        String swallowing = Holes.url(hole);
        for (int i = 0; i < 100; i++) {
          swallowed.add(office.owe("omni", swallowing));
        }
        for (int i = 0; i < 40; i++) {
          office.owe("omni", healthy.url("/" + i));
        }
        Instant limit = Instant.now().plusSeconds(60);
        for (int told = 0; told < 40; told += healthy.all().size()) {
          assertThat(Instant.now()).as("the healthy one is told").isBefore(limit);
          office.engine.claim();
          office.clock.advance(Duration.ofMillis(10)); // some may have been put back for a moment
        }
        assertThat(swallowed)
            .as("not one try of the black hole has ended")
            .allMatch(task -> office.standing(task).equals("pending 0"));
        assertThat(Holes.hangUp(hole, Duration.ofMillis(500)))
            .as("as many as there are places")
            .isEqualTo(8);
      }
      office.engine.run();
      assertThat(
              office.value(
                  Integer.class,
                  "select count(*) from job where run_at > ?::timestamptz + interval '61 s'",
                  Timestamp.from(office.clock.instant())))
          .isZero();
    }
  }
}
