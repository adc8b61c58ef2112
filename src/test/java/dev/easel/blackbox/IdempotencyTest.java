package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** A request may be repeated under its Idempotency-Key; it is carried out once. */
class IdempotencyTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final ObjectNode REQUEST = Gateway.image(Gateway.endless());

  @Test
  void theSameRequestGetsTheSameBytes() {
    String key = gateway.node().account(100);
    Reply first = keyed(key, "order-1");
    Reply again = keyed(key, "order-1");
    assertThat(first.json().path("code").asInt()).isEqualTo(200);
    assertThat(replayed(first)).isFalse();
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(replayed(again)).isTrue();
    assertThat(gateway.available(key)).isEqualTo(85);
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void theAnswerStaysTheSameAfterTheTaskHasEnded() {
    String key = gateway.node().account(100);
    ObjectNode refused = Gateway.image("policy: a kite");
    Reply first = gateway.create(key, refused, "Idempotency-Key", "order-1");
    gateway.node().await(key, first.json().at("/data/task_id").asString());
    Reply again = gateway.create(key, refused, "Idempotency-Key", "order-1");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void withoutAKeyEveryRequestIsAnother() {
    String key = gateway.node().account(100);
    assertThat(gateway.created(key, REQUEST)).isNotEqualTo(gateway.created(key, REQUEST));
    assertThat(gateway.available(key)).isEqualTo(70);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ \"prompt\" : \"slow:600 rain\",\n\n \"model_id\" :\"gpt-image-2\" }",
        "{\"aspect_ratio\":null,\"image_urls\":[],\"prompt\":\"slow:600 rain\",\"model_id\":\"gpt-image-2\"}",
        "{\"n\":1.0,\"model_id\":\"gpt-image-2\",\"prompt\":\"\\u0073low:600 rain\",\"unknown\":7}"
      })
  void anotherSpellingIsTheSameRequest(String spelling) {
    String key = gateway.node().account(100);
    Reply first = keyed(key, "order-1");
    Reply again = gateway.node().post(Gateway.CREATE, key, spelling, "Idempotency-Key", "order-1");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(replayed(again)).isTrue();
  }

  @Test
  void anotherRequestUnderTheKeyIsRefused() {
    String key = gateway.node().account(100);
    String task = keyed(key, "order-1").json().at("/data/task_id").asString();
    for (ObjectNode other :
        List.of(
            Gateway.image("slow:600 snow"),
            Gateway.image(Gateway.endless()).put("n", 2),
            Gateway.body("nano-banana-2", Gateway.endless()))) {
      assertThat(Gateway.refusal(gateway.create(key, other, "Idempotency-Key", "order-1")))
          .startsWith("Idempotency-Key: already used for a different request");
    }
    assertThat(gateway.available(key)).isEqualTo(85);
    assertThat(gateway.tasks(key).get(0).path("task_id").asString()).isEqualTo(task);
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void twentyAtOnceMakeOneTask() throws Exception {
    String key = gateway.node().account(100);
    List<Reply> replies = Together.call(20, _ -> keyed(key, "order-1"));
    assertThat(replies.stream().map(reply -> reply.http().body()).distinct()).hasSize(1);
    assertThat(replies.stream().filter(reply -> !replayed(reply))).hasSize(1);
    assertThat(gateway.tasks(key)).hasSize(1);
    assertThat(gateway.available(key)).isEqualTo(85);
  }

  @Test
  void ofDifferentRequestsAtOnceOneIsAccepted() throws Exception {
    String key = gateway.node().account(1_000);
    List<Reply> replies =
        Together.call(
            20,
            i ->
                gateway.create(
                    key, Gateway.image("slow:600 scene " + i), "Idempotency-Key", "order-1"));
    assertThat(replies.stream().filter(reply -> reply.json().path("code").asInt() == 200))
        .hasSize(1);
    assertThat(gateway.tasks(key)).hasSize(1);
    assertThat(gateway.available(key)).isEqualTo(985);
  }

  @Test
  void refusalsAreNotKept() {
    String key = gateway.node().account(10);
    assertThat(Gateway.refusal(keyed(key, "order-1"))).contains("Insufficient credits");
    assertThat(
            Gateway.refusal(
                gateway.create(
                    key,
                    Gateway.image("a kite").put("aspect_ratio", "x"),
                    "Idempotency-Key",
                    "order-1")))
        .startsWith("aspect_ratio");
    gateway.grant(key, 10);
    Reply accepted = keyed(key, "order-1");
    assertThat(accepted.json().path("code").asInt()).isEqualTo(200);
    assertThat(replayed(accepted)).isFalse();
    assertThat(gateway.available(key)).isEqualTo(5);
  }

  @Test
  void aReplayIsAnsweredThoughTheCreditsAreGone() {
    String key = gateway.node().account(15);
    Reply first = keyed(key, "order-1");
    assertThat(Gateway.refusal(keyed(key, "order-2"))).contains("Insufficient credits");
    assertThat(keyed(key, "order-1").http().body()).isEqualTo(first.http().body());
  }

  @Test
  void accountsDoNotShareKeysAndAnAccountsApiKeysDo() {
    String mine = gateway.node().account(100);
    String theirs = gateway.node().account(100);
    Reply first = keyed(mine, "order-1");
    Reply other = keyed(theirs, "order-1");
    assertThat(replayed(other)).isFalse();
    assertThat(other.json().at("/data/task_id")).isNotEqualTo(first.json().at("/data/task_id"));
    Reply sibling = keyed(gateway.anotherKey(mine, Key.Rules.NONE), "order-1");
    assertThat(sibling.http().body()).isEqualTo(first.http().body());
  }

  @Test
  void theLongestKeyWorks() {
    String key = gateway.node().account(100);
    Reply first = keyed(key, "~".repeat(255));
    assertThat(keyed(key, "~".repeat(255)).http().body()).isEqualTo(first.http().body());
    assertThat(keyed(key, "~".repeat(254)).http().body()).isNotEqualTo(first.http().body());
  }

  /** The header's standard has it in quotes. */
  @Test
  void aKeyInQuotesIsTheSameKey() {
    String key = gateway.node().account(100);
    Reply first = keyed(key, "order-1");
    assertThat(keyed(key, "\"order-1\"").http().body()).isEqualTo(first.http().body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "two words", "tab\there", "caf\u00e9", "\u00ff\u00fe"})
  void aMalformedKeyIsRefused(String malformed) throws IOException {
    String key = gateway.node().account(100);
    assertThat(raw(key, malformed)).contains("\"code\":0", "Idempotency-Key: must be");
    gateway.assertUntouched(key, 100);
  }

  @Test
  void aKeyThatIsTooLongIsRefused() throws IOException {
    String key = gateway.node().account(100);
    assertThat(raw(key, "x".repeat(256))).contains("\"code\":0", "Idempotency-Key: must be");
    gateway.assertUntouched(key, 100);
  }

  private static String raw(String key, String idempotencyKey) throws IOException {
    return RawHttp.send(
        gateway.node().url(),
        """
        POST /api/v1/tasks/create HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Idempotency-Key: %s\r
        Content-Length: %d\r
        Connection: close\r
        \r
        %s\
        """
            .formatted(key, idempotencyKey, REQUEST.toString().length(), REQUEST));
  }

  private static Reply keyed(String key, String idempotencyKey) {
    return gateway.create(key, REQUEST, "Idempotency-Key", idempotencyKey);
  }

  private static boolean replayed(Reply reply) {
    return reply.http().headers().firstValue("Idempotent-Replayed").orElse("").equals("true");
  }
}
