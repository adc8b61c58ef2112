package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Key;
import dev.easel.blackbox.FaultProxy;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import dev.easel.ledger.Balance;
import dev.easel.task.Admitted.Accepted;
import dev.easel.task.Admitted.InsufficientCredits;
import dev.easel.task.Admitted.Replayed;
import dev.easel.task.TestHouse.Customer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who asked for a task is told what became of it, also when the answer to the COMMIT is lost. */
@ExtendWith(Invariants.class)
class AdmissionFaultTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  private TestHouse house;
  private FaultProxy network;

  /** The house's database by way of the network. */
  private Database far;

  private Admission admission;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    Database.Address address = TestDatabase.addressOf(database);
    network = TestDatabase.inFrontOf(address);
    far = Database.open(TestDatabase.through(network, address), 4);
    admission = new Admission(far, house.clock, house.snapshots::accepted);
  }

  @AfterEach
  void close() throws IOException {
    admission.close();
    far.close();
    network.close();
    house.close();
  }

  /** With the last credits, so that whoever is asked again without a look would be refused. */
  @ParameterizedTest
  @EnumSource(Direction.class)
  void aTaskWhoseCommitIsLostIsAcceptedOnce(Direction direction) {
    Key.Rules lastCredits =
        new Key.Rules(
            OptionalLong.of(10), OptionalLong.empty(), Optional.empty(), List.of(), List.of());
    Customer customer = house.customer(10, 0, lastCredits);
    TaskRequest request = TestHouse.request(customer, 10, 1);
    network.loseNext(direction, "COMMIT");
    Admitted admitted = admission.admit(request, true, Optional.empty());
    assertThat(network.isWaitingToLose()).isFalse();
    assertThat(admitted)
        .isInstanceOfSatisfying(
            Accepted.class, accepted -> assertThat(accepted.task().request()).isEqualTo(request));
    assertThat(house.balance(customer)).isEqualTo(new Balance(0, 10));
    assertThat(house.engine.run()).as("it has its job").isEqualTo(1);
  }

  @Test
  void ofManyThatShareALostCommitEachIsToldItsOwn() {
    Customer rich = house.customer(1_000);
    Customer poor = house.customer(5);
    for (int round = 0; round < 5; round++) {
      String key = "k" + round;
      network.loseNext(Direction.ANSWER, "COMMIT");
      List<CompletableFuture<Admitted>> answers =
          IntStream.range(0, 12)
              .mapToObj(n ->
                  CompletableFuture.supplyAsync(
                      () ->
                          switch (n % 3) {
                            case 0 -> ask(poor, Optional.empty());
                            case 1 -> ask(rich, Optional.empty());
                            default ->
                                ask(rich, Optional.of(new Idempotency(key, "f", "answer " + key)));
                          },
                      VIRTUAL))
              .toList();
      List<Admitted> admitted = answers.stream().map(CompletableFuture::join).toList();
      assertThat(network.isWaitingToLose()).isFalse();
      assertThat(admitted).filteredOn(Accepted.class::isInstance).hasSize(4 + 1);
      assertThat(admitted).filteredOn(Replayed.class::isInstance).hasSize(3);
      assertThat(admitted).filteredOn(InsufficientCredits.class::isInstance).hasSize(4);
    }
    assertThat(house.balance(rich)).isEqualTo(new Balance(750, 250));
    assertThat(house.balance(poor)).isEqualTo(new Balance(5, 0));
  }

  private Admitted ask(Customer customer, Optional<Idempotency> idempotency) {
    return admission.admit(TestHouse.request(customer, 10, 1), false, idempotency);
  }
}
