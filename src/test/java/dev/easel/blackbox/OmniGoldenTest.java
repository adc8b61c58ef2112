package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * The documented requests and commands of the Omni API work as they stand, and get the documented
 * answers.
 */
class OmniGoldenTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final Golden GOLDEN = new Golden("omni");
  private static final String HOST = "https://your-site.com";
  private static final String KEY = "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

  @Test
  void theDocumentedRequestGetsTheDocumentedAnswer() {
    String key = gateway.node().account(100);
    Reply reply = gateway.node().post(Gateway.CREATE, key, GOLDEN.text("create-request.json"));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.http().headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    assertAccepted(key, reply.json());
  }

  @Test
  void theDocumentedCommandGetsTheDocumentedAnswer() {
    String key = gateway.node().account(100);
    assertAccepted(key, create(key));
  }

  private static JsonNode create(String key) {
    return GOLDEN.run("create.sh", Map.of(HOST, gateway.node().url(), KEY, key));
  }

  private static void assertAccepted(String key, JsonNode answer) {
    JsonNode golden = GOLDEN.json("create-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    assertThat(answer.at("/data/credits")).isEqualTo(golden.at("/data/credits"));
    assertThat(answer.at("/data/request_id").asString()).matches("kie_[0-9a-z]{12}");
    assertThat(gateway.available(key)).isEqualTo(100 - 15);
  }

  @Test
  void theFinishedTaskLooksAsDocumented() {
    Instant before = Instant.now();
    String key = gateway.node().account(100);
    String task = create(key).at("/data/task_id").asString();
    gateway.node().await(key, task);
    JsonNode answer =
        GOLDEN.run("task.sh", Map.of(HOST, gateway.node().url(), KEY, key, "abcdef123456", task));
    JsonNode golden = GOLDEN.json("task-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    JsonNode data = answer.path("data");
    for (String field : new String[] {"task_status", "task_type", "model_id", "credits"}) {
      assertThat(data.path(field)).as(field).isEqualTo(golden.path("data").path(field));
    }
    assertThat(data.path("task_id").asString()).isEqualTo(task);
    assertThat(data.path("image_url").asString()).startsWith(gateway.node().url() + "/files/");
    assertThat(data.path("created_at").asLong())
        .isBetween(before.getEpochSecond(), Instant.now().getEpochSecond());
  }

  @Test
  void anUnfinishedTaskHasTheSameFieldsWithoutAddresses() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    JsonNode data = gateway.read(key, task).json().path("data");
    GOLDEN
        .json("task-answer.json")
        .path("data")
        .propertyNames()
        .forEach(field -> assertThat(data.has(field)).as(field).isTrue());
    assertThat(data.path("task_status").asInt()).isIn(1, 2);
    assertThat(data.path("image_url").isNull()).isTrue();
    assertThat(data.path("video_url").isNull()).isTrue();
    assertThat(data.path("audio_url").isNull()).isTrue();
  }

  @Test
  void noKeyIsAnHttp401() {
    Reply reply = gateway.node().get("/api/v1/tasks/abcdef123456", "");
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.json().path("code").asInt()).isEqualTo(401);
    assertThat(reply.json().path("msg").asString()).isNotBlank();
  }
}
