package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The commands and the program of art's documentation run as they stand, and get the answers shown
 * there; both on the path that is shared and where the dialect is alone.
 */
class ArtGoldenTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final Golden GOLDEN = new Golden("art");
  private static final ArtCalls CALLS = new ArtCalls(gateway::node);
  private static final String HOST = "https://gpt-image-2.art";
  private static final String KEY = "$GPT_IMAGE_2_API_KEY";
  private static final String TASK = "8f6d9f87-1b3f-4f89-bdfb-3df8e77b7af3";

  private static JsonNode run(String file, String base, String key, Map<String, String> more) {
    Map<String, String> replaced = new HashMap<>(more);
    replaced.put(HOST, gateway.node().url() + base);
    replaced.put(KEY, key);
    return GOLDEN.run(file, replaced);
  }

  /** Creates a task by the command in {@code file}; returns the answer. */
  private static JsonNode created(String file, String base, String key, Map<String, String> more) {
    Instant before = Instant.now();
    JsonNode answer = run(file, base, key, more);
    JsonNode golden = GOLDEN.json("create-answer.json");
    Golden.assertSameShape(golden, answer);
    for (String field : new String[] {"object", "status", "credits", "data"}) {
      assertThat(answer.path(field)).as(field).isEqualTo(golden.path(field));
    }
    assertThat(answer.path("created").asLong())
        .isBetween(before.getEpochSecond(), Instant.now().getEpochSecond());
    return answer;
  }

  private static JsonNode read(String base, String key, JsonNode created) {
    String task = created.path("id").asString();
    CALLS.finished(key, task);
    JsonNode answer = run("task.sh", base, key, Map.of(TASK, task));
    for (String field : new String[] {"id", "object", "created", "model", "credits"}) {
      assertThat(answer.path(field)).as(field).isEqualTo(created.path(field));
    }
    return answer;
  }

  private static void assertSucceeded(JsonNode answer) {
    JsonNode golden = GOLDEN.json("task-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("status")).isEqualTo(golden.path("status"));
    assertThat(ArtCalls.results(answer))
        .singleElement()
        .asString()
        .startsWith(gateway.node().url() + "/files/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/art"})
  void aPictureIsMadeFromWords(String base) {
    String key = gateway.node().account(100);
    JsonNode created = created("text-to-image.sh", base, key, Map.of());
    assertThat(created.path("model")).isEqualTo(GOLDEN.json("create-answer.json").path("model"));
    assertThat(gateway.available(key)).isEqualTo(90);
    assertSucceeded(read(base, key, created));
  }

  /** The reference shown is on a host that has none. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/art"})
  void aReferenceThatCannotBeFetchedFailsTheTaskAndCostsNothing(String base) {
    String key = gateway.node().account(100);
    JsonNode created = created("image-to-image.sh", base, key, Map.of());
    assertThat(created.path("model").asString()).isEqualTo("gpt-image-2-image-to-image");
    JsonNode answer = read(base, key, created);
    assertThat(answer.path("status").asString()).isEqualTo("failed");
    assertThat(answer.path("data")).isEmpty();
    Golden.assertSameShape(GOLDEN.json("error-answer.json"), answer);
    assertThat(answer.at("/error/code").asString()).isEqualTo("invalid_input");
    assertThat(gateway.available(key)).isEqualTo(100);
    assertThat(gateway.held(key)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/art"})
  void theSameWithAReachablePictureSucceeds(String base) {
    String key = gateway.node().account(100);
    JsonNode drawn = read(base, key, created("text-to-image.sh", base, key, Map.of()));
    JsonNode created =
        created(
            "image-to-image.sh",
            base,
            key,
            Map.of("https://example.com/product.png", ArtCalls.results(drawn).getFirst()));
    assertThat(created.path("model").asString()).isEqualTo("gpt-image-2-image-to-image");
    assertSucceeded(read(base, key, created));
    assertThat(gateway.available(key)).isEqualTo(80);
  }

  @Test
  void anInvalidKeyIsToldAsShown() {
    String wrong = "sk-00000000000000000000000000000000";
    JsonNode golden = GOLDEN.json("error-answer.json");
    assertThat(run("text-to-image.sh", "/art", wrong, Map.of())).isEqualTo(golden);
    assertThat(run("task.sh", "", wrong, Map.of())).isEqualTo(golden);
    JsonNode shared = run("text-to-image.sh", "", wrong, Map.of());
    assertThat(shared.path("error")).isEqualTo(golden.path("error"));
    assertThat(shared.path("code").asInt()).isEqualTo(401);
    assertThat(shared.path("msg")).isEqualTo(golden.at("/error/message"));
  }

  /** Nothing is changed but where it asks. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/art"})
  void theProgramPrintsTheAddressOfAPicture(String base, @TempDir Path directory)
      throws IOException, InterruptedException {
    String program = GOLDEN.text("example.mjs");
    assertThat(program).contains(HOST);
    Path file = directory.resolve("example.mjs");
    Files.writeString(file, program.replace(HOST, gateway.node().url() + base));
    ProcessBuilder node = new ProcessBuilder("node", file.toString());
    node.environment().put("GPT_IMAGE_2_API_KEY", gateway.node().account(100));
    Process process = node.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit status of the program, which said %s", printed).isZero();
    Matcher url = Pattern.compile("\\[\\s*\\{\\s*url: '(.+)'\\s*}\\s*]\\s*").matcher(printed);
    assertThat(url.matches()).as("the program printed %s", printed).isTrue();
    assertThat(url.group(1)).startsWith(gateway.node().url() + "/files/").endsWith(".png");
  }
}
