package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static dev.easel.task.ScriptedProvider.produced;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Quote;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.engine.ManualEngine;
import dev.easel.ledger.Balance;
import dev.easel.provider.Failure;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** What becomes of an accepted task, whatever the provider and the nodes do. */
@ExtendWith(Invariants.class)
class TaskRunnerTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Submission ACCEPTED = new Submission.Accepted("up-1", SOON);
  private static final Submission LOST = new Submission.Unknown("connection reset");

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
  void anAnswerAtOnceIsStoredAndPaidFor() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 10, 2);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 10));
    house.a.submits(produced(2));
    house.engine.runAll();
    TaskState.Succeeded succeeded = (TaskState.Succeeded) house.state(task);
    assertThat(succeeded.results())
        .hasSize(2)
        .extracting(Asset::mediaType)
        .containsOnly("image/png");
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void whatWasNotMadeIsReleased() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, 10, 3);
    house.a.submits(produced(2));
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Succeeded.class))
        .extracting(TaskState.Succeeded::captured)
        .isEqualTo(6L);
    assertThat(house.balance(customer)).isEqualTo(new Balance(94, 0));
  }

  /** Of two films of a length left to the model, one is ready a turn before the other. */
  @Test
  void filmsArePaidForByTheLengthThatTheyTurnOut() {
    Customer customer = house.customer(100);
    Quote open = new Quote(40, List.of(new Quote.Length(4, 20), new Quote.Length(15, 40)));
    Task task = house.accept(customer, films(customer, 2, open));
    assertThat(house.balance(customer)).isEqualTo(new Balance(60, 40));
    house.a.submits(generation ->
        generation.piece() == 0 ? new Submission.Produced(List.of(film(4_040))) : ACCEPTED);
    house.a.checks(new Progress.Produced(List.of(film(9_000))));
    house.engine.runAll();
    assertThat(house.attempts(task).getFirst().state())
        .isEqualTo(new Attempt.State.Produced(1, List.of(Duration.ofMillis(4_040))));
    assertThat(house.balance(customer)).isEqualTo(new Balance(60, 40));

    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Succeeded.class))
        .extracting(TaskState.Succeeded::captured)
        .isEqualTo(10L + 20L);
    assertThat(house.balance(customer)).isEqualTo(new Balance(70, 0));
  }

  private static TaskRequest films(Customer customer, int films, Quote quote) {
    return new TaskRequest(
        TaskId.random(Instant.now()),
        customer.account(),
        customer.key(),
        new Origin("kie", "bytedance/seedance-2", "{}"),
        "seedance-2",
        MediaKind.VIDEO,
        new Parameters(JsonNodeFactory.instance.objectNode().put("prompt", "p").put("n", films)),
        1,
        quote);
  }

  @Test
  void aPictureOfAnotherFormatIsConvertedWhenItIsStored() {
    Customer customer = house.customer(100);
    TaskRequest plain = TestHouse.request(customer, 10, 1);
    Task task =
        house.accept(
            customer,
            new TaskRequest(
                plain.id(),
                plain.account(),
                plain.key(),
                plain.origin(),
                plain.model(),
                plain.kind(),
                new Parameters(plain.parameters().toJson().put("output_format", "webp")),
                plain.pieceSize(),
                plain.credits()));
    house.a.submits(produced(1));
    house.engine.runAll();
    assertThat(((TaskState.Succeeded) house.state(task)).results())
        .extracting(Asset::mediaType)
        .containsExactly("image/webp");
  }

  /** As much of an MP4 file as says how long it is. */
  private static Output film(int millis) {
    ByteBuffer file = ByteBuffer.allocate(16 + 8 + 8 + 100);
    file.putInt(16).put("ftypisom".getBytes(US_ASCII)).putInt(0);
    file.putInt(8 + 8 + 100).put("moov".getBytes(US_ASCII));
    file.putInt(8 + 100).put("mvhd".getBytes(US_ASCII)).putInt(0).putInt(0).putInt(0);
    file.putInt(1_000).putInt(millis);
    return new Output(file.array());
  }

  @Test
  void anAcceptedGenerationIsCheckedWhenItIsTime() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(ACCEPTED);
    house.a.checks(
        new Progress.Pending(40, SOON),
        new Progress.Unreachable("no route to host"),
        new Progress.Produced(pictures(1)));
    house.engine.runAll();
    assertThat(house.engine.run()).as("nothing is due before its time").isZero();

    house.clock.advance(SOON);
    assertThat(house.engine.runAll()).containsExactly(1);
    assertThat(house.state(task)).isEqualTo(new TaskState.Running(task.createdAt(), 40, false));

    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task))
        .as("an unreachable provider says nothing about the task")
        .isEqualTo(new TaskState.Running(task.createdAt(), 40, false));

    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "check up-1", "check up-1", "check up-1");
  }

  @Test
  void aRefusedSubmissionGoesToTheOtherRouteAtOnce() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.routes(TestHouse.TO_A, TestHouse.TO_B);
    house.a.submits(new Submission.Rejected(failure(Failure.Kind.OVERLOADED)));
    house.b.submits(produced(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.attempts(task))
        .extracting(Attempt::channel, Attempt::number, Attempt::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "a", 1, new Attempt.State.Rejected(failure(Failure.Kind.OVERLOADED))),
            org.assertj.core.groups.Tuple.tuple("b", 2, new Attempt.State.Produced(1)));
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void whatNoRouteCanDoFailsAndIsRefunded() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.routes(TestHouse.TO_A, TestHouse.TO_B);
    house.a.submits(new Submission.Rejected(failure(Failure.Kind.CONTENT_POLICY)));
    house.engine.runAll();
    assertThat(house.state(task))
        .isEqualTo(
            new TaskState.Failed(house.clock.instant(), failure(Failure.Kind.CONTENT_POLICY)));
    assertThat(house.b.calls()).isEmpty();
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void withoutARouteATaskFailsUnattempted() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.routes();
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);
    assertThat(house.attempts(task)).isEmpty();
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void whatIsNoMediaFailsAndIsRefunded() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    Submission page =
        new Submission.Produced(
            List.of(new Output("<html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII))));
    house.a.submits(page, page);
    house.engine.runAll();
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);
    assertThat(house.attempts(task)).as("another attempt might have made one").hasSize(2);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void aLostAnswerIsNeverSubmittedAgainAndGivenUpAtTheDeadline() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(LOST);
    house.a.reconciles(
        new Reconciliation.Unknown("cannot be asked"), new Reconciliation.Unknown("nor now"));
    house.engine.runAll();
    house.clock.advance(Duration.ofSeconds(30));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Running.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 10));

    house.clock.advance(TestHouse.DEADLINE);
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Failed.class))
        .extracting(failed -> failed.failure().kind())
        .isEqualTo(Failure.Kind.TIMED_OUT);
    assertThat(house.attempts(task))
        .as("stays for the operator to look into")
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.GivenUp());
    assertThat(house.a.calls()).containsExactly("submit", "reconcile", "reconcile");
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void aHandlerThatThrowsIsTriedAgainLater() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(_ -> {
      throw new IllegalStateException("a defect in an adapter");
    });
    house.a.reconciles(new Reconciliation.NotAccepted());
    assertThat(house.engine.runAll()).containsExactly(1);
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.Sending());

    house.a.submits(produced(1));
    house.clock.advance(Duration.ofSeconds(30));
    house.engine.runAll();
    house.clock.advance(Duration.ofSeconds(2));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "reconcile", "submit");
  }

  @Test
  void withoutItsLeaseANodeSendsNothing() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.engine("slow", Duration.ZERO).run();
    assertThat(house.a.calls()).isEmpty();
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.Sending());

    house.clock.advance(Duration.ofSeconds(30));
    house.engine.rescue();
    house.a.reconciles(new Reconciliation.NotAccepted());
    house.a.submits(produced(1));
    house.engine.runAll();
    house.clock.advance(Duration.ofSeconds(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("reconcile", "submit");
  }

  @Test
  void aNodeThatWasTakenForDeadWritesNothing() throws InterruptedException {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    house.a.submits(_ -> {
      asked.countDown();
      await(answered);
      return new Submission.Rejected(failure(Failure.Kind.CONTENT_POLICY));
    });
    house.engine.claim();
    asked.await();

    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    assertThat(other.run()).as("a lease that holds is nobody else's").isZero();
    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    other.rescue();
    house.a.reconciles(new Reconciliation.Accepted("up-2", SOON));
    assertThat(other.run()).isEqualTo(1);

    answered.countDown();
    house.engine.run();
    assertThat(house.state(task)).isInstanceOf(TaskState.Running.class);
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.Accepted("up-2", house.clock.instant()));

    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(SOON);
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  static Stream<Arguments> lateAnswers() {
    return Stream.of(
        Arguments.of(ACCEPTED, TaskState.Succeeded.class, List.of("submit", "check up-1")),
        Arguments.of(produced(1), TaskState.Succeeded.class, List.of("submit")),
        Arguments.of(
            new Submission.Rejected(failure(Failure.Kind.INVALID_INPUT)),
            TaskState.Failed.class,
            List.of("submit")));
  }

  @ParameterizedTest
  @MethodSource("lateAnswers")
  void anAnswerThatComesAfterTheLeaseWasLostIsNotLost(
      Submission answer, Class<? extends TaskState> end, List<String> calls)
      throws InterruptedException {
    house.limitChannel("a", 1);
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    house.a.submits(_ -> {
      asked.countDown();
      await(answered);
      return answer;
    });
    house.engine.claim();
    asked.await();

    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    house.a.reconciles(new Reconciliation.Unknowable("no list call"));
    assertThat(other.run()).isEqualTo(1);
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.Unknown());

    answered.countDown();
    house.engine.run();
    house.a.checks(new Progress.Produced(pictures(1)));
    other.runAll();
    house.clock.advance(SOON);
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(end);
    assertThat(house.a.calls()).filteredOn(call -> !call.equals("reconcile")).isEqualTo(calls);
    assertThat(house.balance(customer).held()).isZero();
  }

  /** The other node may just have had it bought. */
  @Test
  void aRefusalProvesNothingOnceAnotherMayHaveHandedItOver() throws InterruptedException {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    house.a.submits(_ -> {
      asked.countDown();
      await(answered);
      return new Submission.Rejected(failure(Failure.Kind.RATE_LIMITED));
    });
    house.a.reconcilesBySubmitting(true);
    house.engine.claim();
    asked.await();

    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    house.a.reconciles(_ -> {
      answered.countDown();
      house.engine.run(); // the refusal is dealt with
      return new Reconciliation.Accepted("up-2", SOON);
    });
    other.run();
    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(SOON);
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "reconcile", "check up-2");
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void aProviderThatLetsEverybodyHangLeavesRoomForOthers() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(ACCEPTED);
    house.engine.runAll();
    ChannelPlaces.Places places = house.places.of("a");
    for (int i = 0; i < TestHouse.PLACES; i++) {
      assertThat(places.take()).as("others hang there").isEmpty();
    }
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.a.calls()).as("it is not its turn").containsExactly("submit");
    assertThat(house.state(task)).isInstanceOf(TaskState.Running.class);
    assertThat(house.places.of("b").take()).as("at another there is room").isEmpty();

    places.giveBack(10_000);
    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(Duration.ofMinutes(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(places.take()).as("it has left its place").isEmpty();
    assertThat(places.take()).isPresent();
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  static Stream<Arguments> defects() {
    return Stream.of(
        Arguments.of(
            ACCEPTED,
            "check up-1",
            new Attempt.State.Failed(
                new Failure(Failure.Kind.TIMED_OUT, "The provider did not finish in time."))),
        Arguments.of(LOST, "reconcile", new Attempt.State.GivenUp()));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void aDefectInAnAdapterDoesNotKeepATaskFromItsDeadline(
      Submission answer, String question, Attempt.State end) {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(answer);
    house.a.checks(_ -> {
      throw new IllegalStateException("a defect in an adapter");
    });
    house.a.reconciles(_ -> {
      throw new IllegalStateException("a defect in an adapter");
    });
    house.engine.runAll();
    house.clock.advance(TestHouse.DEADLINE.minusSeconds(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Running.class);
    house.clock.advance(Duration.ofMinutes(1));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);
    assertThat(house.attempts(task)).extracting(Attempt::state).containsExactly(end);
    assertThat(house.a.calls()).containsExactly("submit", question, question);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  /** The disk may be full for database and files at once: nobody renews a lease then. */
  @Test
  void whatWasHandedOverIsKeptThoughTheLeaseIsLostBeforeItCanBeStored() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(new Submission.Produced(pictures(1)));
    house.a.reconciles(new Reconciliation.Unknowable("no list call"));
    house.store.full(true);
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    house.onPause(() -> {
      if (house.clock.instant().isAfter(task.createdAt().plus(TestHouse.LEASE))) {
        other.rescue();
        other.run();
        house.engine.rescue(); // learns that its lease is lost
        house.store.full(false);
      }
    });
    house.engine.run();
    house.onPause(() -> {});
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "reconcile");
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  /** PostgreSQL keeps no U+0000, and JSON does. */
  @Test
  void whateverAProviderSaysCanBeKept() {
    Customer customer = house.customer(100);
    Task failed = house.accept(customer);
    house.a.submits(
        ACCEPTED, new Submission.Rejected(new Failure(Failure.Kind.INVALID_INPUT, "no\0")));
    house.a.checks(
        new Progress.Unreachable("gone\0"),
        new Progress.Failed(new Failure(Failure.Kind.CONTENT_POLICY, "nude\0")));
    house.engine.runAll();
    for (int check = 0; check < 2; check++) {
      house.clock.advance(Duration.ofMinutes(1));
      house.engine.runAll();
    }
    assertThat(house.state(failed))
        .asInstanceOf(type(TaskState.Failed.class))
        .satisfies(state -> assertThat(state.failure().message()).isEqualTo("nude\uFFFD"));

    Task refused = house.accept(customer);
    house.engine.runAll();
    assertThat(house.state(refused)).isInstanceOf(TaskState.Failed.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void anAnswerAfterEverythingWasGivenUpIsNotedForTheOperator() throws InterruptedException {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    house.a.submits(_ -> {
      asked.countDown();
      await(answered);
      return ACCEPTED;
    });
    house.engine.claim();
    asked.await();

    house.clock.advance(TestHouse.DEADLINE);
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    house.a.reconciles(new Reconciliation.Unknowable("no list call"));
    other.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);

    answered.countDown();
    house.engine.run();
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactly(new Attempt.State.GivenUp());
    assertThat(
            house.execute(
                "update attempt set upstream_id = upstream_id where upstream_id = 'up-1'"))
        .as("what it would be asked for by")
        .isEqualTo(1);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void piecesAreMadeAtOnceAndWhatWasNotMadeIsReleased() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, TestHouse.request(customer, 40, 4, 1));
    CyclicBarrier together = new CyclicBarrier(4);
    house.a.submits(generation -> {
      await(together);
      return switch (generation.piece()) {
        case 0 -> ACCEPTED;
        case 1 -> new Submission.Rejected(failure(Failure.Kind.CONTENT_POLICY));
        default -> produced(generation.outputs());
      };
    });
    house.engine.runAll();
    assertThat(house.state(task)).isEqualTo(new TaskState.Running(task.createdAt(), 50, false));

    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task))
        .asInstanceOf(type(TaskState.Succeeded.class))
        .satisfies(succeeded -> {
          assertThat(succeeded.results()).hasSize(3);
          assertThat(succeeded.captured()).isEqualTo(30);
        });
    assertThat(house.balance(customer)).isEqualTo(new Balance(70, 0));
  }

  @Test
  void piecesShareTheSlotsOfTheirChannel() {
    house.limitChannel("a", 2);
    Customer customer = house.customer(100);
    Task task = house.accept(customer, TestHouse.request(customer, 50, 5, 1));
    Semaphore free = new Semaphore(2);
    house.a.submits(_ -> {
      if (!free.tryAcquire()) {
        throw new AssertionError("a third one runs");
      }
      free.release();
      return produced(1);
    });
    for (int i = 0; i < 3; i++) {
      house.engine.runAll();
      house.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.attempts(task)).hasSize(5);
  }

  @Test
  void aPieceThatBreaksTheRunnerDoesNotLoseTheOthers() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer, TestHouse.request(customer, 30, 3, 1));
    house.a.submits(generation -> {
      if (generation.piece() == 1) {
        throw new IllegalStateException("a defect in an adapter");
      }
      return produced(1);
    });
    house.engine.runAll();
    assertThat(house.attempts(task))
        .extracting(Attempt::state)
        .containsExactlyInAnyOrder(
            new Attempt.State.Produced(1),
            new Attempt.State.Sending(),
            new Attempt.State.Produced(1));
    house.a.reconciles(new Reconciliation.NotAccepted());
    house.a.submits(produced(1));
    house.clock.advance(Duration.ofSeconds(30));
    house.engine.runAll();
    house.clock.advance(Duration.ofSeconds(2));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(70, 0));
  }

  @Test
  void aChannelThatIsBrokenIsLeftAlone() {
    Customer customer = house.customer(100);
    house.routes(TestHouse.TO_A, TestHouse.TO_B);
    house.a.submits(new Submission.Rejected(failure(Failure.Kind.NO_CREDIT)), produced(1));
    house.b.submits(_ -> produced(1));
    Task first = house.accept(customer);
    house.engine.runAll();
    Task second = house.accept(customer);
    house.engine.runAll();
    assertThat(List.of(first, second))
        .extracting(house::state)
        .allMatch(TaskState.Succeeded.class::isInstance);
    assertThat(house.a.calls()).as("asked once").containsExactly("submit");

    house.clock.advance(Duration.ofMinutes(10));
    Task third = house.accept(customer);
    house.engine.runAll();
    assertThat(house.state(third)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).as("and again when it has cooled").hasSize(2);
  }

  @Test
  void faultsInARowLetAChannelCoolLongerEachTime() {
    Customer customer = house.customer(1_000);
    Submission busy = new Submission.Rejected(failure(Failure.Kind.OVERLOADED));
    house.routes(TestHouse.TO_A, TestHouse.TO_B);
    house.b.submits(_ -> produced(1));
    List<Integer> asked = new java.util.ArrayList<>();
    house.a.submits(_ -> busy);
    for (int second = 0; second < 16; second++) {
      int before = house.a.calls().size();
      house.accept(customer);
      house.engine.runAll();
      if (house.a.calls().size() > before) {
        asked.add(second);
      }
      house.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(asked).as("seconds at which it was asked").containsExactly(0, 1, 2, 3, 5, 9);

    house.clock.advance(Duration.ofSeconds(10));
    house.a.submits(_ -> produced(1));
    house.accept(customer);
    house.engine.runAll();
    house.breakers.refresh();
    int before = house.a.calls().size();
    house.a.submits(_ -> busy);
    for (int i = 0; i < 2; i++) {
      house.accept(customer);
      house.engine.runAll();
    }
    assertThat(house.a.calls()).as("once it worked, two faults are no row").hasSize(before + 2);
  }

  @Test
  void aChannelsSlotsAreGivenToTheAccountsInTurn() {
    house.limitChannel("a", 1);
    Customer busy = house.customer(1_000);
    Customer other = house.customer(100);
    Customer third = house.customer(100);
    List<Task> many = Stream.generate(() -> house.accept(busy)).limit(20).toList();
    house.a.submits(_ -> ACCEPTED);
    house.engine.runAll();
    Task one = house.accept(other);
    Task two = house.accept(third);
    house.engine.runAll();
    // Each step ends the task that runs, and lets another one begin.
    for (int slot = 0; slot < 3; slot++) {
      house.a.checks(new Progress.Produced(pictures(1)));
      house.clock.advance(SOON);
      house.engine.runAll();
    }
    assertThat(house.state(one)).isNotInstanceOf(TaskState.Queued.class);
    assertThat(house.state(two)).isNotInstanceOf(TaskState.Queued.class);
    assertThat(many)
        .filteredOn(task -> !(house.state(task) instanceof TaskState.Queued))
        .hasSize(2);
  }

  @Test
  void aLeaseThatIsRenewedIsNotTakenOver() throws InterruptedException {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    house.a.submits(_ -> {
      asked.countDown();
      await(answered);
      return produced(1);
    });
    house.engine.claim();
    asked.await();
    house.clock.advance(TestHouse.LEASE.minusSeconds(1));
    house.engine.rescue();
    house.clock.advance(TestHouse.LEASE.minusSeconds(1));
    ManualEngine other = house.engine("node-2", TestHouse.LEASE);
    other.rescue();
    assertThat(other.run()).isZero();
    answered.countDown();
    house.engine.run();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void anAccountRunsNoMoreAtOnceThanItMay() {
    Customer capped = house.customer(1_000, 2, dev.easel.account.Key.Rules.NONE);
    List<Task> tasks = Stream.generate(() -> house.accept(capped)).limit(10).toList();
    Semaphore free = new Semaphore(2);
    house.a.submits(_ -> {
      if (!free.tryAcquire()) {
        throw new AssertionError("a third one runs");
      }
      return ACCEPTED;
    });
    // Each pump claims whatever may run: submissions and checks, but of two tasks at a time.
    for (int i = 0; i < 5; i++) {
      assertThat(house.engine.runAll()).containsExactly(2);
      house.a.checks(
          new Progress.Produced(pictures(1)),
          new Progress.Failed(failure(Failure.Kind.CONTENT_POLICY)));
      house.clock.advance(SOON);
      free.release(2);
      assertThat(house.engine.run()).isEqualTo(2);
    }
    assertThat(tasks).extracting(house::state).allMatch(TaskState::isFinal);
    assertThat(house.balance(capped)).isEqualTo(new Balance(950, 0));
  }

  @Test
  void aFullChannelParksWhatItCannotTake() {
    house.limitChannel("a", 1);
    Customer customer = house.customer(100);
    Task first = house.accept(customer);
    Task second = house.accept(customer);
    Task third = house.accept(customer);
    house.a.submits(ACCEPTED, ACCEPTED, ACCEPTED);
    house.engine.runAll();
    assertThat(house.a.calls()).containsExactly("submit");

    house.a.checks(new Progress.Produced(pictures(1)));
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.a.calls()).containsExactly("submit", "check up-1", "submit");
    // Which of the three was first, nobody promised.
    assertThat(
            Stream.of(first, second, third)
                .map(task -> house.state(task).getClass().getSimpleName()))
        .containsExactlyInAnyOrder("Succeeded", "Running", "Queued");
  }

  @Test
  void aGrantOfOneChannelGoesBackWhenTheRouteLeadsToAnother() {
    house.limitChannel("a", 1);
    house.limitChannel("b", 1);
    Customer customer = house.customer(100);
    house.accept(customer);
    house.a.submits(ACCEPTED, ACCEPTED);
    house.engine.runAll();
    Task second = house.accept(customer);
    house.engine.runAll();
    Task third = house.accept(customer);
    house.clock.advance(Duration.ofSeconds(1));
    house.engine.runAll();

    house.a.checks(new Progress.Produced(pictures(1)));
    house.b.submits(ACCEPTED);
    house.clock.advance(SOON);
    assertThat(house.engine.run()).as("the check, which makes room on a").isEqualTo(1);
    house.routes(TestHouse.TO_B);
    assertThat(house.engine.run()).as("the second one goes to b").isEqualTo(1);
    assertThat(house.attempts(second)).extracting(Attempt::channel).containsExactly("b");
    house.routes(TestHouse.TO_A);
    house.engine.runAll();
    assertThat(house.attempts(third)).extracting(Attempt::channel).containsExactly("a");
  }

  @Test
  void aLimitThatIsLiftedOrWidenedLetsGoWhatIsParked() {
    house.limitChannel("a", 1);
    Customer customer = house.customer(100);
    for (int i = 0; i < 5; i++) {
      house.accept(customer);
    }
    house.a.submits(ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED);
    house.engine.runAll();
    assertThat(house.a.calls()).hasSize(1);
    house.limitChannel("a", 3);
    house.engine.runAll();
    assertThat(house.a.calls()).hasSize(3);
    house.limitChannel("a", 0);
    house.engine.runAll();
    assertThat(house.a.calls()).hasSize(5);
  }

  @Test
  void aLimitThatIsSetWhileWorkRunsCountsIt() {
    Customer customer = house.customer(100);
    for (int i = 0; i < 4; i++) {
      house.accept(customer);
    }
    house.a.submits(_ -> ACCEPTED);
    house.engine.runAll();
    house.limitChannel("a", 2);
    house.accept(customer);
    house.engine.runAll();
    assertThat(house.a.calls()).as("four run already").hasSize(4);
    Progress pending = new Progress.Pending(50, SOON);
    Progress done = new Progress.Produced(pictures(1));
    house.a.checks(done, done, pending, pending, done, pending, pending);
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(submissions()).as("two of them go on: no room").isEqualTo(4);
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(submissions()).as("one of them goes on").isEqualTo(5);
  }

  private long submissions() {
    return house.a.calls().stream().filter("submit"::equals).count();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static Failure failure(Failure.Kind kind) {
    return new Failure(kind, "because");
  }
}
