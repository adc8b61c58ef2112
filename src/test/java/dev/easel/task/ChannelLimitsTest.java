package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.engine.WorkLimits;
import dev.easel.provider.Submission;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every node sets the limits of all channels when it starts, beside others that work. */
@ExtendWith(Invariants.class)
class ChannelLimitsTest {
  private TestHouse house;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    house.a.submits(_ -> new Submission.Accepted("up", Duration.ofSeconds(5)));
  }

  @AfterEach
  void close() {
    house.close();
  }

  private int running(String channel) {
    return house.database.read(tx ->
        tx.createQuery("select running from work_limit where scope = :scope")
            .bind("scope", WorkLimits.ofChannel(channel))
            .mapTo(Integer.class)
            .one());
  }

  private void begin(int many) {
    TestHouse.Customer customer = house.customer(100);
    for (int i = 0; i < many; i++) {
      house.accept(customer);
    }
    house.engine.runAll();
  }

  /** Whoever has taken slots keeps them locked until its transaction ends. */
  private void whileSlotsAreTaken(Runnable action) {
    house.database.transaction(tx -> {
      tx.execute("select from work_limit for update");
      CompletableFuture.runAsync(action, Thread::startVirtualThread)
          .join(); // on a connection of its own
      return true;
    });
  }

  @Test
  void whatIsAsItShouldBeWaitsForNobody() {
    house.limitChannel("a", 3);
    whileSlotsAreTaken(() -> {
      house.limitChannel("a", 3);
      house.limitChannel("b", 0);
    });
    assertThat(running("a")).isZero();
  }

  @Test
  void aLimitThatIsSetCountsWhatRunsOnItsChannel() {
    begin(3);
    house.limitChannel("b", 7);
    house.limitChannel("a", 4);
    assertThat(running("a")).isEqualTo(3);
    assertThat(running("b")).isZero();
  }

  @Test
  void aLimitThatIsThereIsChangedWithoutCounting() {
    house.limitChannel("a", 3);
    house.database.transaction(tx -> {
      WorkLimits.set(
          tx,
          WorkLimits.ofChannel("a"),
          5,
          () -> {
            throw new AssertionError("counted");
          });
      return true;
    });
    begin(6);
    assertThat(running("a")).isEqualTo(5);
  }

  @Test
  void onlyLiveTasksAreLookedThroughHoweverMuchHasRun() {
    begin(2);
    house.execute(
        """
        insert into attempt (id, task_id, created_at, finished_at, look_at, piece, number, state, channel,
          upstream_model, failure_kind, failure_message)
        select gen_random_uuid(), gen_random_uuid(), now(), now(), now(), 0, 1, 'failed', 'a', 'm', 'OVERLOADED', 'f'
        from generate_series(1, 10000)
        """);
    house.execute("analyze attempt");
    long scans =
        house.database.transaction(tx -> {
          ChannelLimits.set(tx, "a", 4);
          return tx.createQuery(
                  "select seq_scan from pg_stat_xact_user_tables where relname = 'attempt'")
              .mapTo(Long.class)
              .one();
        });
    house.execute("delete from attempt where state = 'failed'");
    assertThat(scans).as("scans of all attempts").isZero();
    assertThat(running("a")).isEqualTo(2);
  }
}
