package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.blackbox.FaultProxy;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import dev.easel.ledger.Balance;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a provider has answered is bought: it is kept until the database can be told. */
@ExtendWith(Invariants.class)
class AnswerFaultTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  private FaultProxy network;

  /** The database by way of the network. */
  private Database far;

  private TestHouse house;
  private Customer customer;
  private Task task;

  @BeforeEach
  void open(Database database) {
    Database.Address address = TestDatabase.addressOf(database);
    network = TestDatabase.inFrontOf(address);
    far = Database.open(TestDatabase.through(network, address), 4);
    house = new TestHouse(far);
    house.limitChannel("a", 1);
    customer = house.customer(100);
    task = house.accept(customer);
  }

  @AfterEach
  void close() throws IOException {
    house.close();
    far.close();
    network.close();
  }

  @Test
  void itIsKeptWhileTheDatabaseIsAway() {
    AtomicInteger pauses = new AtomicInteger();
    house.onPause(() -> {
      if (pauses.incrementAndGet() == 2) {
        mend();
      }
    });
    house.a.submits(_ -> {
      cut();
      return new Submission.Accepted("up-1", SOON);
    });
    house.engine.runAll();
    assertThat(pauses).hasValueGreaterThanOrEqualTo(2);
    assertOneSubmission();
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void itIsWrittenOnceWhenTheCommitIsLost(Direction direction) {
    house.a.submits(_ -> {
      network.loseNext(direction, "COMMIT");
      return new Submission.Accepted("up-1", SOON);
    });
    house.engine.runAll();
    assertOneSubmission();
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void aResultIsPaidForOnceWhenTheCommitIsLost(Direction direction) {
    house.a.submits(_ -> {
      network.loseNext(direction, "COMMIT");
      return produced(1);
    });
    house.engine.runAll();
    assertOneSubmission();
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void nothingIsSentWhenNobodyKnowsWhetherItBegan(Direction direction) {
    AtomicInteger turns = new AtomicInteger();
    house.beforeDeciding(() -> {
      if (turns.getAndIncrement() == 0) {
        // By now the driver may say COMMIT by a name of its own.
        network.loseNext(
            direction, direction == Direction.ANSWER ? "COMMIT" : "insert into attempt");
      }
    });
    house.a.submits(new Submission.Accepted("up-1", SOON));
    house.engine.runAll();
    assertThat(network.isWaitingToLose()).isFalse();
    assertOneSubmission();
  }

  /** The task ends as it should after one submission, and nobody has to ask what became of it. */
  private void assertOneSubmission() {
    house.a.checks(_ -> new Progress.Produced(pictures(1)));
    for (int i = 0; i < 3; i++) {
      house.clock.advance(SOON);
      house.engine.runAll();
    }
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(house.a.calls())
        .filteredOn(call -> !call.startsWith("check"))
        .containsExactly("submit");
    assertThat(house.balance(customer)).isEqualTo(new Balance(90, 0));
  }

  private void cut() {
    try {
      network.refuse();
      network.reset();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void mend() {
    try {
      network.pass();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
