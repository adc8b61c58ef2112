package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Key;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten thousand tasks of one account delay another's first by one slot, no more. */
@ExtendWith(Invariants.class)
class FairnessTest {
  private static final int MANY = 10_000;
  private static final int CALLERS = 256;
  private static final int SLOTS = 4;
  private static final Duration SOON = Duration.ofSeconds(5);

  private TestHouse house;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @ParameterizedTest(name = "an account that may run {0} at once (0: any number)")
  @ValueSource(ints = {20, 0})
  void anothersFirstTaskTakesTheNextSlot(int cap) {
    house.limitChannel("a", SLOTS);
    Customer crowd = house.customer(10L * MANY, cap, Key.Rules.NONE);
    Customer other = house.customer(100, 20, Key.Rules.NONE);
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List.copyOf(
          IntStream.range(0, MANY)
              .mapToObj(_ -> callers.submit(() -> house.accept(crowd)))
              .toList());
    }
    house.a.submits(_ -> new Submission.Accepted("up", SOON));
    house.engine.runAll();
    assertThat(house.a.calls()).as("as many as there are slots").hasSize(SLOTS);

    Task task = house.accept(other);
    house.engine.runAll();
    assertThat(house.state(task)).as("no slot is free").isInstanceOf(TaskState.Queued.class);
    house.a.checks(
        new Progress.Produced(pictures(1)),
        new Progress.Pending(50, SOON),
        new Progress.Pending(50, SOON),
        new Progress.Pending(50, SOON));
    house.clock.advance(SOON);
    house.engine.runAll();
    assertThat(house.a.calls()).as("one slot was free").hasSize(SLOTS + 4 + 1);
    assertThat(house.state(task)).as("and it was this one's").isInstanceOf(TaskState.Running.class);
  }
}
