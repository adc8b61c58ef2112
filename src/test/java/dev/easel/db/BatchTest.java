package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Group commit: many callers, few transactions, each caller its own answer. */
@ExtendWith(Invariants.class)
class BatchTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Queue<List<Integer>> transactions = new ConcurrentLinkedQueue<>();

  /** Open but for the tests that want items to pile up. */
  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);

  private final Database database;

  BatchTest(Database database) {
    this.database = database;
  }

  @BeforeEach
  void createTable() {
    database.transaction(tx -> {
      tx.execute("drop table if exists noted");
      return tx.execute("create table noted (n int primary key check (n >= 0))");
    });
  }

  @Test
  void eachCallerGetsItsOwnAnswer() {
    try (Batch<Integer, Integer> batch = batch(50)) {
      List<CompletableFuture<Integer>> answers =
          IntStream.range(0, 1_000).mapToObj(n -> submit(batch, n)).toList();
      for (int n = 0; n < answers.size(); n++) {
        assertThat(answers.get(n).join()).isEqualTo(n * 2);
      }
    }
    assertThat(noted()).hasSize(1_000);
    assertThat(transactions).allMatch(items -> items.size() <= 50);
    assertThat(transactions.stream().mapToInt(List::size).sum()).isEqualTo(1_000);
  }

  @Test
  void whatArrivesMeanwhileSharesTheNextTransaction() {
    gate.drainPermits();
    try (Batch<Integer, Integer> batch = batch(50)) {
      List<CompletableFuture<Integer>> answers = fill(batch, 0, 1, 2, 3);
      gate.release(2);
      answers.forEach(CompletableFuture::join);
      assertThat(transactions).containsExactly(List.of(0), List.of(1, 2, 3));
    }
  }

  @Test
  void whatIsOnlyReadIsReadTogetherAndInNoTransaction() {
    database.transaction(tx -> tx.execute("insert into noted values (1), (2), (3)"));
    gate.drainPermits();
    try (Batch<Integer, Boolean> reads = database.reads("test", 50, this::areNoted)) {
      List<CompletableFuture<Boolean>> answers = fill(reads, 0, 1, 2, 3);
      gate.release(2);
      assertThat(answers.stream().map(CompletableFuture::join))
          .containsExactly(false, true, true, true);
      assertThat(transactions).containsExactly(List.of(0), List.of(1, 2, 3));
    }
  }

  @Test
  void whoLeavesIsNotMissedByThoseWhoReadWithThem() {
    database.transaction(tx -> tx.execute("insert into noted values (1)"));
    gate.drainPermits();
    try (Batch<Integer, Boolean> reads = database.reads("test", 50, this::areNoted)) {
      List<CompletableFuture<Boolean>> before = fill(reads, 0, 1);
      CompletableFuture<Boolean> leaves = new CompletableFuture<>();
      awaitBlocked(Thread.ofVirtual().start(() -> answer(reads, 2, Duration.ofSeconds(2), leaves)));
      gate.release(); // the other two are being read, until the gate opens again
      assertThatThrownBy(leaves::join).hasCauseInstanceOf(DatabaseException.class);
      gate.release();
      assertThat(before.getLast().join()).isTrue();
      assertThat(transactions).containsExactly(List.of(0), List.of(1, 2));
    }
  }

  /** They read the same tables: one by one each would wait for the same lock. */
  @Test
  void whatCannotBeReadForALockIsNotReadOneByOne() throws SQLException {
    gate.drainPermits();
    try (Batch<Integer, Boolean> reads = database.reads("test", 50, this::areNoted);
        Connection own = database.connection()) {
      List<CompletableFuture<Boolean>> answers = fill(reads, 0, 1, 2, 3);
      own.setAutoCommit(false);
      execute(own, "lock table noted in access exclusive mode");
      gate.release(100);
      assertThat(answers)
          .allSatisfy(answer ->
              assertThatThrownBy(answer::join).hasCauseInstanceOf(DatabaseException.class));
      assertThat(transactions).containsExactly(List.of(0), List.of(1, 2, 3));
      own.rollback();
      assertThat(reads.submit(4)).isFalse();
    }
  }

  /** An answer that comes with the COMMIT could say no more that it ought not to be sent. */
  @Test
  void nothingThatIsWrittenWithTheCommitHasAnAnswer() {
    Batch.Work<Integer, Integer> work =
        (tx, last, items) -> {
          Columns.of(items)
              .add("int", n -> n)
              .into(last, "insert into noted select unnest(?)", count -> {});
          return items;
        };
    try (Batch<Integer, Integer> batch = database.batch("test", 50, work)) {
      assertThatThrownBy(() -> batch.submit(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("answered only after the COMMIT: insert into noted");
    }
    assertThat(noted()).isEmpty();
  }

  @Test
  void aPoisonedItemFailsAlone() {
    gate.drainPermits();
    try (Batch<Integer, Integer> batch = batch(50)) {
      List<CompletableFuture<Integer>> answers = fill(batch, 0, 1, -1, 2);
      gate.release(100);
      assertThat(answers.get(1).join()).isEqualTo(2);
      assertThat(answers.get(3).join()).isEqualTo(4);
      assertThatThrownBy(answers.get(2)::join)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("noted_n_check");
      assertThat(noted()).containsExactly(0, 1, 2);
    }
  }

  @Test
  void closingCommitsWhatWaitsAndTakesNoMore() {
    gate.drainPermits();
    Batch<Integer, Integer> batch = batch(2);
    List<CompletableFuture<Integer>> answers = fill(batch, 0, 1, 2, 3, 4);
    Thread closing = Thread.ofVirtual().start(batch::close);
    gate.release(100);
    answers.forEach(CompletableFuture::join);
    assertThat(noted()).containsExactly(0, 1, 2, 3, 4);
    join(closing);
    assertThatThrownBy(() -> batch.submit(5))
        .isInstanceOf(DatabaseException.class)
        .hasMessage("test: shutting down");
  }

  @Test
  void everySubmissionThatRacesWithClosingIsAnswered() {
    for (int round = 0; round < 50; round++) {
      Batch<Integer, Integer> batch = batch(10);
      int from = round * 10;
      List<CompletableFuture<Integer>> answers =
          IntStream.range(from, from + 10).mapToObj(n -> submit(batch, n)).toList();
      batch.close();
      for (CompletableFuture<Integer> answer : answers) {
        assertThat(
                answer
                    .handle((_, failed) ->
                        failed == null || failed.getCause() instanceof DatabaseException)
                    .join())
            .isTrue();
      }
    }
  }

  @Test
  void withoutTheDatabaseEverybodyIsToldSo() throws SQLException {
    // The test's own connection lives on while nobody else may connect.
    try (Connection own = database.connection();
        Batch<Integer, Integer> batch = batch(10)) {
      String name = name();
      execute(own, "alter database " + name + " connection limit 0");
      execute(
          own,
          """
          select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()
          """);
      try {
        assertThatThrownBy(() -> batch.submit(1)).isInstanceOf(DatabaseException.class);
      } finally {
        execute(own, "alter database " + name + " connection limit -1");
      }
      assertThat(batch.submit(1)).as("and it recovers by itself").isEqualTo(2);
    }
  }

  private String name() {
    return database.read(
        tx -> tx.createQuery("select current_database()").mapTo(String.class).one());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Notes numbers and doubles them. */
  private Batch<Integer, Integer> batch(int most) {
    return database.batch(
        "test",
        most,
        (tx, last, items) -> {
          gate.acquireUninterruptibly();
          transactions.add(List.copyOf(items));
          Columns<Integer> rows = Columns.of(items).add("int", n -> n);
          rows.into(last, "insert into noted select unnest(?)");
          return items.stream().map(n -> n * 2).toList();
        });
  }

  private List<Boolean> areNoted(Connection connection, List<Integer> items) throws SQLException {
    gate.acquireUninterruptibly();
    transactions.add(List.copyOf(items));
    assertThat(connection.getAutoCommit()).as("each statement commits by itself").isTrue();
    List<Integer> noted =
        Columns.of(items)
            .add("int", n -> n)
            .query(connection, "select n from noted where n = any (?)", row -> row.getInt(1));
    return items.stream().map(noted::contains).toList();
  }

  /** Submits in order; all but the first wait until the first one's transaction goes on. */
  private <O> List<CompletableFuture<O>> fill(Batch<Integer, O> batch, int... items) {
    return IntStream.of(items)
        .mapToObj(n -> {
          CompletableFuture<O> answer = new CompletableFuture<>();
          Thread caller = Thread.ofVirtual().start(() -> answer(batch, n, PATIENCE, answer));
          awaitBlocked(caller);
          while (n == 0 && gate.getQueueLength() == 0) {
            Thread.onSpinWait();
          }
          return answer;
        })
        .toList();
  }

  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static CompletableFuture<Integer> submit(Batch<Integer, Integer> batch, int n) {
    return CompletableFuture.supplyAsync(() -> batch.submit(n), VIRTUAL);
  }

  private static <O> void answer(
      Batch<Integer, O> batch, int n, Duration patience, CompletableFuture<O> answer) {
    try {
      answer.complete(batch.submit(n, patience));
    } catch (RuntimeException failed) {
      answer.completeExceptionally(failed);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private List<Integer> noted() {
    return database.read(
        tx -> tx.createQuery("select n from noted order by n").mapTo(Integer.class).list());
  }
}
