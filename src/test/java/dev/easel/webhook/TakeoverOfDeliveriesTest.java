package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.blackbox.FaultProxy;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import dev.easel.engine.ManualEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever dies in the middle of a delivery: it is made all the same, under the same id. */
@ExtendWith(Invariants.class)
class TakeoverOfDeliveriesTest {
  private static final Duration LONGER_THAN_A_LEASE = Duration.ofSeconds(31);

  private PostOffice office;
  private Receiver receiver;

  @BeforeEach
  void open(Database database) {
    office = new PostOffice(database);
    receiver = new Receiver();
  }

  @AfterEach
  void close() {
    receiver.close();
    office.close();
  }

  @Test
  void whatADeadNodeHasNotSentAnotherOneSends() {
    UUID task = office.owe("omni", receiver.url("/"));
    ManualEngine dead = office.engine("dead", _ -> {});
    assertThat(dead.run()).isEqualTo(1);
    assertThat(office.engine.run()).as("leased to the dead node").isZero();
    office.clock.advance(LONGER_THAN_A_LEASE);
    office.engine.rescue();
    assertThat(office.engine.run()).isEqualTo(1);
    assertThat(receiver.all()).hasSize(1);
    assertThat(office.standing(task)).isEqualTo("delivered 1");
  }

  /** The receiver has answered 200, and what says so on our side is lost. */
  @ParameterizedTest
  @EnumSource(Direction.class)
  void whatIsNotKnownToBeDeliveredIsSentAgainUnderItsId(Direction direction) throws IOException {
    Database.Address address = TestDatabase.addressOf(office.database);
    try (FaultProxy network = TestDatabase.inFrontOf(address);
        Database far = Database.open(TestDatabase.through(network, address), 4);
        Sender sender = office.sender(far)) {
      ManualEngine engine = office.engine("far", sender);
      UUID task = office.owe("omni", receiver.url("/"));
      // By now the driver may say COMMIT by a name of its own.
      String lost = direction == Direction.ANSWER ? "COMMIT" : "insert into delivery_try";
      receiver.onNext(() -> network.loseNext(direction, lost));
      engine.run();
      assertThat(network.isWaitingToLose()).isFalse();
      office.clock.advance(Duration.ofSeconds(1));
      engine.run();
      List<Receiver.Received> all = receiver.all();
      assertThat(all).hasSize(direction == Direction.REQUEST ? 2 : 1);
      assertThat(all.stream().map(came -> came.header("webhook-id")).distinct()).hasSize(1);
      assertThat(all.stream().map(Receiver.Received::body).distinct()).hasSize(1);
      assertThat(office.standing(task)).isEqualTo("delivered 1");
      assertThat(office.after(Duration.ofDays(1))).as("and never again").isZero();
    }
  }

  @Test
  void whoHasLostItsClaimWritesNothing() throws IOException {
    Sender slow = office.sender(office.database);
    try (slow) {
      UUID task = office.owe("omni", receiver.url("/"));
      receiver.onNext(() -> {
        office.clock.advance(LONGER_THAN_A_LEASE);
        office.engine.rescue();
        assertThat(office.engine.run()).isEqualTo(1);
      });
      office.engine("slow", slow).run();
      assertThat(receiver.all()).hasSize(2);
      assertThat(office.standing(task)).isEqualTo("delivered 1");
      assertThat(office.log(task)).containsExactly("31 200");
    }
  }
}
