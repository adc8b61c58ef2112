package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Key;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.ledger.Balance;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import dev.easel.task.Settlement.Canceling;
import dev.easel.task.TestHouse.Customer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A queued task can certainly be taken back, a running one where its provider confirms. */
@ExtendWith(Invariants.class)
class CancelTest {
  private static final Submission ACCEPTED = new Submission.Accepted("up-1", Duration.ofSeconds(5));

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
  void aQueuedTaskIsRefundedAndNeverRuns() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    assertThat(house.settlement.cancel(task)).isEqualTo(Canceling.CANCELED);
    assertThat(house.state(task)).isEqualTo(new TaskState.Canceled(house.clock.instant()));
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
    assertThat(house.engine.run()).isZero();
    assertThat(house.settlement.cancel(task)).as("a second time").isEqualTo(Canceling.TOO_LATE);
  }

  @Test
  void canceledBetweenClaimAndBeginNothingIsSent() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    AtomicReference<Canceling> canceled = new AtomicReference<>();
    house.beforeDeciding(() -> canceled.set(house.settlement.cancel(task)));
    assertThat(house.engine.run()).isEqualTo(1);
    assertThat(canceled).hasValue(Canceling.CANCELED);
    assertThat(house.a.calls()).isEmpty();
    assertThat(house.state(task)).isInstanceOf(TaskState.Canceled.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void canceledWhileTheProviderIsAskedIsTooLate() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    AtomicReference<Canceling> canceled = new AtomicReference<>();
    house.a.submits(_ -> {
      canceled.set(house.settlement.cancel(task));
      return produced(1);
    });
    house.engine.runAll();
    assertThat(canceled).hasValue(Canceling.ASKED);
    assertThat(house.state(task))
        .as("it was made before anybody could stop it")
        .isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.settlement.cancel(task)).as("when it is final").isEqualTo(Canceling.TOO_LATE);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  /** Each wish would have another take the job over, and begin all over again what it does. */
  @Test
  void whoeverWishesItAgainIsToldTheSameAndNobodyIsAskedAgain() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(ACCEPTED);
    house.engine.runAll();
    List<Canceling> meanwhile = new ArrayList<>();
    house.a.cancels(_ -> {
      meanwhile.add(house.settlement.cancel(task));
      return new Cancellation.Canceled();
    });
    assertThat(house.settlement.cancel(task)).isEqualTo(Canceling.ASKED);
    assertThat(house.settlement.cancel(task)).isEqualTo(Canceling.ASKED);
    assertThat(house.engine.runAll()).containsExactly(1);
    assertThat(meanwhile).containsExactly(Canceling.ASKED);
    assertThat(house.a.calls()).containsExactly("submit", "cancel up-1");
    assertThat(house.state(task)).isInstanceOf(TaskState.Canceled.class);
  }

  @Test
  void aRunningTaskIsCanceledWhenItsProviderConfirms() {
    Customer capped = house.customer(100, 1, Key.Rules.NONE);
    Task task = house.accept(capped);
    Task next = house.accept(capped);
    house.a.submits(ACCEPTED, produced(1));
    house.engine.runAll();
    house.a.cancels(new Cancellation.Canceled());
    assertThat(house.settlement.cancel(task)).isEqualTo(Canceling.ASKED);
    house.engine.runAll();
    assertThat(house.state(task)).isEqualTo(new TaskState.Canceled(house.clock.instant()));
    assertThat(house.state(next))
        .as("its slot is the next one's")
        .isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls()).containsExactly("submit", "cancel up-1", "submit");
    assertThat(house.balance(capped)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void aRunningTaskGoesOnWhenItsProviderDoesNotConfirm() {
    Customer customer = house.customer(100);
    Task task = house.accept(customer);
    house.a.submits(ACCEPTED);
    house.engine.runAll();
    house.a.cancels(new Cancellation.Unconfirmed("time-out"));
    house.a.checks(new Progress.Produced(ScriptedProvider.pictures(1)));
    assertThat(house.settlement.cancel(task)).isEqualTo(Canceling.ASKED);
    house.engine.runAll();
    assertThat(house.state(task)).isEqualTo(new TaskState.Running(task.createdAt(), 0, false));
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  @Test
  void oneThatWaitsForItsAccountHeldNoSlot() {
    Customer capped = house.customer(100, 1, Key.Rules.NONE);
    Task first = house.accept(capped);
    Task second = house.accept(capped);
    Task third = house.accept(capped);
    assertThat(house.settlement.cancel(second)).isEqualTo(Canceling.CANCELED);
    house.a.submits(produced(1), produced(1));
    assertThat(house.engine.runAll()).as("one at a time, still").containsExactly(1, 1);
    assertThat(house.state(first)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.state(third)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void oneThatMayRunGivesItsSlotToTheNext() {
    Customer capped = house.customer(100, 1, Key.Rules.NONE);
    Task first = house.accept(capped);
    Task second = house.accept(capped);
    assertThat(house.settlement.cancel(first)).isEqualTo(Canceling.CANCELED);
    house.a.submits(produced(1));
    assertThat(house.engine.runAll()).containsExactly(1);
    assertThat(house.state(second)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void oneThatWaitsForItsChannelGivesBackItsAccountsSlot() {
    house.limitChannel("a", 1);
    house.a.submits(ACCEPTED);
    house.accept(house.customer(100));
    house.engine.runAll();

    Customer capped = house.customer(100, 1, Key.Rules.NONE);
    Task first = house.accept(capped);
    Task second = house.accept(capped);
    assertThat(house.engine.runAll()).as("parked behind the channel").containsExactly(1);
    assertThat(house.settlement.cancel(first)).isEqualTo(Canceling.CANCELED);
    assertThat(house.engine.runAll()).as("the next one is promoted").containsExactly(1);
    assertThat(house.settlement.cancel(second)).isEqualTo(Canceling.CANCELED);
    assertThat(house.balance(capped)).isEqualTo(new Balance(100, 0));
  }

  @Test
  void oneThatWasGrantedASlotOfItsChannelGivesItToTheNext() {
    house.limitChannel("a", 1);
    house.a.submits(ACCEPTED, ACCEPTED);
    house.a.checks(new Progress.Produced(ScriptedProvider.pictures(1)));
    Customer customer = house.customer(100);
    house.accept(customer);
    house.engine.runAll();
    Task second = house.accept(customer);
    house.engine.runAll();
    Task third = house.accept(customer);
    house.clock.advance(Duration.ofSeconds(1));
    house.engine.runAll();

    house.clock.advance(Duration.ofSeconds(5));
    assertThat(house.engine.run()).as("the check, which makes room").isEqualTo(1);
    assertThat(house.settlement.cancel(second)).isEqualTo(Canceling.CANCELED);
    house.engine.runAll();
    assertThat(house.state(third)).isInstanceOf(TaskState.Running.class);
  }

  @Test
  void itIsCertainAlsoInTheTransactionThatParksTheTask() {
    house.limitChannel("a", 1);
    house.a.submits(ACCEPTED);
    Task running = house.accept(house.customer(100));
    house.engine.runAll();

    Task parked = house.accept(house.customer(100));
    CompletableFuture<Canceling> asked = new CompletableFuture<>();
    CompletableFuture<Canceling> canceled = new CompletableFuture<>();
    CompletableFuture<Thread> runs = new CompletableFuture<>();
    house.beforeDeciding(() -> runs.complete(Thread.currentThread()));
    house.database.transaction(tx -> {
      // While this job is locked here, the settlement's transaction stays open: what is decided
      // meanwhile goes together in the next one.
      tx.execute("select from job where subject = ? for update", running.id().value());
      awaitBlocked(start(() -> asked.complete(house.settlement.cancel(running))));
      house.engine.claim();
      awaitBlocked(runs.join());
      awaitBlocked(start(() -> canceled.complete(house.settlement.cancel(parked))));
      return true;
    });
    house.engine.run();
    assertThat(asked.join()).isEqualTo(Canceling.ASKED);
    assertThat(canceled.join()).isEqualTo(Canceling.CANCELED);
    assertThat(house.state(parked)).isInstanceOf(TaskState.Canceled.class);
  }

  private static Thread start(Runnable work) {
    return Thread.startVirtualThread(work);
  }

  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }
}
