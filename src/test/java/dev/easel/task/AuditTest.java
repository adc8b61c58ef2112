package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Key;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import dev.easel.provider.Failure;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An audit that could not fail would be worth nothing: every promise is broken by hand here. */
class AuditTest {
  private static final String BALANCE = "an account's balance is the sum of its transfers";
  private static final String AFTER = "each transfer carries the balance after it";
  private static final String TRANSFERS =
      "a task's transfers are its hold, and when it is final its capture and release";
  private static final String HOLD = "every hold is a task's";
  private static final String ORPHAN = "no row is an orphan";
  private static final String OWED = "a delivery has a job exactly while it is owed";
  private static final String JOB = "a task has a job exactly while it is live";
  private static final String BEGUN = "a task has been attempted exactly when it has begun";
  private static final String OPEN = "no attempt is open for a final task";
  private static final String AGAIN =
      "a piece is attempted again only after a refusal or a failure";
  private static final String RESULTS =
      "a task has the results that its attempts produced, and succeeded when there are some";
  private static final String WAITS = "no job waits for a work limit that has room";
  private static final String ACCOUNT = "an account's running count is its tasks that may run";
  private static final String CHANNEL =
      "a channel's running count is its open attempts and the slots it has granted";

  private static Database database;

  /** One task in every state: succeeded, failed, canceled, running and queued. */
  @BeforeAll
  static void liveThroughEverything() {
    database = TestDatabase.create();
    try (TestHouse house = new TestHouse(database)) {
      house.limitChannel("b", 5);
      Customer customer = house.customer(1_000);
      Customer capped = house.customer(1_000, 1, Key.Rules.NONE);
      house.a.submits(
          ScriptedProvider.produced(1),
          new Submission.Rejected(new Failure(Failure.Kind.CONTENT_POLICY, "no")));
      house.accept(customer, 20, 2);
      house.engine.runAll();
      house.accept(customer);
      house.engine.runAll();
      house.settlement.cancel(house.accept(customer));
      house.routes(TestHouse.TO_B);
      house.b.submits(new Submission.Accepted("up-1", Duration.ofSeconds(5)));
      house.accept(capped);
      house.engine.runAll();
      house.accept(capped);
      house.accept(customer);
    }
  }

  @AfterAll
  static void close() {
    database.close();
  }

  static List<Arguments> breaks() {
    return List.of(
        row(BALANCE, "update account set available = available + 1 where id = 1"),
        row(BALANCE, "update account set held = held + 1 where id = 2"),
        row(AFTER, "update transfer set available_after = available_after + 1 where id = 2"),
        row(AFTER, "update transfer set held_after = held_after + 1 where id = 2"),
        row(TRANSFERS, "update task set credits = credits + 1 where state = 'running'"),
        row(TRANSFERS, "update task set captured = captured + 1 where state = 'succeeded'"),
        row(
            HOLD,
            """
            insert into transfer (account_id, created_at, amount, available_after, held_after, hold_id, kind)
            select id, now(), 5, available - 5, held + 5, gen_random_uuid(), 'hold' from account where id = 1;
            update account set available = available - 5, held = held + 5 where id = 1
            """),
        row(ORPHAN, "update task set key_id = 99 where state = 'queued'"),
        row(
            ORPHAN,
            """
            insert into attempt (id, task_id, created_at, look_at, piece, number, state, channel, upstream_model)
            values (gen_random_uuid(), gen_random_uuid(), now(), now(), 0, 1, 'sending', 'x', 'x')
            """),
        row(ORPHAN, "update asset set account_id = 99"),
        row(JOB, "delete from job using task where task.id = subject and task.account_id = 1"),
        row(
            JOB,
            """
            insert into job (subject, account_id, run_at, kind)
            select id, account_id, now(), 'task' from task where state = 'succeeded'
            """),
        row(
            BEGUN,
            "delete from attempt using task where task.id = task_id and task.state = 'failed'"),
        row(
            BEGUN,
            """
            insert into attempt (id, task_id, created_at, look_at, finished_at, piece, number, state, channel,
              upstream_model, failure_kind)
            select gen_random_uuid(), id, now(), now(), now(), 0, 1, 'rejected', 'a', 'm', 'INTERNAL'
            from task where state = 'queued'
            """),
        row(
            OPEN,
            """
            update attempt set state = 'sending', finished_at = null, failure_kind = null
            where state = 'rejected'
            """),
        row(
            AGAIN,
            """
            insert into attempt (id, task_id, created_at, look_at, finished_at, piece, number, state, channel,
              upstream_model, failure_kind)
            select gen_random_uuid(), task_id, now(), now(), now(), 0, 2, 'rejected', 'a', 'm', 'INTERNAL'
            from attempt where state = 'produced'
            """),
        row(AGAIN, "update attempt set number = 2"),
        row(RESULTS, "delete from asset"),
        row(RESULTS, "update attempt set outputs = 3 where state = 'produced'"),
        row(RESULTS, "update attempt set piece = 1 where state = 'rejected'"),
        row(
            RESULTS,
            "update asset set task_id = task.id from task where task.state in ('failed', 'canceled')"),
        row(
            OWED,
            """
            insert into delivery (id, account_id, task_id, created_at, shape, event, url)
            select gen_random_uuid(), account_id, id, now(), 'event', 'task.succeeded', 'http://x/'
            from task where state = 'succeeded'
            """),
        row(ACCOUNT, "update work_limit set running = running + 1 where scope like 'account:%'"),
        row(WAITS, "update work_limit set capacity = capacity + 1 where scope like 'account:%'"),
        row(
            CHANNEL,
            """
            update attempt set state = 'storing', copies = '{}' where state = 'accepted'
            """),
        row(CHANNEL, "update job set granted = 'channel:b'"),
        row(CHANNEL, "update work_limit set running = running + 1 where scope like 'channel:%'"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("breaks")
  void aBrokenPromiseIsReportedAndNoOther(String promise, String sql) {
    database.transaction(tx -> {
      tx.execute("alter table transfer disable trigger transfer_immutable");
      tx.execute(sql);
      assertThat(Audit.run(tx).violations())
          .singleElement()
          .asString()
          .startsWith(promise + ": ")
          .contains(" broken (");
      return tx.rollback();
    });
  }

  @Test
  void nothingIsReportedWhileAllIsWell() {
    Audit.Report report = database.snapshot(Audit::run);
    assertThat(report.violations()).isEmpty();
    assertThat(report.accounts()).isEqualTo(2);
    assertThat(report.tasks()).isEqualTo(6);
    assertThat(report.transfers()).isEqualTo(2 + 6 + 2 + 1 + 1);
  }

  @Test
  void everyPromiseIsBrokenHere() {
    assertThat(breaks().stream().map(row -> row.get()[0]).collect(Collectors.toSet()))
        .isEqualTo(Audit.PROMISES.keySet());
  }

  @Test
  void manyBrokenRowsAreCountedAndAFewNamed() {
    database.transaction(tx -> {
      tx.execute("delete from job");
      assertThat(Audit.run(tx).violations())
          .anySatisfy(line -> assertThat(line).startsWith(JOB + ": 3 broken (task "));
      return tx.rollback();
    });
  }

  private static Arguments row(String promise, String sql) {
    return Arguments.of(promise, sql);
  }
}
