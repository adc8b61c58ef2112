package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The commands of apimodels' documentation run as they stand, and get the answers shown there; both
 * on the path that is shared and where the dialect is alone.
 */
class ApiModelsGoldenTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final Golden GOLDEN = new Golden("apimodels");
  private static final ApiModelsCalls CALLS = new ApiModelsCalls(gateway::node);
  private static final String HOST = "https://apimodels.app";
  private static final String KEY = "YOUR_API_KEY";

  private static JsonNode run(String file, String base, String key, Map<String, String> more) {
    Map<String, String> replaced = new HashMap<>(more);
    replaced.put(HOST, gateway.node().url() + base);
    replaced.put(KEY, key);
    return GOLDEN.run(file, replaced);
  }

  /** Creates a task by the command in {@code file}; returns its id. */
  private static String created(String file, String base, String key, Map<String, String> more) {
    JsonNode answer = run(file, base, key, more);
    JsonNode golden = GOLDEN.json("create-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    assertThat(answer.at("/data/state")).isEqualTo(golden.at("/data/state"));
    return answer.at("/data/taskId").asString();
  }

  private static JsonNode poll(String base, String key, String task) {
    CALLS.finished(ApiModelsCalls.IMAGES, key, task);
    return run("poll.sh", base, key, Map.of("TASK_ID", task));
  }

  private static void assertCompleted(JsonNode answer, String task, Instant since) {
    JsonNode golden = GOLDEN.json("completed-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    JsonNode data = answer.path("data");
    assertThat(data.path("state")).isEqualTo(golden.at("/data/state"));
    assertThat(data.path("taskId").asString()).isEqualTo(task);
    assertThat(ApiModelsCalls.results(data))
        .singleElement()
        .asString()
        .startsWith(gateway.node().url() + "/files/");
    assertThat(data.path("createTime").asLong())
        .isBetween(since.toEpochMilli() - 1, Instant.now().toEpochMilli());
    assertThat(data.path("completeTime").asLong())
        .isBetween(data.path("createTime").asLong(), Instant.now().toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "text-to-image.sh, ''",
    "text-to-image.sh, /apimodels",
    "nsfw-checker.sh, ''",
    "callback.sh, ''",
    "callback.sh, /apimodels"
  })
  void aTaskIsCreatedAndPolled(String file, String base) {
    Instant before = Instant.now();
    String key = gateway.node().account(100);
    String task = created(file, base, key, Map.of());
    assertThat(gateway.available(key)).isEqualTo(90);
    assertCompleted(poll(base, key, task), task, before);
  }

  /** The references shown are on a host that has none. */
  @ParameterizedTest
  @ValueSource(strings = {"edit.sh", "fusion.sh"})
  void aReferenceThatCannotBeFetchedFailsTheTaskAndCostsNothing(String file) {
    String key = gateway.node().account(100);
    String task = created(file, "", key, Map.of());
    JsonNode answer = poll("", key, task);
    JsonNode golden = GOLDEN.json("failed-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    assertThat(answer.at("/data/state")).isEqualTo(golden.at("/data/state"));
    assertThat(answer.at("/data/failMsg").asString()).isNotBlank();
    assertThat(gateway.available(key)).isEqualTo(100);
    assertThat(gateway.held(key)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/apimodels"})
  void theSameWithReachablePicturesSucceeds(String base) {
    Instant before = Instant.now();
    String key = gateway.node().account(100);
    String drawn = created("text-to-image.sh", base, key, Map.of());
    String url =
        ApiModelsCalls.results(CALLS.finished(ApiModelsCalls.IMAGES, key, drawn)).getFirst();
    String edited = created("edit.sh", base, key, Map.of("https://example.com/product.jpg", url));
    assertCompleted(poll(base, key, edited), edited, before);
    String fused =
        created(
            "fusion.sh",
            base,
            key,
            Map.of("https://example.com/model.jpg", url, "https://example.com/outfit.jpg", url));
    assertCompleted(poll(base, key, fused), fused, before);
    assertThat(gateway.available(key)).isEqualTo(70);
  }

  @Test
  void aForbiddenPromptFailsAsShown() {
    String key = gateway.node().account(100);
    String task =
        CALLS.created(
            ApiModelsCalls.IMAGES, key, ApiModelsCalls.body("gpt-image-2-beta", "policy: x"));
    JsonNode answer = poll("", key, task);
    Golden.assertSameShape(GOLDEN.json("failed-answer.json"), answer);
    assertThat(answer.at("/data/failCode").asString()).isEqualTo("CONTENT_POLICY");
    assertThat(gateway.available(key)).isEqualTo(100);
  }
}
