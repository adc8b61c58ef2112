package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.easel.account.Key;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.ledger.Balance;
import dev.easel.task.Admitted.Accepted;
import dev.easel.task.Admitted.IdempotencyConflict;
import dev.easel.task.Admitted.InsufficientCredits;
import dev.easel.task.Admitted.KeyLimitExceeded;
import dev.easel.task.Admitted.Period;
import dev.easel.task.Admitted.Replayed;
import dev.easel.task.TestHouse.Customer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may have a task, however many ask at the same time. */
@ExtendWith(Invariants.class)
class AdmissionTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  private TestHouse house;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void anAcceptedTaskIsQueuedAndPaidFor() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 40, 1);
    assertThat(house.state(task)).isEqualTo(new TaskState.Queued());
    assertThat(task.createdAt()).isEqualTo(house.clock.instant());
    assertThat(house.balance(customer)).isEqualTo(new Balance(60, 40));
    assertThat(house.snapshots.read(customer.account(), task.id())).contains(task);
  }

  @Test
  void ofWhatIsAskedForAtOnceExactlyTheAffordableIsAccepted() {
    long seed = 42;
    Random random = new Random(seed);
    List<Customer> customers = Stream.generate(() -> house.customer(1_000)).limit(3).toList();
    record Asked(Customer customer, long price, CompletableFuture<Admitted> answer) {}
    List<Asked> asked =
        IntStream.range(0, 600)
            .mapToObj(_ -> {
              Customer customer = customers.get(random.nextInt(customers.size()));
              long price = random.nextLong(1, 40);
              return new Asked(
                  customer,
                  price,
                  CompletableFuture.supplyAsync(() -> house.ask(customer, price), VIRTUAL));
            })
            .toList();
    for (Customer customer : customers) {
      List<Asked> its = asked.stream().filter(a -> a.customer.equals(customer)).toList();
      long spent =
          its.stream()
              .filter(a -> a.answer.join() instanceof Accepted)
              .mapToLong(Asked::price)
              .sum();
      assertThat(house.balance(customer))
          .as("seed %d", seed)
          .isEqualTo(new Balance(1_000 - spent, spent));
      List<Asked> refused =
          its.stream().filter(a -> !(a.answer.join() instanceof Accepted)).toList();
      assertThat(refused)
          .as("seed %d", seed)
          .isNotEmpty()
          .allSatisfy(a ->
              assertThat(a.answer.join())
                  .asInstanceOf(type(InsufficientCredits.class))
                  .satisfies(answer -> {
                    assertThat(answer.price()).isEqualTo(a.price);
                    assertThat(answer.available()).isBetween(1_000 - spent, a.price - 1);
                  }));
    }
  }

  @Test
  void anIdempotencyKeyStandsForOneTask() {
    Customer customer = house.customer(100);
    Idempotency first = new Idempotency("k", "f", "first answer");
    assertThat(ask(customer, first)).isInstanceOf(Accepted.class);
    assertThat(ask(customer, new Idempotency("k", "f", "second answer")))
        .isEqualTo(new Replayed("first answer"));
    assertThat(ask(customer, new Idempotency("k", "g", "other")))
        .isEqualTo(new IdempotencyConflict());
    assertThat(ask(customer, new Idempotency("k2", "f", "other"))).isInstanceOf(Accepted.class);
    assertThat(ask(house.customer(100), first))
        .as("another account's key is another key")
        .isInstanceOf(Accepted.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(80, 20));
  }

  @Test
  void ofOneKeyUsedManyTimesAtOnceOneIsAcceptedAndTheOthersFollow() {
    Customer customer = house.customer(1_000);
    List<CompletableFuture<Admitted>> answers =
        IntStream.range(0, 200)
            .mapToObj(n ->
                CompletableFuture.supplyAsync(
                    () -> ask(customer, new Idempotency("k" + n % 4, "f", "answer " + n)), VIRTUAL))
            .toList();
    for (int key = 0; key < 4; key++) {
      List<Admitted> ofKey =
          IntStream.iterate(key, n -> n < 200, n -> n + 4)
              .mapToObj(n -> answers.get(n).join())
              .toList();
      assertThat(ofKey).filteredOn(Accepted.class::isInstance).hasSize(1);
      assertThat(ofKey).filteredOn(Replayed.class::isInstance).hasSize(49);
      assertThat(ofKey.stream().filter(Replayed.class::isInstance).distinct())
          .as("byte for byte")
          .hasSize(1);
    }
    assertThat(house.balance(customer)).isEqualTo(new Balance(960, 40));
  }

  /** Its request was under way when the account was deleted. */
  @Test
  void aDeletedAccountGetsNothingWhateverItHasLeft() {
    Customer customer = house.customer(100);
    house.database.transaction(
        tx -> AccountRemovals.remove(tx, customer.account(), house.clock.instant()));
    assertThat(house.ask(customer, 10)).isEqualTo(new Admitted.AccountDeleted());
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void aRefusalIsNotKept() {
    Customer customer = house.customer(5);
    Idempotency key = new Idempotency("k", "f", "answer");
    assertThat(ask(customer, key)).isEqualTo(new InsufficientCredits(5, 10));
    house.database.transaction(tx ->
        TestHouse.plain(() ->
            dev.easel.ledger.Ledger.credit(
                tx.getConnection(), customer.account(), 5, "grant", house.clock.instant())));
    assertThat(ask(customer, key)).isInstanceOf(Accepted.class);
  }

  @Test
  void anAnswerIsKeptForThreeDays() {
    Customer customer = house.customer(100);
    Idempotency key = new Idempotency("k", "f", "first answer");
    assertThat(ask(customer, key)).isInstanceOf(Accepted.class);
    house.clock.advance(Duration.ofDays(3).minusSeconds(1));
    assertThat(ask(customer, key)).isEqualTo(new Replayed("first answer"));
    house.clock.advance(Duration.ofSeconds(1));
    assertThat(ask(customer, new Idempotency("k", "g", "new answer"))).isInstanceOf(Accepted.class);
    assertThat(ask(customer, new Idempotency("k", "g", ""))).isEqualTo(new Replayed("new answer"));
  }

  /** Clocks differ by a moment, and a request looks at its own before it waits for the other. */
  @Test
  void twoFirstTriesAreTwoTasksThoughTheSecondIsEarlierByItsNodesClock() {
    Customer customer = house.customer(100);
    InstantSource slow = () -> house.clock.instant().minusMillis(20);
    try (Admission other = new Admission(house.database, slow, _ -> {})) {
      assertThat(ask(customer, firstTry("first answer"))).isInstanceOf(Accepted.class);
      assertThat(
              other.admit(
                  TestHouse.request(customer, 10, 1),
                  customer.isLimited(),
                  Optional.of(firstTry("second answer"))))
          .isInstanceOf(Accepted.class);
      assertThat(other.answered(customer.account(), firstTry("third answer"))).isEmpty();
    }
    assertThat(house.balance(customer)).isEqualTo(new Balance(80, 20));
    assertThat(ask(customer, new Idempotency("k", "f", "a retry", Duration.ofMinutes(10))))
        .isEqualTo(new Replayed("second answer"));
  }

  private static Idempotency firstTry(String answer) {
    return new Idempotency("k", "f", answer, Duration.ZERO);
  }

  @Test
  void aKeysTotalLimitIsNeverExceeded() {
    Customer customer = house.customer(1_000, 0, limits(OptionalLong.of(50), OptionalLong.empty()));
    List<Admitted> answers =
        IntStream.range(0, 20)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> house.ask(customer, 20), VIRTUAL))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertThat(answers).filteredOn(Accepted.class::isInstance).hasSize(2);
    assertThat(answers)
        .filteredOn(answer -> !(answer instanceof Accepted))
        .hasSize(18)
        .containsOnly(new KeyLimitExceeded(Period.TOTAL, 10, 20));
    house.clock.advance(Duration.ofDays(40));
    assertThat(house.ask(customer, 11)).isEqualTo(new KeyLimitExceeded(Period.TOTAL, 10, 11));
    assertThat(house.ask(customer, 10)).isInstanceOf(Accepted.class);
  }

  @Test
  void aKeysDailyLimitBeginsAnewAtMidnightUtc() {
    Customer customer = house.customer(1_000, 0, limits(OptionalLong.of(100), OptionalLong.of(30)));
    assertThat(house.ask(customer, 30)).isInstanceOf(Accepted.class);
    house.clock.advance(Duration.ofHours(12).minusSeconds(1)); // from noon to a second before
    assertThat(house.ask(customer, 1)).isEqualTo(new KeyLimitExceeded(Period.DAY, 0, 1));
    house.clock.advance(Duration.ofSeconds(1));
    assertThat(house.ask(customer, 31)).isEqualTo(new KeyLimitExceeded(Period.DAY, 30, 31));
    assertThat(house.ask(customer, 30)).isInstanceOf(Accepted.class);
    house.clock.advance(Duration.ofDays(3));
    assertThat(house.ask(customer, 30)).isInstanceOf(Accepted.class);
    house.clock.advance(Duration.ofDays(1));
    assertThat(house.ask(customer, 11)).isEqualTo(new KeyLimitExceeded(Period.TOTAL, 10, 11));
  }

  @Test
  void whatTheAccountCannotPayDoesNotCountAgainstTheKey() {
    Customer customer = house.customer(5, 0, limits(OptionalLong.of(10), OptionalLong.empty()));
    assertThat(house.ask(customer, 10)).isEqualTo(new InsufficientCredits(5, 10));
    assertThat(house.ask(customer, 5)).isInstanceOf(Accepted.class);
    assertThat(house.ask(customer, 6)).isEqualTo(new KeyLimitExceeded(Period.TOTAL, 5, 6));
  }

  @Test
  void aRequestThatTheDatabaseCannotKeepHarmsNoOther() {
    Customer customer = house.customer(1_000);
    List<CompletableFuture<Boolean>> answers =
        IntStream.range(0, 50)
            .mapToObj(n ->
                CompletableFuture.supplyAsync(
                        () -> ask(customer, new Idempotency("k" + n, "f", n == 7 ? "\0" : "fine")),
                        VIRTUAL)
                    .handle((answer, failed) -> failed == null && answer instanceof Accepted))
            .toList();
    for (int n = 0; n < 50; n++) {
      assertThat(answers.get(n).join()).as("request %d", n).isEqualTo(n != 7);
    }
    assertThat(house.balance(customer)).isEqualTo(new Balance(510, 490));
  }

  private Admitted ask(Customer customer, Idempotency idempotency) {
    return house.ask(TestHouse.request(customer, 10, 1), customer, Optional.of(idempotency));
  }

  private static Key.Rules limits(OptionalLong total, OptionalLong daily) {
    return new Key.Rules(total, daily, Optional.empty(), List.of(), List.of());
  }
}
