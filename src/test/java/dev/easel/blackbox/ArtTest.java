package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The art API beyond the commands that its documentation shows. */
class ArtTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final ArtCalls CALLS = new ArtCalls(gateway::node);

  private static BufferedImage picture(JsonNode task) throws IOException {
    return Objects.requireNonNull(
        ImageIO.read(URI.create(ArtCalls.results(task).getFirst()).toURL()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1024x1024",
        "1536x1024",
        "1024x1536",
        "1920x1088",
        "1088x1920",
        "3824x2160",
        "2160x3824"
      })
  void aSizeIsExactInPixels(String size) throws IOException {
    String key = gateway.node().account(100);
    JsonNode task = CALLS.finished(key, ArtCalls.body("a kite").put("size", size));
    assertThat(task.path("status").asString()).as("%s", task).isEqualTo("succeeded");
    BufferedImage image = picture(task);
    assertThat(image.getWidth() + "x" + image.getHeight()).isEqualTo(size);
    assertThat(gateway.available(key)).isEqualTo(90);
  }

  @ParameterizedTest
  @CsvSource({"png, .png", "jpeg, .jpg", "webp, .webp"})
  void theFormatIsAsAskedForAndTheSizeMayBeLeftToTheModel(String format, String ending) {
    String key = gateway.node().account(100);
    ObjectNode body = ArtCalls.body("a kite").put("size", "auto").put("output_format", format);
    JsonNode task = CALLS.finished(key, body.put("quality", "auto").put("response_format", "url"));
    assertThat(ArtCalls.results(task)).singleElement().asString().endsWith(ending);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-image-2, false, gpt-image-2-text-to-image",
    "gpt-image-2, true, gpt-image-2-image-to-image",
    ", false, gpt-image-2-text-to-image",
    "'', true, gpt-image-2-image-to-image",
    "gpt-image-2-text-to-image, false, gpt-image-2-text-to-image",
    "gpt-image-2-image-to-image, true, gpt-image-2-image-to-image",
    "gpt-image-2-image-to-image, false, gpt-image-2-image-to-image"
  })
  void theModelIsResolved(String model, boolean withPicture, String shown) {
    String key = gateway.node().account(100);
    ObjectNode body = ArtCalls.body(Gateway.endless()).put("model", model);
    if (withPicture) {
      body.putArray("image_urls").add("https://example.com/a.png");
    }
    JsonNode created = CALLS.created(key, body);
    assertThat(created.path("model").asString()).isEqualTo(shown);
    JsonNode read = CALLS.read(key, created.path("id").asString()).json();
    assertThat(read.path("model").asString()).isEqualTo(shown);
    assertThat(read.path("created")).isEqualTo(created.path("created"));
    assertThat(read.path("status").asString()).isIn("pending", "processing", "failed");
  }

  @Test
  void severalPicturesCostAsMuchEach() {
    String key = gateway.node().account(100);
    JsonNode created = CALLS.created(key, ArtCalls.body("a kite").put("n", 10));
    assertThat(created.path("credits").asLong()).isEqualTo(100);
    assertThat(gateway.available(key)).isZero();
    JsonNode task = CALLS.finished(key, created.path("id").asString());
    assertThat(ArtCalls.results(task)).hasSize(10).doesNotHaveDuplicates();
    assertThat(task.path("credits").asLong()).isEqualTo(100);
  }

  @Test
  void whoGivesPicturesNeedNotGiveAPrompt() {
    String key = gateway.node().account(100);
    JsonNode drawn = CALLS.finished(key, ArtCalls.body("a kite"));
    for (String prompt : new String[] {"", "  "}) {
      ObjectNode body = ArtCalls.body(prompt);
      body.putArray("image_urls").add(ArtCalls.results(drawn).getFirst());
      JsonNode task = CALLS.finished(key, body);
      assertThat(task.path("status").asString()).as("%s", task).isEqualTo("succeeded");
    }
    assertThat(gateway.available(key)).isEqualTo(70);
  }

  @Test
  void theUserOfALargeRequestIsGivenBackToo() {
    String key = gateway.node().account(100);
    String task =
        CALLS
            .created(
                key, ArtCalls.body("a kite").put("user", "alice").put("note", "x".repeat(100_000)))
            .path("id")
            .asString();
    assertThat(CALLS.read(key, task).json().path("user").asString()).isEqualTo("alice");
    assertThat(gateway.tasks(key).path(0).path("user").asString()).isEqualTo("alice");
  }

  @Test
  void aUserThatIsFarLongerThanAnyNameIsNotListed() {
    String key = gateway.node().account(100);
    gateway.created(key, Gateway.image("rain").put("user", "x".repeat(4_097)));
    assertThat(gateway.tasks(key).path(0).has("user")).isFalse();
  }

  @Test
  void theUserIsGivenBackAndListed() {
    String key = gateway.node().account(100);
    JsonNode created = CALLS.created(key, ArtCalls.body("a kite").put("user", "alice"));
    assertThat(created.path("user").asString()).isEqualTo("alice");
    CALLS.finished(key, ArtCalls.body("the \"user\" of a kite"));
    JsonNode read = CALLS.finished(key, created.path("id").asString());
    assertThat(read.path("user").asString()).isEqualTo("alice");
    assertThat(gateway.tasks(key).valueStream().map(task -> task.path("user").asString("")))
        .containsExactly("", "alice");
  }

  @ParameterizedTest
  @CsvSource({
    "policy: x, image_generation_user_error, moderation_blocked",
    "fail: x, server_error, generation_failed"
  })
  void aFailedTaskSaysWhyAndCostsNothing(String prompt, String type, String code) {
    String key = gateway.node().account(100);
    JsonNode task = CALLS.finished(key, ArtCalls.body(prompt));
    assertThat(task.path("status").asString()).isEqualTo("failed");
    assertThat(task.path("data")).isEmpty();
    assertThat(task.at("/error/message").asString()).isNotBlank();
    assertThat(task.at("/error/type").asString()).isEqualTo(type);
    assertThat(task.at("/error/code").asString()).isEqualTo(code);
    assertThat(task.at("/error/param").isNull()).isTrue();
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void aCanceledTaskIsCanceled() {
    String key = gateway.node().account(100);
    String task = CALLS.created(key, ArtCalls.body(Gateway.endless())).path("id").asString();
    gateway.cancel(key, task);
    JsonNode read = CALLS.finished(key, task);
    assertThat(read.path("status").asString()).isEqualTo("canceled");
    assertThat(read.path("data")).isEmpty();
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void aRepeatedRequestIsAnsweredByteForByte() {
    String key = gateway.node().account(100);
    ObjectNode body = ArtCalls.body("a kite");
    Reply first = CALLS.create(key, body, "Idempotency-Key", "one");
    Reply again = CALLS.create(key, body.put("model", "gpt-image-2"), "Idempotency-Key", "one");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(again.http().headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void aPriceCanBeAskedForWithoutNamingTheModel() {
    String key = gateway.node().account(100);
    JsonNode answer =
        gateway
            .node()
            .post("/art/api/v1/quote", key, ArtCalls.body("a kite").put("n", 3).toString())
            .json();
    assertThat(answer.at("/data/credits").asLong()).isEqualTo(30);
    assertThat(List.of(gateway.available(key), gateway.held(key))).containsExactly(100L, 0L);
  }
}
