package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The apimodels API beyond the commands that its documentation shows. */
class ApiModelsTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final ApiModelsCalls CALLS = new ApiModelsCalls(gateway::node);
  private static final String IMAGES = ApiModelsCalls.IMAGES;
  private static final String VIDEOS = ApiModelsCalls.VIDEOS;

  private static ObjectNode lite(String prompt) {
    return ApiModelsCalls.body("gpt-image-2-lite", prompt);
  }

  private static Reply createLite(String key, ObjectNode body, String... headers) {
    Reply reply = CALLS.create(IMAGES, key, body, headers);
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertThat(reply.json().path("msg").asString()).isEqualTo("success");
    return reply;
  }

  @Test
  void liteIsAnsweredWhenItIsDone() {
    String key = gateway.node().account(100);
    ObjectNode body =
        lite("a kite").put("n", 3).put("size", "1536x1024").put("output_format", "webp");
    Reply reply = createLite(key, body);
    JsonNode data = reply.json().path("data");
    assertThat(data.path("state").asString()).isEqualTo("completed");
    List<String> urls = ApiModelsCalls.results(data);
    assertThat(new HashSet<>(urls)).hasSize(3);
    assertThat(urls).allMatch(url -> url.endsWith(".webp"));
    assertThat(CALLS.poll(IMAGES, key, data.path("taskId").asString()).json().path("data"))
        .isEqualTo(data);
    assertThat(reply.http().headers().firstValue("x-should-retry")).contains("false");
    assertThat(gateway.available(key)).isEqualTo(100 - 3 * 8);
  }

  @Test
  void liteThatFailsIsToldAsAPollWouldTellIt() {
    String key = gateway.node().account(100);
    JsonNode data = createLite(key, lite("policy: x")).json().path("data");
    assertThat(data.path("state").asString()).isEqualTo("failed");
    assertThat(data.path("failMsg").asString()).isNotBlank();
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void liteThatTakesTooLongIsPolledLikeAnyOther() {
    String key = gateway.node().account(100);
    Reply reply = CALLS.create(IMAGES + "?wait=0", key, lite(Gateway.endless()));
    JsonNode data = reply.json().path("data");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(data.path("state").asString()).isIn("pending", "processing");
    String task = data.path("taskId").asString();
    assertThat(CALLS.poll(IMAGES, key, task).json().at("/data/state").asString())
        .isIn("pending", "processing");
    assertThat(gateway.held(key)).isEqualTo(8);
  }

  @Test
  void liteThatIsRepeatedIsTheSameTask() {
    String key = gateway.node().account(100);
    Reply first = createLite(key, lite("a kite"), "Idempotency-Key", "one");
    Reply again = createLite(key, lite("a kite"), "Idempotency-Key", "one");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(again.http().headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void othersAreAnsweredAtOnceAndRepeatedByteForByte() {
    String key = gateway.node().account(100);
    ObjectNode body = ApiModelsCalls.body("nano-banana-2", "a kite").put("n", "2");
    Reply first = CALLS.create(IMAGES, key, body, "Idempotency-Key", "one");
    Reply again = CALLS.create(IMAGES, key, body, "Idempotency-Key", "one");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    String task = first.json().at("/data/taskId").asString();
    assertThat(ApiModelsCalls.results(CALLS.finished(IMAGES, key, task))).hasSize(2);
  }

  @Test
  void aFilmHasAPathOfItsOwn() {
    String key = gateway.node().account(100);
    ObjectNode body =
        ApiModelsCalls.body("seedance-2", "rain falls")
            .put("duration", "4")
            .put("resolution", "480p");
    String task = CALLS.created(VIDEOS, key, body);
    JsonNode data = CALLS.finished(VIDEOS, key, task);
    assertThat(data.path("state").asString()).as("%s", data).isEqualTo("completed");
    assertThat(ApiModelsCalls.results(data)).singleElement().asString().endsWith(".mp4");
    assertThat(gateway.available(key)).isEqualTo(100 - 16);
  }

  /** One picture in the request itself, another by its address. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/apimodels"})
  void picturesMayStandInTheRequest(String base) {
    String key = gateway.node().account(100);
    byte[] picture = Pictures.png(0xffc81414, 600);
    String inline = "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
    ObjectNode first = lite("a kite").put("image_url", inline);
    JsonNode drawn = CALLS.create(base + IMAGES, key, first).json().path("data");
    assertThat(drawn.path("state").asString()).as("%s", drawn).isEqualTo("completed");
    ObjectNode body = ApiModelsCalls.body("gpt-image-2-beta", "a kite").put("aspect_ratio", "3:4");
    body.putArray("image_urls").add(ApiModelsCalls.results(drawn).getFirst()).add(inline);
    // More than a body without pictures may have.
    body.put("ignored", "x".repeat(900_000));
    JsonNode data = CALLS.finished(IMAGES, key, CALLS.created(base + IMAGES, key, body));
    assertThat(data.path("state").asString()).as("%s", data).isEqualTo("completed");
  }

  @Test
  void wordsAboutDataAreNoPicture() {
    String key = gateway.node().account(100);
    ObjectNode body = ApiModelsCalls.body("gpt-image-2-beta", "data: a chart, in red");
    assertThat(CALLS.created(IMAGES, key, body)).isNotBlank();
  }

  @Test
  void aCanceledTaskFailed() {
    String key = gateway.node().account(100);
    String task =
        CALLS.created(IMAGES, key, ApiModelsCalls.body("gpt-image-2-beta", Gateway.endless()));
    JsonNode waiting = CALLS.poll(IMAGES, key, task).json().path("data");
    assertThat(waiting.path("state").asString()).isIn("pending", "processing");
    assertThat(waiting.has("resultUrls")).isFalse();
    gateway.cancel(key, task);
    JsonNode data = CALLS.finished(IMAGES, key, task);
    assertThat(data.path("state").asString()).isEqualTo("failed");
    assertThat(data.path("failCode").asString()).isEqualTo("CANCELED");
    assertThat(data.path("failMsg").asString()).isNotBlank();
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void theCallbackIsKeptWithTheTask() {
    String key = gateway.node().account(100);
    String address = "https://example.com/hook?of=" + key.substring(3, 12);
    ObjectNode body = ApiModelsCalls.body("gpt-image-2-beta", "a kite");
    CALLS.created(IMAGES, key, body.put("callback_url", address));
    long kept =
        gateway
            .node()
            .database()
            .read(tx ->
                tx.createQuery("select count(*) from task where callback = :address")
                    .bind("address", address)
                    .mapTo(Long.class)
                    .one());
    assertThat(kept).isEqualTo(1);
  }

  @Test
  void itsModelsAreListed() {
    String key = gateway.node().account(1);
    JsonNode answer = gateway.node().get("/apimodels/api/v1/models", key).json();
    assertThat(answer.path("data").valueStream().map(model -> model.path("id").asString()))
        .contains("gpt-image-2-beta", "gpt-image-2-lite", "nano-banana-2", "seedance-2")
        .doesNotContain("gpt-image-2");
  }
}
