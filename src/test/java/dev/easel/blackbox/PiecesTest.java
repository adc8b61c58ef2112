package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Several outputs of a model whose provider makes one at a time. */
class PiecesTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static ObjectNode bananas(String prompt, int n) {
    return Gateway.body("nano-banana-2", prompt).put("n", n);
  }

  @Test
  void thePriceIsForAllOfThem() {
    String key = gateway.node().account(0);
    JsonNode one = quote(key, bananas("rain", 1));
    JsonNode four = quote(key, bananas("rain", 4));
    assertThat(four.path("credits").asLong()).isEqualTo(4 * one.path("credits").asLong());
  }

  @Test
  void fourPicturesAreFourDifferentFiles() {
    String key = gateway.node().account(1_000);
    JsonNode task = gateway.finished(key, bananas("rain", 4));
    assertThat(task.path("task_status").asInt()).isEqualTo(3);
    assertThat(urls(task)).hasSize(4);
    assertThat(task.path("image_url").asString()).isEqualTo(task.at("/image_urls/0").asString());
  }

  @Test
  void ofFourWithOneFailedThreeAreKeptAndAQuarterIsRefunded() {
    String key = gateway.node().account(1_000);
    long price = quote(key, bananas("fail-piece:3 rain", 4)).path("credits").asLong();
    JsonNode task = gateway.finished(key, bananas("fail-piece:3 rain", 4));
    assertThat(task.path("task_status").asInt()).isEqualTo(3);
    assertThat(urls(task)).hasSize(3);
    assertThat(gateway.available(key)).isEqualTo(1_000 - price * 3 / 4);
    assertThat(gateway.held(key)).isZero();
    JsonNode statement = gateway.node().get("/api/v1/credits/statement", key).json().path("data");
    assertThat(statement)
        .extracting(row -> row.path("kind").asString() + " " + row.path("amount").asLong())
        .startsWith("release " + price / 4, "capture " + price * 3 / 4, "hold " + price);
  }

  @Test
  void whenAllFailAllIsRefunded() {
    String key = gateway.node().account(1_000);
    JsonNode task = gateway.finished(key, bananas("fail: all of it", 3));
    assertThat(task.path("task_status").asInt()).isEqualTo(4);
    assertThat(task.path("fail_reason").asString()).isNotBlank();
    assertThat(gateway.available(key)).isEqualTo(1_000);
  }

  private static JsonNode quote(String key, ObjectNode body) {
    Reply reply = gateway.node().post("/api/v1/quote", key, body.toString());
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    return reply.json().path("data");
  }

  private static Set<String> urls(JsonNode task) {
    Set<String> urls = new HashSet<>();
    task.path("image_urls").forEach(url -> urls.add(url.asString()));
    return urls;
  }
}
