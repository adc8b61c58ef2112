package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reads and waits, which are many, and what they may be told. */
@ExtendWith(Invariants.class)
class SnapshotsTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final Duration LONG = Duration.ofSeconds(60);

  private TestHouse house;
  private Customer customer;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    customer = house.customer(100);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void anothersTaskIsNotFound() {
    Task task = house.accept(customer);
    AccountId other = house.customer(0).account();
    assertThat(house.snapshots.read(customer.account(), task.id())).contains(task);
    assertThat(house.snapshots.read(other, task.id())).isEmpty();
    assertThat(house.snapshots.await(other, task.id(), LONG)).isEmpty();
    assertThat(house.snapshots.read(customer.account(), TaskId.random())).isEmpty();
  }

  @Test
  void whatThisNodeChangesIsSeenAtOnce() {
    Task task = house.accept(customer);
    house.a.submits(new Submission.Accepted("up-1", Duration.ofSeconds(5)));
    house.a.checks(
        new Progress.Pending(70, Duration.ofSeconds(5)),
        new Progress.Produced(ScriptedProvider.pictures(1)));
    assertThat(read(task)).isEqualTo(new TaskState.Queued());
    house.engine.runAll();
    assertThat(read(task)).isEqualTo(new TaskState.Running(task.createdAt(), 0));
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(read(task)).isEqualTo(new TaskState.Running(task.createdAt(), 70));
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(read(task)).isEqualTo(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void aTaskThatEndsBeforeItsAcceptanceIsHeardOfHasEnded() {
    Task task = house.accept(customer);
    house.a.submits(produced(1));
    house.engine.runAll();
    house.snapshots.accepted(task); // its thread was slow
    assertThat(read(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  @Test
  void whoWaitsHearsOfTheEnd() {
    Task task = house.accept(customer);
    house.a.submits(produced(1));
    List<CompletableFuture<Optional<Task>>> waits =
        Stream.generate(
                () -> CompletableFuture.supplyAsync(() -> await(house.snapshots, task), VIRTUAL))
            .limit(20)
            .toList();
    while (house.snapshots.watched() == 0) {
      Thread.onSpinWait();
    }
    house.engine.runAll();
    assertThat(waits)
        .allSatisfy(wait ->
            assertThat(wait.join()).map(Task::state).containsInstanceOf(TaskState.Succeeded.class));
    assertThat(house.snapshots.watched()).isZero();
  }

  @Test
  void alsoWhenAnotherNodeEndsTheTask() {
    Task task = house.accept(customer);
    house.a.submits(produced(1));
    try (Snapshots other = new Snapshots(house.database)) {
      CompletableFuture<Optional<Task>> wait =
          CompletableFuture.supplyAsync(() -> await(other, task), VIRTUAL);
      while (other.watched() == 0) {
        Thread.onSpinWait();
      }
      house.engine.runAll();
      assertThat(wait.join()).map(Task::state).containsInstanceOf(TaskState.Succeeded.class);
    }
  }

  @Test
  void whoseWaitTimesOutHearsHowItStandsAndLeavesNothingBehind() {
    Task task = house.accept(customer);
    assertThat(house.snapshots.await(customer.account(), task.id(), Duration.ofMillis(1)))
        .contains(task);
    assertThat(house.snapshots.await(customer.account(), task.id(), Duration.ZERO)).contains(task);
    assertThat(house.snapshots.watched()).isZero();
  }

  @Test
  void tasksAreListedNewestFirstAndPageByPage() {
    List<TaskId> ids =
        Stream.generate(() -> house.accept(customer).id()).limit(5).toList().reversed();
    house.accept(house.customer(100));
    assertThat(list(Optional.empty(), 3)).isEqualTo(ids.subList(0, 3));
    assertThat(list(Optional.of(ids.get(2)), 3)).isEqualTo(ids.subList(3, 5));
    assertThat(list(Optional.of(ids.getLast()), 3)).isEmpty();
  }

  private List<TaskId> list(Optional<TaskId> before, int most) {
    return house.snapshots.list(customer.account(), before, most).stream().map(Task::id).toList();
  }

  private TaskState read(Task task) {
    return house.snapshots.read(customer.account(), task.id()).orElseThrow().state();
  }

  private Optional<Task> await(Snapshots snapshots, Task task) {
    return snapshots.await(customer.account(), task.id(), LONG);
  }
}
