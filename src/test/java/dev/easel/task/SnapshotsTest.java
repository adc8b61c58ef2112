package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.CountedDatabase;
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
    assertThat(house.snapshots.read(customer.account(), TaskId.random(house.clock.instant())))
        .isEmpty();
  }

  @Test
  void howManyTasksAreKeptDependsOnHowLargeTheyAre() {
    Customer rich = house.customer(10_000);
    List<Task> tasks =
        Stream.generate(() -> house.accept(rich, sent(rich, 1, "x".repeat(10_000))))
            .limit(100)
            .toList();
    long room = 500_000; // for some twenty of them
    try (Snapshots snapshots = new Snapshots(house.database, room)) {
      for (Task task : tasks) {
        assertThat(snapshots.read(rich.account(), task.id())).contains(task);
      }
      assertThat(snapshots.weight()).isBetween(room / 2, room);
      tasks.forEach(snapshots::accepted);
      assertThat(snapshots.weight()).isBetween(room / 2, room);
    }
  }

  /** A caller may add whatever it likes to a request, up to a megabyte. */
  @Test
  void aLargeRequestIsNotHeldWithItsTask() {
    String body = "é".repeat(500_000);
    Task task = house.accept(customer, sent(customer, 2, body));
    assertThat(task.request().origin().body()).as("as it has come").contains(body);
    assertHeldWithout(task, body);
    house.a.submits(produced(2));
    house.engine.runAll();
    assertHeldWithout(task, body);
    assertThat(read(task))
        .isInstanceOfSatisfying(
            TaskState.Succeeded.class, state -> assertThat(state.results()).hasSize(2));
  }

  private void assertHeldWithout(Task task, String body) {
    Task kept = house.snapshots.read(customer.account(), task.id()).orElseThrow();
    Task read = house.snapshots.readAgain(customer.account(), task.id()).orElseThrow();
    List<Task> listed = house.snapshots.list(customer.account(), Page.newest(Optional.empty(), 10));
    for (Task each : List.of(kept, read, listed.getFirst())) {
      assertThat(each.id()).isEqualTo(task.id());
      assertThat(each.request().origin().body()).isEmpty();
      assertThat(house.snapshots.sent(each.request())).isEqualTo(body);
    }
    assertThat(house.snapshots.weight()).isLessThan(10_000);
  }

  /** Also where none of its results is at the place of the first. */
  @Test
  void aTaskIsReadTheSameHoweverManyResultsItHas() {
    for (int outputs = 1; outputs <= 4; outputs++) {
      String body = "{\"n\":%d}".formatted(outputs);
      Task task = house.accept(customer, sent(customer, outputs, body));
      house.a.submits(produced(outputs));
      house.engine.runAll();
      assertReadWith(task, outputs);
      house.execute(
          "update asset set position = position + 10 where task_id = ?", task.id().value());
      assertReadWith(task, outputs);
    }
  }

  private void assertReadWith(Task task, int results) {
    try (Snapshots other = new Snapshots(house.database)) {
      Task read = other.read(customer.account(), task.id()).orElseThrow();
      assertThat(read.request()).isEqualTo(task.request());
      List<Asset> known = ((TaskState.Succeeded) read.state()).results();
      assertThat(known).hasSize(results).doesNotHaveDuplicates();
    }
  }

  private static TaskRequest sent(Customer customer, int outputs, String body) {
    TaskRequest plain = TestHouse.request(customer, 10, outputs);
    return new TaskRequest(
        plain.id(),
        plain.account(),
        plain.key(),
        new Origin("kie", "gpt-image-2", body),
        plain.model(),
        plain.kind(),
        plain.parameters(),
        plain.pieceSize(),
        plain.quote());
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
    assertThat(read(task)).isEqualTo(new TaskState.Running(task.createdAt(), 0, false));
    house.clock.advance(Duration.ofSeconds(5));
    house.engine.runAll();
    assertThat(read(task)).isEqualTo(new TaskState.Running(task.createdAt(), 70, false));
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
  void whoWatchesHearsOfEveryStep() throws InterruptedException {
    Task task = house.accept(customer);
    house.a.submits(new Submission.Accepted("up-1", Duration.ofSeconds(5)));
    house.a.checks(
        new Progress.Pending(70, Duration.ofSeconds(5)),
        new Progress.Produced(ScriptedProvider.pictures(1)));
    try (Snapshots.Watch watch = house.snapshots.watch(task)) {
      assertThat(state(watch.next(LONG))).isEqualTo(new TaskState.Queued());
      assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
      for (int percent : new int[] {0, 70}) {
        house.engine.runAll();
        assertThat(state(watch.next(LONG)))
            .isInstanceOfSatisfying(
                TaskState.Running.class, it -> assertThat(it.percent()).isEqualTo(percent));
        house.clock.advance(Duration.ofSeconds(5));
      }
      house.engine.runAll();
      assertThat(state(watch.next(LONG))).isInstanceOf(TaskState.Succeeded.class);
    }
    assertThat(house.snapshots.watched()).isZero();
    assertThat(house.snapshots.watchers()).isZero();
  }

  @Test
  void manyChangesAtOnceAreReadTogether() throws InterruptedException {
    CountedDatabase counted = new CountedDatabase(house.database);
    Customer rich = house.customer(10_000);
    List<Task> tasks = Stream.generate(() -> house.accept(rich)).limit(200).toList();
    try (Snapshots snapshots = new Snapshots(counted.database())) {
      List<Snapshots.Watch> watches = tasks.stream().map(snapshots::watch).toList();
      for (Snapshots.Watch watch : watches) {
        assertThat(watch.next(LONG)).isPresent();
      }
      house.execute("update task set state = 'running', started_at = now() where state = 'queued'");
      int before = counted.visits();
      tasks.forEach(task -> snapshots.changed(task.id()));
      for (Snapshots.Watch watch : watches) {
        assertThat(state(watch.next(LONG))).isInstanceOf(TaskState.Running.class);
      }
      assertThat(counted.visits() - before).isBetween(1, 100);
      watches.forEach(Snapshots.Watch::close);
      assertThat(snapshots.watchers()).isZero();
    }
    house.execute("update task set state = 'queued', started_at = null");
  }

  @Test
  void nobodyWatchesANodeThatGoesDown() throws InterruptedException {
    Task task = house.accept(customer);
    try (Snapshots.Watch watch = house.snapshots.watch(task)) {
      assertThat(watch.next(LONG)).isPresent();
      CompletableFuture<Optional<TaskView>> next =
          CompletableFuture.supplyAsync(() -> next(watch), VIRTUAL);
      house.snapshots.stopWaiting();
      assertThat(next.join()).isEmpty();
      assertThat(watch.isOver()).isTrue();
    }
  }

  private static Optional<TaskView> next(Snapshots.Watch watch) {
    try {
      return watch.next(LONG);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static TaskState state(Optional<TaskView> view) {
    return view.orElseThrow().task().state();
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
    return house.snapshots.list(customer.account(), Page.newest(before, most)).stream()
        .map(Task::id)
        .toList();
  }

  private TaskState read(Task task) {
    return house.snapshots.read(customer.account(), task.id()).orElseThrow().state();
  }

  private Optional<Task> await(Snapshots snapshots, Task task) {
    return snapshots.await(customer.account(), task.id(), LONG);
  }
}
