package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.ledger.Balance;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import dev.easel.task.Unknowns.Finding;
import dev.easel.task.Unknowns.Resolved;
import dev.easel.task.Unknowns.Unknown;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator can do about submissions whose answer was lost. */
@ExtendWith(Invariants.class)
class UnknownsTest {
  private TestHouse house;
  private Customer customer;
  private Task task;

  /** A live task whose only attempt is unknown, on a channel with one slot. */
  @BeforeEach
  void loseAnAnswer(Database database) {
    house = new TestHouse(database);
    house.limitChannel("a", 1);
    customer = house.customer(100);
    task = house.accept(customer);
    house.a.submits(new Submission.Unknown("connection reset"));
    house.engine.runAll();
  }

  @AfterEach
  void close() {
    house.close();
  }

  private List<Unknown> list() {
    return house.database.read(Unknowns::list);
  }

  private Resolved resolve(UUID attempt, Finding finding) {
    return TestHouse.plain(() -> {
      try (Connection tx = house.database.connection()) {
        return Unknowns.resolve(tx, house.settlement, attempt, finding, house.clock.instant());
      }
    });
  }

  private UUID giveUp() {
    house.a.reconciles(new Reconciliation.Unknowable("no list call"));
    house.clock.advance(TestHouse.DEADLINE);
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
    return list().getFirst().attempt();
  }

  @Test
  void allOfThemAreListed() {
    assertThat(list())
        .singleElement()
        .satisfies(unknown -> {
          assertThat(unknown.task()).isEqualTo(task.id());
          assertThat(unknown.channel()).isEqualTo("a");
          assertThat(unknown.isGivenUp()).isFalse();
        });
    giveUp();
    assertThat(list()).singleElement().satisfies(u -> assertThat(u.isGivenUp()).isTrue());
  }

  @Test
  void aLiveTaskIsTriedAgainWhenNothingWasBought() {
    assertThat(resolve(list().getFirst().attempt(), new Finding.Nothing()))
        .isEqualTo(Resolved.GOES_ON);
    house.a.submits(produced(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "submit");
  }

  @Test
  void aLiveTaskGoesOnWithWhatTheProviderHas() {
    assertThat(resolve(list().getFirst().attempt(), new Finding.Accepted("up-7")))
        .isEqualTo(Resolved.GOES_ON);
    house.a.checks(new Progress.Pending(50, Duration.ofSeconds(5)));
    house.engine.runAll();
    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "check up-7", "check up-7");
  }

  @Test
  void whatIsStillAskedAboutIsNotWrittenOff() {
    assertThat(resolve(list().getFirst().attempt(), new Finding.Bought(Optional.empty())))
        .isEqualTo(Resolved.STILL_ASKED);
    assertThat(list()).hasSize(1);
  }

  /** Which may be what has it bought. */
  @Test
  void whatAProviderIsAskedAboutAtThisMomentIsNotWrittenOff() {
    UUID attempt = list().getFirst().attempt();
    List<Resolved> meanwhile = new ArrayList<>();
    house.a.reconciles(_ -> {
      meanwhile.add(resolve(attempt, new Finding.Nothing()));
      return new Reconciliation.Accepted("up-1", Duration.ofSeconds(5));
    });
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(meanwhile).containsExactly(Resolved.BEING_ASKED);
    assertThat(list()).as("the provider has it").isEmpty();
  }

  static Stream<Finding> findings() {
    return Stream.of(
        new Finding.Nothing(),
        new Finding.Accepted("up-7"),
        new Finding.Bought(Optional.of(new BigDecimal("0.04"))),
        new Finding.Bought(Optional.empty()));
  }

  @ParameterizedTest
  @MethodSource("findings")
  void whatWasGivenUpIsResolvedOnce(Finding finding) {
    UUID attempt = giveUp();
    assertThat(resolve(attempt, finding)).isEqualTo(Resolved.RESOLVED);
    assertThat(list()).isEmpty();
    assertThat(resolve(attempt, finding)).isEqualTo(Resolved.NOT_FOUND);
    assertThat(house.balance(customer))
        .as("the customer has nothing to do with it")
        .isEqualTo(new Balance(100, 0));
  }

  @Test
  void whatIsNotUnknownIsNotFound() {
    assertThat(resolve(UUID.randomUUID(), new Finding.Nothing())).isEqualTo(Resolved.NOT_FOUND);
    house.a.reconciles(new Reconciliation.Accepted("up-1", Duration.ofSeconds(5)));
    UUID attempt = list().getFirst().attempt();
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(resolve(attempt, new Finding.Nothing())).isEqualTo(Resolved.NOT_FOUND);
  }
}
