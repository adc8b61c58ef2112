package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.blackbox.FaultProxy;
import dev.easel.blackbox.FaultProxy.Direction;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Group commit when the database or the way to it is in trouble: what was answered is on disk once,
 * what was not is not, and one item's trouble is not its neighbours'.
 */
@ExtendWith(Invariants.class)
class BatchFaultTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final Duration SHORT = Duration.ofMillis(100);

  /** Direct, beside the network that the batches go through. */
  private final Database database;

  private final FaultProxy network;

  /** The same database, through the network. */
  private final Database far;

  /** Open but for the tests that want a transaction to hang. */
  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);

  BatchFaultTest(Database database) {
    this.database = database;
    Database.Address address = TestDatabase.addressOf(database);
    this.network = TestDatabase.inFrontOf(address);
    this.far = Database.open(TestDatabase.through(network, address), 4);
  }

  @BeforeEach
  void createTables() {
    database.transaction(tx -> {
      tx.execute("create table noted (n int primary key)");
      tx.execute("create table lockable (n int primary key)");
      tx.execute("create sequence trouble");
      return tx.execute("insert into lockable select * from generate_series(0, 9)");
    });
  }

  @AfterEach
  void disconnect() throws IOException {
    far.close();
    network.close();
    database.transaction(tx -> {
      tx.execute("drop sequence trouble");
      return tx.execute("drop table noted, lockable");
    });
  }

  @Test
  void whatWasWrittenBeforeTheAnswerWasLostIsFoundAndNotWrittenAgain() {
    try (Batch<Integer, String> batch = far.batch("test", 10, new Noting())) {
      network.loseNext(Direction.ANSWER, "COMMIT");
      assertThat(batch.submit(1)).isEqualTo("found 1");
      assertThat(network.isWaitingToLose()).isFalse();
      assertThat(batch.submit(2)).isEqualTo("noted 2");
    }
    assertThat(noted()).containsExactly(1, 2);
  }

  @Test
  void whatWasNotWrittenBecauseTheCommitItselfWasLostIsWrittenAgain() {
    try (Batch<Integer, String> batch = far.batch("test", 10, new Noting())) {
      network.loseNext(Direction.REQUEST, "COMMIT");
      assertThat(batch.submit(1)).isEqualTo("noted 1");
      assertThat(network.isWaitingToLose()).isFalse();
    }
    assertThat(noted()).containsExactly(1);
  }

  @Test
  void aLostAnswerIsLookedUpOnceTheDatabaseIsBack() throws IOException {
    try (Batch<Integer, String> batch = far.batch("test", 10, new Noting())) {
      network.loseNext(Direction.ANSWER, "COMMIT");
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> batch.submit(1, SHORT), VIRTUAL);
      await(() -> !network.isWaitingToLose());
      network.refuse();
      assertThatThrownBy(() -> batch.submit(2, SHORT)).isInstanceOf(DatabaseException.class);
      assertThat(answer).as("its caller waits longer than its patience").isNotDone();
      network.pass();
      assertThat(answer.join()).isEqualTo("found 1");
    }
    assertThat(noted()).containsExactly(1);
  }

  @Test
  void workThatCannotBeLookedUpSaysThatNobodyKnows() {
    try (Batch<Integer, String> batch = far.batch("test", 10, BatchFaultTest::note)) {
      network.loseNext(Direction.ANSWER, "COMMIT");
      assertThatThrownBy(() -> batch.submit(1))
          .isInstanceOf(DatabaseException.class)
          .hasMessage("test: nobody knows whether it was written");
    }
    assertThat(noted()).containsExactly(1);
  }

  @Test
  void aBlackHoleIsNotWaitedForAndNothingIsWrittenAfterwards() throws IOException {
    try (Batch<Integer, String> batch = far.batch("test", 10, new Noting())) {
      assertThat(batch.submit(0)).isEqualTo("noted 0");
      network.blackHole();
      List<CompletableFuture<Throwable>> answers =
          IntStream.rangeClosed(1, 5)
              .mapToObj(n ->
                  CompletableFuture.supplyAsync(() -> batch.submit(n, SHORT), VIRTUAL)
                      .<Throwable>handle((_, failed) -> failed.getCause()))
              .toList();
      assertThat(answers)
          .allSatisfy(failed -> assertThat(failed.join()).isInstanceOf(DatabaseException.class));
      network.pass();
      await(() -> succeeds(() -> batch.submit(6)));
    }
    assertThat(noted()).containsExactly(0, 6);
  }

  @Test
  void aWithdrawnItemIsNotWrittenAndItsNeighboursAre() {
    gate.drainPermits();
    try (Batch<Integer, String> batch = database.batch("test", 10, new Noting())) {
      CompletableFuture<String> first =
          CompletableFuture.supplyAsync(() -> batch.submit(0), VIRTUAL);
      await(() -> gate.getQueueLength() == 1);
      CompletableFuture<String> patient =
          CompletableFuture.supplyAsync(() -> batch.submit(1), VIRTUAL);
      CompletableFuture<String> gone =
          CompletableFuture.supplyAsync(() -> batch.submit(2, Duration.ofMillis(1_500)), VIRTUAL);
      CompletableFuture<String> goneWhileWaiting =
          CompletableFuture.supplyAsync(() -> batch.submit(3, SHORT), VIRTUAL);
      assertThatThrownBy(goneWhileWaiting::join).hasCauseInstanceOf(DatabaseException.class);
      gate.release(); // the first one's transaction; the next one, of both others, hangs
      await(() -> first.isDone() && gate.getQueueLength() == 1);
      assertThatThrownBy(gone::join).hasCauseInstanceOf(DatabaseException.class);
      assertThat(patient).isNotDone();
      gate.release(100);
      assertThat(patient.join()).isEqualTo("noted 1");
    }
    assertThat(noted()).containsExactly(0, 1);
  }

  @Test
  void aLockThatSomebodyHoldsForLongHoldsUpOnlyThoseWhoNeedIt() throws SQLException {
    try (Batch<Integer, String> batch = database.batch("test", 100, new Locking());
        Connection outside = database.connection()) {
      outside.setAutoCommit(false);
      try (Statement statement = outside.createStatement()) {
        statement.execute("select from lockable where n = 3 for update");
      }
      List<CompletableFuture<String>> blocked =
          IntStream.range(0, 20).mapToObj(_ -> later(batch, 3)).toList();
      for (int round = 0; round < 50; round++) {
        List<CompletableFuture<String>> others =
            IntStream.of(0, 1, 2, 4).mapToObj(n -> later(batch, n)).toList();
        assertThat(others).allSatisfy(answer -> assertThat(answer.join()).startsWith("had"));
      }
      assertThat(blocked).noneMatch(CompletableFuture::isDone);
      assertThatThrownBy(() -> batch.submit(3, SHORT)).isInstanceOf(DatabaseException.class);
      outside.rollback();
      assertThat(blocked).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("had 3"));
      assertThat(batch.submit(3)).isEqualTo("had 3");
    }
  }

  @Test
  void aDeadlockIsTriedAgainAlsoWithoutNeighbours() {
    try (Batch<Integer, String> batch = database.batch("test", 10, troubled("40P01", 3))) {
      assertThat(batch.submit(1)).isEqualTo("noted 1");
    }
    assertThat(noted()).containsExactly(1);
  }

  @Test
  void aConflictThatDoesNotEndIsToldToTheCaller() {
    try (Batch<Integer, String> batch = database.batch("test", 10, troubled("40001", 100))) {
      assertThatThrownBy(() -> batch.submit(1)).isInstanceOf(DatabaseException.class);
    }
    assertThat(noted()).isEmpty();
  }

  @Test
  void aDefectIsNotTriedAgain() {
    try (Batch<Integer, String> batch = database.batch("test", 10, troubled("XX000", 1))) {
      assertThatThrownBy(() -> batch.submit(1)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(noted()).isEmpty();
  }

  /** The server says that it could not write: that is no doubt. */
  @Test
  void whatIsRefusedTogetherWithTheCommitIsNotInDoubt() {
    database.transaction(tx ->
        tx.execute(
            """
            create or replace function full_disk(n int) returns int language plpgsql as $$
            begin raise exception 'no space left' using errcode = '53100'; end $$
            """));
    Batch.Work<Integer, String> work =
        (tx, last, items) -> {
          Columns.of(items)
              .add("int", n -> n)
              .into(last, "insert into noted select full_disk(n) from unnest(?) as n");
          return items.stream().map(n -> "noted " + n).toList();
        };
    try (Batch<Integer, String> batch = database.batch("test", 10, work)) {
      assertThatThrownBy(() -> batch.submit(1))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("no space left")
          .hasMessageNotContaining("nobody knows");
    }
    assertThat(noted()).isEmpty();
  }

  private CompletableFuture<String> later(Batch<Integer, String> batch, int n) {
    return CompletableFuture.supplyAsync(() -> batch.submit(n), VIRTUAL);
  }

  /** Notes numbers, each of which can be noted once. */
  private final class Noting implements Batch.Traceable<Integer, String> {
    @Override
    public List<String> run(Connection tx, Pipeline last, List<Integer> items) {
      gate.acquireUninterruptibly();
      return note(tx, last, items);
    }

    @Override
    public List<Optional<String>> find(Connection tx, List<Integer> items) throws SQLException {
      Set<Integer> found =
          Set.copyOf(
              Columns.of(items)
                  .add("int", n -> n)
                  .query(
                      tx, "select n from noted where n = any (?)", row -> (Integer) row.getInt(1)));
      return items.stream()
          .map(n -> Optional.of(n).filter(found::contains).map(m -> "found " + m))
          .toList();
    }
  }

  private static List<String> note(Connection tx, Pipeline last, List<Integer> items) {
    Columns<Integer> rows = Columns.of(items).add("int", n -> n);
    rows.into(last, "insert into noted select unnest(?)");
    return items.stream().map(n -> "noted " + n).toList();
  }

  /** Locks the rows of its numbers. */
  private static final class Locking implements Batch.Work<Integer, String> {
    @Override
    public List<String> run(Connection tx, Pipeline last, List<Integer> items) throws SQLException {
      Columns.of(items)
          .add("int", n -> n)
          .query(tx, "select n from lockable where n = any (?) order by n for update", row -> true);
      return items.stream().map(n -> "had " + n).toList();
    }
  }

  /** Notes numbers after having failed {@code times} with {@code state}. */
  private static Batch.Work<Integer, String> troubled(String state, int times) {
    Function<Integer, String> statement =
        limit ->
            """
            do $$ begin
              if nextval('trouble') <= %d then raise exception 'in trouble' using errcode = '%s'; end if;
            end $$
            """
                .formatted(limit, state);
    return (tx, last, items) -> {
      try (Statement trouble = tx.createStatement()) {
        trouble.execute(statement.apply(times));
      }
      return note(tx, last, items);
    };
  }

  private static boolean succeeds(Runnable attempt) {
    try {
      attempt.run();
      return true;
    } catch (DatabaseException notYet) {
      return false;
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it has to come").isLessThan(limit);
      Thread.onSpinWait();
    }
  }

  private List<Integer> noted() {
    return database.read(
        tx -> tx.createQuery("select n from noted order by n").mapTo(Integer.class).list());
  }
}
