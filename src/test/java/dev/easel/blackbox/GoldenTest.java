package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The documented requests work as they stand, and get the documented answers. */
class GoldenTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  @ParameterizedTest
  @ValueSource(strings = {"create-request.json", "create-curl.json"})
  void theDocumentedRequestGetsTheDocumentedAnswer(String request) throws IOException {
    String key = gateway.node().account(100);
    Reply reply = gateway.node().post(Gateway.CREATE, key, text(request));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.http().headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    JsonNode golden = json("create-answer.json");
    assertSameShape(golden, reply.json());
    assertThat(reply.json().path("code")).isEqualTo(golden.path("code"));
    assertThat(reply.json().path("msg")).isEqualTo(golden.path("msg"));
    assertThat(reply.json().at("/data/credits")).isEqualTo(golden.at("/data/credits"));
    assertThat(reply.json().at("/data/request_id").asString()).matches("kie_[0-9a-z]{12}");
    assertThat(gateway.available(key)).isEqualTo(100 - 15);
  }

  @Test
  void theFinishedTaskLooksAsDocumented() throws IOException {
    Instant before = Instant.now();
    String key = gateway.node().account(100);
    String task = gateway.node().create(key, text("create-curl.json"));
    gateway.node().await(key, task);
    Reply reply = gateway.read(key, task);
    JsonNode golden = json("task-answer.json");
    assertThat(reply.status()).isEqualTo(200);
    assertSameShape(golden, reply.json());
    assertThat(reply.json().path("code")).isEqualTo(golden.path("code"));
    assertThat(reply.json().path("msg")).isEqualTo(golden.path("msg"));
    JsonNode data = reply.json().path("data");
    for (String field : new String[] {"task_status", "task_type", "model_id", "credits"}) {
      assertThat(data.path(field)).as(field).isEqualTo(golden.path("data").path(field));
    }
    assertThat(data.path("task_id").asString()).isEqualTo(task);
    assertThat(data.path("image_url").asString()).startsWith(gateway.node().url() + "/files/");
    assertThat(data.path("created_at").asLong())
        .isBetween(before.getEpochSecond(), Instant.now().getEpochSecond());
  }

  @Test
  void anUnfinishedTaskHasTheSameFieldsWithoutAddresses() throws IOException {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    JsonNode data = gateway.read(key, task).json().path("data");
    json("task-answer.json")
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

  /** Every field of {@code golden}, with the same type; more are welcome. */
  private static void assertSameShape(JsonNode golden, JsonNode answer) {
    golden.forEachEntry((field, value) -> {
      assertThat(answer.has(field)).as("field %s of %s", field, answer).isTrue();
      assertThat(answer.path(field).getNodeType())
          .as("type of %s in %s", field, answer)
          .isEqualTo(value.getNodeType());
      if (value.isObject()) {
        assertSameShape(value, answer.path(field));
      }
    });
  }

  private static JsonNode json(String file) throws IOException {
    return JsonMapper.shared().readTree(text(file));
  }

  private static String text(String file) throws IOException {
    try (InputStream golden =
        Objects.requireNonNull(
            GoldenTest.class.getResourceAsStream("/golden/omni/" + file), file)) {
      return new String(golden.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
