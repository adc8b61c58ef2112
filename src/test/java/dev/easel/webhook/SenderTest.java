package dev.easel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.webhook.Receiver.Answer;
import dev.easel.webhook.Receiver.Received;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is owed is delivered, and every try is written down: real HTTP, a clock of our own. */
@ExtendWith(Invariants.class)
class SenderTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

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
  void whoFailsTwiceIsToldTheThirdTime() {
    receiver.answering(Answer.of(500), Answer.of(503));
    UUID task = office.owe("apimodels", receiver.url("/"));
    assertThat(office.engine.run()).isEqualTo(1);
    assertThat(office.after(SECOND.minusMillis(1))).as("not before its time").isZero();
    assertThat(office.after(Duration.ofMillis(1))).isEqualTo(1);
    assertThat(office.after(SECOND.multipliedBy(2))).isEqualTo(1);
    assertThat(office.log(task)).containsExactly("0 500", "1 503", "3 200");
    assertThat(office.standing(task)).isEqualTo("delivered 3");
    assertThat(office.after(Duration.ofDays(2))).as("nothing more is sent").isZero();
    List<Received> all = receiver.all();
    assertThat(all).hasSize(3);
    assertThat(all.stream().map(Received::body).distinct()).as("the same bytes").hasSize(1);
  }

  @Test
  void whoIsDownForTenMinutesIsToldAfterwards() {
    receiver.usually(Answer.of(502));
    UUID task = office.owe("kie", receiver.url("/"));
    office.engine.run();
    for (int second = 0; second < 600; second++) {
      office.after(SECOND);
    }
    assertThat(office.log(task)).startsWith("0 502", "1 502", "3 502", "7 502", "67 502");
    receiver.usually(Answer.of(204));
    for (int second = 0; second < 60; second++) {
      office.after(SECOND);
    }
    assertThat(office.log(task).getLast()).isEqualTo("607 204");
    assertThat(office.standing(task)).isEqualTo("delivered 14");
  }

  @Test
  void whoNeverAnswersWellIsGivenUpVisibly() {
    receiver.usually(Answer.of(404));
    UUID task = office.owe("apimodels", receiver.url("/"));
    office.engine.run();
    for (int i = 0; i < 40; i++) {
      office.after(Duration.ofMinutes(1));
    }
    assertThat(office.standing(task)).isEqualTo("exhausted 31");
    assertThat(office.log(task)).hasSize(31).last().isEqualTo("1800 404");
  }

  @Test
  void nobodyThereIsAFailureToo() {
    Receiver gone = new Receiver();
    gone.close();
    UUID task = office.owe("apimodels", gone.url("/"));
    office.engine.run();
    assertThat(office.log(task)).containsExactly("0 refused the connection");
    assertThat(office.standing(task)).isEqualTo("pending 1");
  }

  @Test
  void anAddressInsideIsNotContacted() {
    UUID task = office.owe("apimodels", "http://127.0.0.2:1/");
    office.engine.run();
    assertThat(office.log(task))
        .containsExactly("0 leads to a loopback address, which may not be contacted");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void aRedirectIsAFailureAndNotFollowed(int status) {
    receiver.answering(new Answer(status, Map.of("Location", receiver.url("/elsewhere")), "moved"));
    UUID task = office.owe("apimodels", receiver.url("/"));
    office.engine.run();
    assertThat(office.log(task)).containsExactly("0 " + status);
    assertThat(receiver.all()).extracting(Received::path).containsExactly("/");
  }

  @ParameterizedTest
  @CsvSource({"429, 30, 30", "503, 30, 30", "500, 30, 1", "429, 0, 1"})
  void whoAsksForTimeIsGivenIt(int status, String retryAfter, long next) {
    receiver.answering(new Answer(status, Map.of("Retry-After", retryAfter), ""));
    UUID task = office.owe("apimodels", receiver.url("/"));
    office.engine.run();
    office.after(Duration.ofSeconds(next).minusMillis(1));
    assertThat(office.log(task)).hasSize(1);
    office.after(Duration.ofMillis(1));
    assertThat(office.log(task)).containsExactly("0 " + status, next + " 200");
  }

  @Test
  void ofALongAnswerTheBeginningIsKeptWithoutWhatTextCannotHold() {
    String answer = "a\0b" + "x".repeat(10_000);
    receiver.answering(new Answer(200, Map.of(), answer), new Answer(400, Map.of(), "\0"));
    UUID task = office.owe("apimodels", receiver.url("/"));
    UUID other = office.owe("apimodels", receiver.url("/"));
    office.engine.run();
    List<String> kept =
        office.database.read(tx ->
            tx.createQuery("select answer from delivery_try order by length(answer)")
                .mapTo(String.class)
                .list());
    assertThat(kept).containsExactly("", "ab" + "x".repeat(4_096 - 3));
    assertThat(List.of(office.standing(task), office.standing(other)))
        .containsExactlyInAnyOrder("delivered 1", "pending 1");
  }

  /** However few tries they got: what nobody wants does not come back for ever. */
  @Test
  void whatIsOwedToADeadReceiverIsGivenUpWhenItsTimeIsOver() throws IOException {
    Duration slow = Duration.ofMillis(3_200);
    try (ServerSocket hole = Holes.open()) {
      for (int i = 0; i < 20; i++) {
        office.owe("apimodels", Holes.url(hole));
      }
      office.engine.claim();
      assertThat(Holes.hangUp(hole, slow)).isEqualTo(8);
      office.engine.run();
      assertThat(pending()).isEqualTo(20);
      office.clock.advance(Duration.ofMinutes(30));
      office.engine.claim();
      assertThat(Holes.hangUp(hole, slow)).as("one asks for all").isEqualTo(1);
      office.engine.run();
      assertThat(pending()).as("the one that asked").isEqualTo(1);
      assertThat(
              office.value(
                  Integer.class,
                  "select count(*) from delivery_try where failure = 'its receiver does not answer'"))
          .isEqualTo(19);
      office.database.transaction(tx -> {
        UUID id =
            tx.createQuery("select id from delivery where state = 'exhausted' limit 1")
                .mapTo(UUID.class)
                .one();
        DeliveryLog.Entry entry = DeliveryLog.find(tx, id).orElseThrow();
        return Replays.replay(tx, entry, office.clock.instant());
      });
      office.engine.run();
      assertThat(pending()).as("asked for over again, it has its time again").isEqualTo(2);
    }
  }

  private int pending() {
    return office.value(Integer.class, "select count(*) from job");
  }

  @Test
  void aDeletedTaskIsToldToNobodyAndItsDeliveryEndsVisibly() {
    UUID task = office.owe("apimodels", receiver.url("/"));
    office.deleteTasks();
    office.engine.run();
    assertThat(receiver.all()).isEmpty();
    assertThat(office.standing(task)).isEqualTo("exhausted 1");
    assertThat(office.log(task)).containsExactly("0 its task was deleted");
  }

  @Test
  void anEventIsSignedForItsEndpoint() throws Exception {
    Map.Entry<UUID, SigningSecret> endpoint = office.endpoint(receiver.url("/hook"));
    receiver.answering(Answer.of(500));
    UUID task = office.owe();
    office.engine.run();
    Received first = receiver.next();
    office.after(Duration.ofSeconds(6));
    Received second = receiver.next();
    assertThat(office.standing(task)).isEqualTo("delivered 2");
    UUID id = office.value(UUID.class, "select id from delivery where task_id = ?", task);
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    for (Received received : List.of(first, second)) {
      Map<String, String> headers = received.headers();
      assertThat(headers).containsEntry("webhook-id", id.toString());
      assertThat(received.header("webhook-signature"))
          .isEqualTo(
              new Webhook(endpoint.getValue().text())
                  .sign(
                      id.toString(),
                      Long.parseLong(received.header("webhook-timestamp")),
                      received.body()));
    }
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.header("webhook-timestamp")).isNotEqualTo(first.header("webhook-timestamp"));
  }

  @Test
  void whileASecretIsReplacedBothSignAndAfterwardsOnlyTheNewOne() {
    Map.Entry<UUID, SigningSecret> endpoint = office.endpoint(receiver.url("/hook"));
    SigningSecret old = SigningSecret.random();
    office.database.read(tx ->
        tx.execute(
            "update webhook_endpoint set previous_secret = ?, previous_until = ?",
            office.secrets.encrypt(endpoint.getKey(), old),
            Timestamp.from(office.clock.instant().plus(Duration.ofHours(24)))));
    office.owe();
    office.engine.run();
    assertThat(receiver.next().header("webhook-signature").split(" ")).hasSize(2);
    office.clock.advance(Duration.ofHours(24));
    office.owe();
    office.engine.run();
    assertThat(receiver.next().header("webhook-signature").split(" ")).hasSize(1);
  }

  @Test
  void callbacksAreSignedByTheAccountsKeyAsTheirDialectDoes() throws Exception {
    SigningSecret key = office.key();
    UUID task = office.owe("kie", receiver.url("/"));
    office.engine.run();
    Received kie = receiver.next();
    assertThat(kie.headers()).doesNotContainKey("webhook-id");
    assertThat(kie.header("x-webhook-signature"))
        .isEqualTo(
            Signature.kie(key, task.toString(), Long.parseLong(kie.header("x-webhook-timestamp"))));
    office.owe("apimodels", receiver.url("/"));
    office.engine.run();
    Received apimodels = receiver.next();
    assertThat(apimodels.header("webhook-signature"))
        .isEqualTo(
            new Webhook(key.text())
                .sign(
                    apimodels.header("webhook-id"),
                    office.clock.instant().getEpochSecond(),
                    apimodels.body()));
  }
}
