package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.Pipeline;
import dev.easel.webhook.EndpointHealth.Health;
import dev.easel.webhook.Receiver.Answer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Endpoints that answer 410, or nothing but failures for five days, hear nothing any more. */
@ExtendWith(Invariants.class)
class EndpointHealthTest {
  private PostOffice office;
  private Receiver receiver;
  private UUID endpoint;

  @BeforeEach
  void open(Database database) {
    office = new PostOffice(database);
    receiver = new Receiver();
    endpoint = office.endpoint(receiver.url("/hook")).getKey();
  }

  @AfterEach
  void close() {
    receiver.close();
    office.close();
  }

  /** Why it is disabled, and whether it fails. */
  private String health() {
    return office.value(
        String.class,
        """
        select coalesce(disabled_reason, 'on') || case when failing_since is null then '' else ' failing' end
        from webhook_endpoint where id = ?
        """,
        endpoint);
  }

  @Test
  void whoIsGoneIsToldNothingMore() {
    receiver.answering(Answer.of(500));
    UUID first = office.owe();
    office.engine.run();
    assertThat(health()).isEqualTo("on failing");
    receiver.usually(Answer.of(410));
    UUID second = office.owe();
    office.engine.run();
    assertThat(health()).isEqualTo("It answered 410 Gone. failing");
    assertThat(office.standing(second)).isEqualTo("exhausted 1");
    office.after(Duration.ofMinutes(1));
    assertThat(office.log(first)).containsExactly("0 500", "60 its endpoint is disabled");
    assertThat(office.standing(first)).isEqualTo("exhausted 2");
    assertThat(receiver.all()).hasSize(2);
    UUID third = office.owe();
    assertThat(office.engine.run()).as("nothing is owed to it").isZero();
    assertThat(
            office.value(Integer.class, "select count(*) from delivery where task_id = ?", third))
        .isZero();
  }

  @Test
  void aCallbackThatAnswersGoneIsTriedLikeAnyOther() {
    receiver.usually(Answer.of(410));
    UUID task = office.owe("apimodels", receiver.url("/callback"));
    office.engine.run();
    assertThat(
            office.value(
                String.class,
                "select state from delivery where task_id = ? and endpoint_id is null",
                task))
        .isEqualTo("pending");
  }

  @Test
  void fiveDaysOfNothingButFailuresAreEnough() {
    receiver.usually(Answer.of(500));
    office.owe();
    office.engine.run();
    office.clock.advance(Duration.ofDays(5).minusMinutes(1));
    office.engine.run();
    assertThat(health()).isEqualTo("on failing");
    office.owe();
    office.clock.advance(Duration.ofMinutes(1));
    office.engine.run();
    assertThat(health()).isEqualTo("Nothing but failures for 5 days. failing");
  }

  @Test
  void oneSuccessMakesUpForAllFailures() {
    receiver.answering(Answer.of(500));
    office.owe();
    office.engine.run();
    office.after(Duration.ofSeconds(6));
    assertThat(health()).isEqualTo("on");
    receiver.usually(Answer.of(500));
    office.clock.advance(Duration.ofDays(6));
    office.owe();
    office.engine.run();
    assertThat(health()).isEqualTo("on failing");
  }

  @Test
  void aSuccessCountsBeforeAFailureThatIsWrittenTogetherWithIt() throws SQLException {
    office.database.read(tx ->
        tx.execute(
            "update webhook_endpoint set failing_since = ?",
            Timestamp.from(office.clock.instant().minus(Duration.ofDays(5)))));
    assertThat(heard(Health.FAILED.stronger(Health.SUCCEEDED))).isEmpty();
    assertThat(health()).isEqualTo("on");
    assertThat(heard(Health.SUCCEEDED.stronger(Health.GONE)))
        .containsExactly(Map.entry(endpoint, "It answered 410 Gone."));
    assertThat(heard(Health.SUCCEEDED.stronger(Health.FAILED))).isEmpty();
    assertThat(health()).as("a success of before does not enable it").startsWith("It answered 410");
  }

  private Map<UUID, String> heard(Health health) throws SQLException {
    Map<UUID, String> disabled = new HashMap<>();
    try (Connection tx = office.database.connection()) {
      Pipeline.run(
          tx,
          writes ->
              EndpointHealth.update(
                  writes, Map.of(endpoint, health), office.clock.instant(), disabled::put));
    }
    return disabled;
  }

  @Test
  void whatIsOwedToADeletedEndpointEndsVisibly() {
    UUID task = office.owe();
    office.database.read(tx -> tx.execute("delete from webhook_endpoint"));
    office.engine.run();
    assertThat(office.log(task)).containsExactly("0 its endpoint was deleted");
    assertThat(office.standing(task)).isEqualTo("exhausted 1");
    assertThat(receiver.all()).isEmpty();
  }
}
