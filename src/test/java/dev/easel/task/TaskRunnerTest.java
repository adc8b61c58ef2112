package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

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
    assertThat(house.state(task)).isEqualTo(new TaskState.Running(task.createdAt(), 40));

    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.state(task))
        .as("an unreachable provider says nothing about the task")
        .isEqualTo(new TaskState.Running(task.createdAt(), 40));

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
            org.assertj.core.groups.Tuple.tuple("b", 2, new Attempt.State.Produced()));
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
    house.a.submits(
        new Submission.Produced(
            List.of(new Output("<html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Failed.class);
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
        .containsExactly(new Attempt.State.Unknown());
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
    house.clock.advance(Duration.ofSeconds(2));
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

    house.clock.advance(Duration.ofSeconds(1));
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

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static Failure failure(Failure.Kind kind) {
    return new Failure(kind, "because");
  }
}
