package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many requests at once, which share transactions: none may harm another. */
class CrowdTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final List<String> STRANGE =
      List.of(
          "'); drop table task; --",
          "\" } ] , \\ \\\" \\u0041 {}",
          "%s %d {} ${jndi:ldap://x} :name ? ?? $1",
          "🪁👩‍👩‍👧‍👦🏳️‍🌈 e\u0301 \u00e9",
          "\uffff\ufffe\ufdd0 \ud83f\udfff",
          "\u202e\u202dthgir\u202c \u200f\u200e \u2066x\u2069",
          "\u0001\u0002\u001f\u007f\u0085\u2028\u2029 tab\t feed\n return\r",
          "中文 العربية עברית हिन्दी ไทย 한국어",
          "\ufeffbyte order mark",
          "x".repeat(19_000),
          "🪁".repeat(19_000),
          "NULL",
          "null",
          "{1,2}",
          "{\"a\",NULL}",
          "\\x00",
          "\\",
          "''",
          "\\N");

  @Test
  void aBalanceForTenPaysForTen() throws Exception {
    String key = gateway.node().account(155);
    List<Reply> replies =
        Together.call(50, _ -> gateway.create(key, Gateway.image(Gateway.endless())));
    assertThat(replies.stream().filter(CrowdTest::isAccepted)).hasSize(10);
    replies.stream()
        .filter(reply -> !isAccepted(reply))
        .forEach(reply -> assertThat(Gateway.refusal(reply)).contains("costs 15", "balance is 5"));
    assertThat(gateway.available(key)).isEqualTo(5);
    assertThat(gateway.held(key)).isEqualTo(150);
    assertThat(gateway.tasks(key)).hasSize(10);
  }

  @Test
  void strangePromptsHarmNobody() throws Exception {
    String strange = gateway.node().account(10_000);
    String plain = gateway.node().account(10_000);
    String poor = gateway.node().account(14);
    int rounds = STRANGE.size() * 3;
    List<Reply> replies =
        Together.call(
            rounds * 3,
            i ->
                switch (i % 3) {
                  case 0 ->
                      gateway.create(
                          strange, Gateway.image("policy:" + STRANGE.get(i / 3 % STRANGE.size())));
                  case 1 -> gateway.create(plain, Gateway.image("policy: plain"));
                  default -> gateway.create(poor, Gateway.image("policy: poor"));
                });
    for (int i = 0; i < replies.size(); i++) {
      if (i % 3 == 2) {
        assertThat(Gateway.refusal(replies.get(i))).contains("Insufficient credits");
      } else {
        assertThat(isAccepted(replies.get(i))).as("%s", replies.get(i).http().body()).isTrue();
      }
    }
    for (int i = 0; i < replies.size(); i++) {
      if (i % 3 != 2) {
        String task = replies.get(i).json().at("/data/task_id").asString();
        JsonNode end = gateway.node().await(i % 3 == 0 ? strange : plain, task);
        assertThat(end.path("fail_reason").asString()).contains("policy");
      }
    }
    assertThat(gateway.available(strange)).isEqualTo(10_000);
    assertThat(gateway.available(plain)).isEqualTo(10_000);
    gateway.assertUntouched(poor, 14);
  }

  @Test
  void thePromptIsKeptAsItWasSent() throws Exception {
    String key = gateway.node().account(100_000);
    for (String prompt : STRANGE) {
      String body = Gateway.image("policy:" + prompt).toString();
      String task = gateway.node().create(key, body);
      String kept =
          gateway
              .node()
              .database()
              .read(tx ->
                  tx.createQuery("select parameters::text from task where id = :id::uuid")
                      .bind("id", task)
                      .mapTo(String.class)
                      .one());
      assertThat(JsonMapper.shared().readTree(kept).path("prompt").asString())
          .isEqualTo("policy:" + prompt);
    }
  }

  @Test
  void pricesAndAccountsAreNotMixedUp() throws Exception {
    List<String> keys = IntStream.range(0, 10).mapToObj(_ -> gateway.node().account(500)).toList();
    List<Reply> replies =
        Together.call(
            100,
            i ->
                gateway.create(
                    keys.get(i % 10), Gateway.image(Gateway.endless()).put("n", 1 + i % 10)));
    for (int i = 0; i < replies.size(); i++) {
      boolean accepted = isAccepted(replies.get(i));
      if (accepted) {
        assertThat(replies.get(i).json().at("/data/credits").asInt()).isEqualTo(15 * (1 + i % 10));
      }
    }
    for (int account = 0; account < 10; account++) {
      long price = 15L * (1 + account);
      long affordable = Math.min(10, 500 / price);
      assertThat(gateway.available(keys.get(account))).isEqualTo(500 - affordable * price);
      assertThat(gateway.tasks(keys.get(account))).hasSize((int) affordable);
    }
  }

  private static boolean isAccepted(Reply reply) {
    return reply.json().path("code").asInt() == 200;
  }
}
