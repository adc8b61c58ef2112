package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Thumbnails;
import dev.easel.db.CountedDatabase;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.engine.ManualEngine;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files go when their time is over and not before, whatever dies on the way. */
@ExtendWith(Invariants.class)
class SweeperTest {
  private static final Duration KEPT = Duration.ofDays(14);
  private static final Duration SHOWN = Duration.ofDays(60);

  private TestHouse house;
  private ManualEngine other;
  private Sweeper sweeper;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    house.terms(terms(KEPT));
    other = house.engine("node-2", TestHouse.LEASE);
    sweeper = sweeper(database);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Sweeper sweeper(Database database) {
    return new Sweeper(database, house.clock, house::terms, Optional.of(SHOWN), () -> {});
  }

  private static FileTerms terms(Duration kept) {
    return new FileTerms(Map.of(FileKind.IMAGE, kept), OptionalLong.empty(), Optional.empty());
  }

  /** A task with two files. */
  private Task made() {
    Task task = house.accept(house.customer(100), 20, 2);
    house.a.submits(produced(2));
    house.engine.runAll();
    return read(task).orElseThrow();
  }

  private Optional<Task> read(Task task) {
    house.snapshots.forget();
    return house.snapshots.read(task.request().account(), task.id());
  }

  private static List<Asset> results(Task task) {
    return ((TaskState.Succeeded) task.state()).results();
  }

  private long files(Task task) throws IOException {
    long there = 0;
    for (Asset result : results(task)) {
      Optional<AssetStore.Opened> opened = house.store.open(result.name());
      if (opened.isPresent()) {
        opened.get().close();
        there++;
      }
    }
    return there;
  }

  private long count(String what) {
    return house.database.read(
        tx -> tx.createQuery("select count(*) from " + what).mapTo(Long.class).one());
  }

  private void settled() {
    assertThat(count("job")).isZero();
    assertThat(count("file_removal")).isZero();
  }

  @Test
  void aResultGoesWhenItsTimeIsOverAndItsTaskStays() throws IOException {
    Task task = made();
    Instant end = house.clock.instant().plus(KEPT);
    assertThat(((TaskState.Succeeded) task.state()).expiresAt()).contains(end);
    house.clock.advance(KEPT.minusSeconds(1));
    sweeper.step();
    house.engine.run();
    assertThat(files(task)).as("a second before").isEqualTo(2);
    house.clock.advance(Duration.ofSeconds(1));
    sweeper.step();
    assertThat(files(task)).as("until the job has run").isEqualTo(2);
    house.engine.run();
    assertThat(files(task)).isZero();
    assertThat(read(task)).map(Task::state).contains(task.state());
    settled();
  }

  @Test
  void whatWasToldStaysTrueWhateverIsSetLater() throws IOException {
    Task task = made();
    house.terms(terms(Duration.ofDays(1)));
    Task later = made();
    house.clock.advance(Duration.ofDays(2));
    sweeper.step();
    house.engine.run();
    assertThat(files(task)).isEqualTo(2);
    assertThat(files(later)).isZero();
  }

  @Test
  void whatHasNoEndStays() throws IOException {
    house.terms(FileTerms.UNBOUNDED);
    Task task = made();
    assertThat(((TaskState.Succeeded) task.state()).expiresAt()).isEmpty();
    house.clock.advance(Duration.ofDays(10_000));
    assertThat(sweeper.step()).isFalse();
    house.engine.run();
    assertThat(files(task)).isEqualTo(2);
  }

  @Test
  void whatTheVersionBeforeStoredIsKeptFromNowOn() throws IOException {
    Task task = made();
    house.execute("update asset set expires_at = null");
    house.clock.advance(KEPT.multipliedBy(2));
    sweeper.step();
    house.engine.run();
    assertThat(files(task)).isEqualTo(2);
    assertThat(results(read(task).orElseThrow()))
        .extracting(Asset::expiresAt)
        .containsOnly(Optional.of(house.clock.instant().plus(KEPT)));
  }

  @Test
  void aNodeThatDiesAfterTheMarkLeavesTheFilesToAnother() throws IOException {
    Task task = made();
    house.clock.advance(KEPT);
    sweeper.step(); // and nothing more from this node
    assertThat(count("asset where gone_at is null")).isZero();
    assertThat(files(task)).isEqualTo(2);
    other.run();
    assertThat(files(task)).isZero();
    settled();
  }

  @Test
  void aNodeThatDiesBetweenTwoFilesLeavesTheOtherToAnother() throws IOException {
    Task task = made();
    List<String> deleted = new ArrayList<>();
    house.store.beforeDeleting(name -> {
      if (!deleted.isEmpty()) {
        throw new AssertionError("the node is killed here: its lease stays as it is");
      }
      deleted.add(name);
    });
    house.clock.advance(KEPT);
    sweeper.step();
    house.engine.run();
    assertThat(files(task)).isEqualTo(1);
    house.store.beforeDeleting(_ -> {});
    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    other.rescue();
    assertThat(other.run()).isEqualTo(1);
    assertThat(files(task)).isZero();
    settled();
  }

  @Test
  void whatACustomerHasDeletedIsNotSweptAgain() throws IOException {
    Task task = made();
    house.removals.remove(task);
    house.clock.advance(KEPT);
    sweeper.step();
    assertThat(count("job")).isEqualTo(1);
    house.engine.run();
    assertThat(files(task)).isZero();
    settled();
  }

  private void insertInputs(int many, Instant end) {
    house.execute(
        """
        insert into input (name, account_id, bytes, expires_at)
        select 'in' || lpad(i::text, 30, 'a') || ? || '.png', 1, 1, ? from generate_series(1, ?) as i
        """,
        end.getEpochSecond(),
        Timestamp.from(end),
        many);
  }

  @Test
  void tenThousandAreSweptInStepsThatCostTheSame() {
    Instant now = house.clock.instant();
    insertInputs(10_000, now);
    insertInputs(3_000, now.plusSeconds(1));
    CountedDatabase counted = new CountedDatabase(house.database);
    Sweeper sweeping = sweeper(counted.database());
    int steps = 0;
    while (sweeping.step()) {
      steps++;
      assertThat(counted.visits()).as("transactions of %d steps", steps).isEqualTo(steps);
      assertThat(count("file_removal")).isEqualTo((long) steps * Sweeper.STEP);
    }
    assertThat(steps).isEqualTo(10_000 / Sweeper.STEP);
    assertThat(count("job")).as("one for each step").isEqualTo(steps);
    assertThat(house.engine.runAll().stream().mapToInt(it -> it).sum()).isEqualTo(steps);
    assertThat(count("input")).isEqualTo(3_000);
    settled();
  }

  @Test
  void whatIsToBeDeletedTakesNoRoomFromTasks() throws InterruptedException {
    insertInputs(6 * Sweeper.STEP, house.clock.instant());
    sweeper.sweep();
    assertThat(count("job")).isEqualTo(6);
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(4);
    house.store.beforeDeleting(_ -> {
      begun.countDown();
      goOn.join();
    });
    // The claimer waits for room as long as all of it is taken.
    CompletableFuture<Void> runs =
        CompletableFuture.runAsync(house.engine::runAll, Thread::startVirtualThread);
    begun.await();
    assertThat(count("job where node is not null")).as("are being done").isEqualTo(4);
    goOn.complete(null);
    runs.join();
    settled();
  }

  /** The second of the inputs, in the order in which they are deleted. */
  private String second() {
    return house.database.read(tx ->
        tx.createQuery("select name from input order by name limit 1 offset 1")
            .mapTo(String.class)
            .one());
  }

  @Test
  void aFileThatCannotBeDeletedKeepsNoOther() {
    insertInputs(3, house.clock.instant());
    String second = second();
    house.store.beforeDeleting(name -> {
      if (name.equals(second)) {
        throw new IOException("the disk does not answer");
      }
    });
    sweeper.sweep();
    house.engine.run();
    assertThat(count("file_removal where name = '" + second + "'")).isEqualTo(1);
    assertThat(count("file_removal")).as("what is left to do").isEqualTo(1);
    assertThat(count("input")).as("the others may be sent again").isEqualTo(1);
    house.store.beforeDeleting(name -> assertThat(name).isIn(second, Thumbnails.nameFor(second)));
    house.clock.advance(Duration.ofMinutes(1));
    house.engine.run();
    assertThat(count("input")).isZero();
    settled();
  }

  @Test
  void whoHasLostTheJobSaysOfNoFileThatItIsGone() {
    insertInputs(3, house.clock.instant());
    String second = second();
    house.store.beforeDeleting(name -> {
      if (name.equals(second)) {
        house.execute("update job set claim = claim + 1");
        throw new IOException("the disk does not answer");
      }
    });
    sweeper.sweep();
    house.engine.run();
    assertThat(count("file_removal")).isEqualTo(3);
    house.store.beforeDeleting(_ -> {});
    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    other.rescue();
    other.run();
    settled();
  }

  private void insertOld(int many, Instant at) {
    house.execute(
        """
        with d as (
          insert into delivery (id, account_id, task_id, created_at, finished_at, tries, state, shape, event, url)
          select encode(substr(int8send(?), 3) || '\\x7000'::bytea || int8send(i), 'hex')::uuid,
            1, gen_random_uuid(), ?, ?, 1, 'delivered', 'event', 'task.succeeded', 'https://example.com/'
          from generate_series(1::bigint, ?) as i returning id
        )
        insert into delivery_try (delivery_id, number, started_at, duration_millis, status)
        select id, 1, ?, 1, 200 from d
        """,
        at.toEpochMilli(),
        Timestamp.from(at),
        Timestamp.from(at),
        many,
        Timestamp.from(at));
    house.execute(
        """
        insert into idempotency (account_id, task_id, created_at, key, fingerprint, answer)
        select 1, gen_random_uuid(), ?::timestamptz, ? || '-' || i, 'f', 'a' from generate_series(1, ?) as i
        """,
        Timestamp.from(at),
        at.toString(),
        many);
  }

  @Test
  void oldDeliveriesAndOldAnswersGo() {
    Instant now = house.clock.instant();
    insertOld(3, now.minus(SHOWN).plusSeconds(60));
    insertOld(Sweeper.STEP + 1, now.minus(SHOWN).minusSeconds(60));
    insertOld(2, now.minus(Idempotency.KEPT).plusSeconds(60));
    sweeper.sweep();
    assertThat(count("delivery")).isEqualTo(5);
    assertThat(count("delivery_try")).isEqualTo(5);
    assertThat(count("idempotency")).isEqualTo(2);
    house.clock.advance(Duration.ofMinutes(2));
    sweeper.sweep();
    assertThat(count("delivery")).isEqualTo(2);
    assertThat(count("delivery_try")).isEqualTo(2);
    assertThat(count("idempotency")).isZero();
    house.execute("delete from delivery_try");
    house.execute("delete from delivery");
  }

  @Test
  void aStepReadsOnlyWhatIsDue() {
    insertInputs(20_000, house.clock.instant().plusSeconds(60));
    house.execute("analyze input");
    List<String> plan =
        house.database.read(tx -> {
          tx.execute("set enable_seqscan to off");
          return tx.createQuery(
                  """
                  explain select name from input where expires_at <= :now and gone_at is null
                  order by expires_at limit 500 for update skip locked
                  """)
              .bind("now", Timestamp.from(house.clock.instant()))
              .mapTo(String.class)
              .list();
        });
    assertThat(String.join("\n", plan))
        .contains("Index Scan using input_expiring")
        .doesNotContain("Sort");
  }

  @Test
  void twoNodesSweepEachFileOnce() throws Exception {
    insertInputs(4_000, house.clock.instant());
    List<Sweeper> nodes = List.of(sweeper(house.database), sweeper(house.database));
    CyclicBarrier start = new CyclicBarrier(nodes.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(nodes.size())) {
      List<Future<Boolean>> sweeping = new ArrayList<>();
      for (Sweeper node : nodes) {
        sweeping.add(
            threads.submit(() -> {
              start.await();
              while (count("input where gone_at is null") > 0) {
                node.step();
              }
              return true;
            }));
      }
      for (Future<Boolean> node : sweeping) {
        assertThat(node.get()).isTrue();
      }
    }
    assertThat(count("file_removal")).isEqualTo(4_000);
    assertThat(count("(select distinct name from file_removal) as names")).isEqualTo(4_000);
    house.engine.runAll();
    settled();
  }

  @Test
  void whileOneNodeSweepsAnotherDoesNot() {
    insertInputs(1, house.clock.instant());
    house.database.transaction(tx -> {
      tx.execute("select from sweep for update");
      CompletableFuture.supplyAsync(sweeper::step).join(); // on a connection of its own
      return count("file_removal");
    });
    assertThat(count("file_removal")).isZero();
    sweeper.step();
    assertThat(count("file_removal")).isEqualTo(1);
    house.engine.run();
  }

  @Test
  void tasksAreShownForSixtyDays() {
    Task task = made(); // its id is of now, not of the house's clock
    house.clock.advance(Duration.between(house.clock.instant(), Instant.now()));
    house.clock.advance(SHOWN.minusMinutes(1));
    sweeper.step();
    assertThat(read(task)).isPresent();
    house.clock.advance(Duration.ofMinutes(2));
    sweeper.step();
    assertThat(read(task)).isEmpty();
    house.engine.run();
    settled();
  }

  @Test
  void aTaskThatIsStillLiveIsShown() {
    Task task = house.accept(house.customer(100));
    house.clock.advance(Duration.between(house.clock.instant(), Instant.now()).plus(SHOWN));
    house.clock.advance(Duration.ofMinutes(1));
    sweeper.step();
    assertThat(read(task)).isPresent();
    assertThat(count("sweep where tasks_until > '00000000-0000-0000-0000-000000000000'"))
        .isEqualTo(1);
  }
}
