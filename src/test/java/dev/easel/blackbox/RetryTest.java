package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Official SDKs send a request again when no answer comes, without a key, and say so in a header.
 * That must not buy twice.
 */
class RetryTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static Reply sent(String key, JsonNode body, int tries) {
    return gateway.create(key, body, "x-stainless-retry-count", String.valueOf(tries));
  }

  private static String task(Reply reply) {
    return reply.json().at("/data/task_id").asString();
  }

  @Test
  void aRetryJoinsTheTaskOfItsFirstTry() {
    String key = gateway.node().account(100);
    JsonNode body = Gateway.image("rain");
    Reply first = sent(key, body, 0);
    Reply second = sent(key, body, 1);
    Reply third = sent(key, body, 2);
    assertThat(second.http().body()).isEqualTo(first.http().body());
    assertThat(third.http().body()).isEqualTo(first.http().body());
    assertThat(second.http().headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void aRetryWhoseFirstTryNeverArrivedIsOne() {
    String key = gateway.node().account(100);
    JsonNode body = Gateway.image("rain");
    Reply second = sent(key, body, 1);
    assertThat(second.json().path("code").asInt()).isEqualTo(200);
    assertThat(task(sent(key, body, 2))).isEqualTo(task(second));
  }

  @Test
  void twoFirstTriesAreTwoTasksHoweverMuchAlike() {
    String key = gateway.node().account(100);
    JsonNode body = Gateway.image("rain");
    Reply first = sent(key, body, 0);
    Reply another = sent(key, body, 0);
    assertThat(task(another)).isNotEqualTo(task(first));
    assertThat(task(sent(key, body, 1))).isEqualTo(task(another));
  }

  @Test
  void anotherRequestOrAnotherKeyJoinsNothing() {
    String key = gateway.node().account(100);
    String first = task(sent(key, Gateway.image("rain"), 0));
    assertThat(task(sent(key, Gateway.image("snow"), 1))).isNotEqualTo(first);
    String sibling = gateway.anotherKey(key, Key.Rules.NONE);
    assertThat(task(sent(sibling, Gateway.image("rain"), 1))).isNotEqualTo(first);
    assertThat(gateway.tasks(key)).hasSize(3);
  }

  @Test
  void afterTenMinutesItIsANewRequest() {
    String key = gateway.node().account(100);
    JsonNode body = Gateway.image("rain");
    String first = task(sent(key, body, 0));
    gateway
        .node()
        .database()
        .transaction(tx ->
            tx.createUpdate(
                    """
                    update idempotency set created_at = created_at - interval '601 seconds' where task_id = :id::uuid
                    """)
                .bind("id", first)
                .execute());
    assertThat(task(sent(key, body, 1))).isNotEqualTo(first);
  }

  @Test
  void retriesAtTheSameMomentAreOneTask() throws Exception {
    String key = gateway.node().account(100);
    JsonNode body = Gateway.image("rain");
    List<Reply> replies = Together.call(16, i -> sent(key, body, 1 + i));
    Set<String> tasks = replies.stream().map(RetryTest::task).collect(Collectors.toSet());
    assertThat(tasks).hasSize(1);
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void onlyAfterAdmissionIsTheClientToldNotToRetry() {
    String key = gateway.node().account(100);
    assertThat(sent(key, Gateway.image("rain"), 0).http().headers().firstValue("x-should-retry"))
        .contains("false");
    Reply refused = sent(key, Gateway.image(""), 0);
    assertThat(refused.http().headers().firstValue("x-should-retry")).isEmpty();
  }
}
