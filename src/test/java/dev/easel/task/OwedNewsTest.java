package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.blackbox.FaultProxy;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import dev.easel.provider.Failure;
import dev.easel.provider.Submission;
import dev.easel.task.TestHouse.Customer;
import java.io.IOException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Deliveries are written with the end of their task, however it ends: all of both, or nothing. */
@ExtendWith(Invariants.class)
class OwedNewsTest {
  private FaultProxy network;

  /** The database by way of the network. */
  private Database far;

  private TestHouse house;
  private Customer customer;

  @BeforeEach
  void open(Database database) {
    Database.Address address = TestDatabase.addressOf(database);
    network = TestDatabase.inFrontOf(address);
    far = Database.open(TestDatabase.through(network, address), 4);
    house = new TestHouse(far);
    customer = house.customer(1_000);
  }

  @AfterEach
  void close() throws IOException {
    house.close();
    far.close();
    network.close();
  }

  private Task accept(Customer of, String dialect, Optional<String> callback) {
    TaskRequest plain = TestHouse.request(of, 10, 1);
    return house.accept(
        of,
        new TaskRequest(
            plain.id(),
            plain.account(),
            plain.key(),
            new Origin(dialect, "m", "{}", callback),
            plain.model(),
            plain.kind(),
            plain.parameters(),
            plain.pieceSize(),
            plain.credits()));
  }

  private UUID endpoint(Customer of, String url, String... events) {
    UUID id = UUID.randomUUID();
    house.execute(
        """
        insert into webhook_endpoint (id, account_id, created_at, secret, url, events) values (?, ?, ?, ''::bytea, ?, ?)
        """,
        id,
        of.account().value(),
        Timestamp.from(house.clock.instant()),
        url,
        events);
    return id;
  }

  /** What is owed of a task, each with its job. */
  private List<String> owed(Task task) {
    return house.database.read(tx ->
        tx.createQuery(
                """
                select event || ' ' || shape || ' ' || url || ' ' || coalesce(endpoint_id::text, '-') from delivery
                join job on job.subject = delivery.id and job.kind = 'webhook' and job.lane = 1
                  and job.account_id = delivery.account_id and run_at >= created_at
                where task_id = :task and state = 'pending' order by url
                """)
            .bind("task", task.id().value())
            .mapTo(String.class)
            .list());
  }

  private int deliveries() {
    return house.database.read(
        tx -> tx.createQuery("select count(*) from delivery").mapTo(Integer.class).one());
  }

  @ParameterizedTest
  @CsvSource({"apimodels, apimodels", "kie, kie", "omni, event", "art, event", "openai, event"})
  void aRequestsOwnCallbackIsOwedInTheShapeOfItsDialect(String dialect, String shape) {
    Task task = accept(customer, dialect, Optional.of("http://a.example/cb"));
    house.a.submits(produced(1));
    house.engine.run();
    assertThat(owed(task)).containsExactly("task.succeeded " + shape + " http://a.example/cb -");
  }

  @Test
  void whoWantsNothingIsOwedNothing() {
    accept(customer, "omni", Optional.empty());
    house.a.submits(produced(1));
    house.engine.run();
    assertThat(deliveries()).isZero();
  }

  @Test
  void eachEndpointOfTheAccountThatWantsTheEventIsOwedIt() {
    UUID all = endpoint(customer, "http://all.example/");
    UUID some = endpoint(customer, "http://some.example/", "task.failed", "task.succeeded");
    endpoint(customer, "http://other.example/", "task.canceled");
    UUID off = endpoint(customer, "http://off.example/");
    house.execute(
        "update webhook_endpoint set disabled_at = now(), disabled_reason = 'x' where id = ?", off);
    endpoint(house.customer(10), "http://stranger.example/");
    Task task = accept(customer, "kie", Optional.of("http://cb.example/"));
    house.a.submits(produced(1));
    house.engine.run();
    assertThat(owed(task))
        .containsExactly(
            "task.succeeded event http://all.example/ " + all,
            "task.succeeded kie http://cb.example/ -",
            "task.succeeded event http://some.example/ " + some);
    assertThat(deliveries()).isEqualTo(3);
  }

  @Test
  void aFailureAndACancellationAreToldToo() {
    endpoint(customer, "http://all.example/");
    Task failed = accept(customer, "omni", Optional.empty());
    house.a.submits(new Submission.Rejected(new Failure(Failure.Kind.CONTENT_POLICY, "no")));
    house.engine.run();
    Task canceled = accept(customer, "omni", Optional.empty());
    assertThat(house.settlement.cancel(canceled)).isEqualTo(Settlement.Canceling.CANCELED);
    assertThat(owed(failed)).singleElement().asString().startsWith("task.failed event");
    assertThat(owed(canceled)).singleElement().asString().startsWith("task.canceled event");
  }

  /** The settlement's COMMIT, or the answer to it, is lost: by then it has written everything. */
  @ParameterizedTest
  @EnumSource(Direction.class)
  void aLostCommitOwesNothingOrAllOnce(Direction direction) {
    Task task = accept(customer, "omni", Optional.of("http://cb.example/"));
    endpoint(customer, "http://all.example/");
    house.a.submits(_ -> {
      network.loseNext(direction, "COMMIT");
      return produced(1);
    });
    house.engine.run();
    assertThat(network.isWaitingToLose()).isFalse();
    boolean isOver = house.state(task).isFinal();
    assertThat(owed(task)).hasSize(isOver ? 2 : 0);
    house.engine.runAll();
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
    assertThat(owed(task)).hasSize(2);
    assertThat(deliveries()).isEqualTo(2);
  }
}
