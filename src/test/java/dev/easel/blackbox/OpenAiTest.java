package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The shapes of OpenAI's API, field by field, and what official clients never send. */
class OpenAiTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of("api.longest-wait", "5s"));

  private static final String GENERATIONS = "/v1/images/generations";
  private static final String EDITS = "/v1/images/edits";
  private static final String VIDEOS = "/v1/videos";

  private static Reply post(String path, String key, String json, String... headers) {
    return gateway.node().post(path, key, json.replace('\'', '"'), headers);
  }

  private static String error(Reply reply, int status) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    return reply.json().at("/error/type").asString()
        + " "
        + reply.json().at("/error/code").asString();
  }

  /** A form of {@code name=text} and {@code name=@file} fields. */
  static Reply form(Gateway gateway, String path, String key, Object... fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      boolean isFile = fields[i + 1] instanceof byte[];
      body.writeBytes(
          "--x\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
              .formatted(fields[i], isFile ? "; filename=\"a.png\"" : "")
              .getBytes(UTF_8));
      body.writeBytes(
          fields[i + 1] instanceof byte[] file
              ? file
              : String.valueOf(fields[i + 1]).getBytes(UTF_8));
      body.writeBytes("\r\n".getBytes(UTF_8));
    }
    body.writeBytes("--x--".getBytes(UTF_8));
    return gateway
        .node()
        .send(
            gateway
                .node()
                .request(path, key)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build());
  }

  @Test
  void aPictureIsAnsweredWhenItIsDone() throws IOException {
    String key = gateway.node().account(100);
    Reply reply = post(GENERATIONS, key, "{'model':'gpt-image-2','prompt':'rain'}");
    JsonNode json = reply.json();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(json.propertyNames())
        .containsExactlyInAnyOrder(
            "created", "background", "output_format", "quality", "size", "data", "usage");
    assertThat(json.path("size").asString()).isEqualTo("1024x1024");
    assertThat(json.path("quality").asString()).isEqualTo("medium");
    assertThat(json.path("background").asString()).isEqualTo("opaque");
    assertThat(json.path("output_format").asString()).isEqualTo("png");
    byte[] picture = Base64.getDecoder().decode(json.at("/data/0/b64_json").asString());
    assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth()).isEqualTo(1024);
    assertThat(json.path("usage").toString())
        .isEqualTo(
            """
            {"input_tokens":1,"input_tokens_details":{"text_tokens":1,"image_tokens":0},"output_tokens":1056,\
            "output_tokens_details":{"text_tokens":0,"image_tokens":1056},"total_tokens":1057}\
            """);
    assertThat(reply.http().headers().firstValue("x-should-retry")).contains("false");
    assertThat(reply.http().headers().firstValue("x-request-id")).isPresent();
  }

  @Test
  void theModelMayBeLeftOut() {
    String key = gateway.node().account(100);
    assertThat(post(GENERATIONS, key, "{'prompt':'rain'}").json().at("/data/0/url").asString())
        .startsWith(gateway.node().url());
    assertThat(gateway.tasks(key).path(0).path("model_id").asString()).isEqualTo("dall-e-3");
    assertThat(
            post(GENERATIONS, key, "{'prompt':'rain','background':'opaque'}")
                .json()
                .at("/data/0")
                .has("b64_json"))
        .isTrue();
    assertThat(gateway.tasks(key).path(0).path("model_id").asString()).isEqualTo("gpt-image-1.5");
  }

  @Test
  void itIsServedUnderItsOwnBaseToo() {
    String key = gateway.node().account(100);
    assertThat(post("/openai" + GENERATIONS, key, "{'prompt':'rain'}").status()).isEqualTo(200);
  }

  @Test
  void aTaskThatFailsIsAnErrorAndIsNotCharged() {
    String key = gateway.node().account(100);
    Reply failed = post(GENERATIONS, key, "{'model':'gpt-image-2','prompt':'fail: rain'}");
    assertThat(error(failed, 500)).isEqualTo("server_error generation_failed");
    assertThat(failed.http().headers().firstValue("x-should-retry")).contains("false");
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  /** The task goes on, and can be read where the message says. */
  @Test
  void nobodyWaitsForEver() {
    String key = gateway.node().account(100);
    Reply late =
        post(
            GENERATIONS, key, "{'model':'gpt-image-2','prompt':'%s'}".formatted(Gateway.endless()));
    assertThat(error(late, 504)).isEqualTo("server_error still_running");
    assertThat(late.http().headers().firstValue("x-should-retry")).contains("false");
    String task = gateway.tasks(key).path(0).path("task_id").asString();
    assertThat(late.json().at("/error/message").asString())
        .isEqualTo(
            "Not ready after 5 seconds. The task goes on: read it at GET /api/v1/tasks/%s."
                .formatted(task));
    assertThat(gateway.read(key, task).json().at("/data/task_status").asInt()).isLessThan(3);
    gateway.cancel(key, task);
  }

  @Test
  void whoeverAsksAgainUnderAKeyGetsTheSamePicture() {
    String key = gateway.node().account(100);
    String body = "{'model':'gpt-image-2','prompt':'rain'}";
    Reply first = post(GENERATIONS, key, body, "Idempotency-Key", "a");
    Reply again = post(GENERATIONS, key, body, "Idempotency-Key", "a");
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(again.http().headers().firstValue("Idempotent-Replayed")).contains("true");
    Reply other = post(GENERATIONS, key, body.replace("rain", "snow"), "Idempotency-Key", "a");
    assertThat(error(other, 422)).isEqualTo("idempotency_error idempotency_key_reused");
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void aTaskGoesOnWhenItsCallerHasGone() throws IOException {
    String key = gateway.node().account(100);
    String body = "{\"model\":\"gpt-image-2\",\"prompt\":\"slow:2 rain\"}";
    RawHttp.sendAndLeave(
        gateway.node().url(),
        "POST %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(GENERATIONS, key, body.length(), body));
    gateway.until(() -> gateway.tasks(key).size() == 1);
    String task = gateway.tasks(key).path(0).path("task_id").asString();
    assertThat(gateway.node().await(key, task).path("task_status").asInt()).isEqualTo(3);
    assertThat(gateway.available(key)).isEqualTo(90);
  }

  @Test
  void aFailureWithinAStreamIsAnEvent() throws Exception {
    String key = gateway.node().account(100);
    String body = "{\"model\":\"gpt-image-2\",\"prompt\":\"policy: rain\",\"stream\":true}";
    HttpRequest request =
        gateway
            .node()
            .request(GENERATIONS, key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      assertThat(answer.body()).startsWith("event: error\ndata: {\"type\":\"error\",\"error\":{");
      assertThat(answer.body()).contains("\"code\":\"moderation_blocked\"").endsWith("\n\n");
    }
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  /** Every way in which pictures come: files, addresses, data URLs, objects. */
  @Test
  void picturesComeInManyForms() {
    String key = gateway.node().account(100);
    byte[] red = Pictures.png(0xffc81414, 32);
    String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(red);
    Reply first = form(gateway, EDITS, key, "prompt", "kite", "image", red);
    assertThat(first.status()).as("%s", first.json()).isEqualTo(200);
    Reply several =
        form(gateway, EDITS, key, "prompt", "kite", "n", "2", "image[0]", red, "image[1]", red);
    assertThat(several.json().path("data")).hasSize(2);
    Reply json =
        post(
            EDITS,
            key,
            "{'prompt':'kite','images':[{'image_url':'%s'},{'image_url':'%s'}],'mask':'%s'}"
                .formatted(data, data, data));
    assertThat(json.status()).as("%s", json.json()).isEqualTo(200);
    Reply plain = post(EDITS, key, "{'prompt':'kite','image':'%s'}".formatted(data));
    assertThat(plain.status()).as("%s", plain.json()).isEqualTo(200);
    String kept =
        gateway
            .node()
            .database()
            .read(tx ->
                tx.createQuery("select string_agg(body, ' ') from task where body like '%kite%'")
                    .mapTo(String.class)
                    .one());
    assertThat(kept).contains("/files/").doesNotContain("base64");
  }

  @Test
  void aFilmIsATask() {
    String key = gateway.node().account(200);
    Reply created =
        form(gateway, VIDEOS, key, "prompt", "rain", "seconds", "8", "size", "1280x720");
    JsonNode queued = created.json();
    assertThat(queued.propertyNames())
        .containsExactly(
            "id",
            "object",
            "model",
            "status",
            "progress",
            "created_at",
            "completed_at",
            "expires_at",
            "prompt",
            "seconds",
            "size",
            "remixed_from_video_id",
            "error");
    assertThat(queued.path("object").asString()).isEqualTo("video");
    assertThat(queued.path("model").asString()).isEqualTo("sora-2");
    assertThat(queued.path("status").asString()).isEqualTo("queued");
    assertThat(queued.path("seconds").asString()).isEqualTo("8");
    assertThat(queued.path("size").asString()).isEqualTo("1280x720");
    String path = VIDEOS + "/" + queued.path("id").asString();
    JsonNode made = gateway.node().get(path + "?wait=60", key).json();
    assertThat(made.path("status").asString()).isEqualTo("completed");
    assertThat(made.path("created_at")).isEqualTo(queued.path("created_at"));
    assertThat(made.path("completed_at").isIntegralNumber()).isTrue();
    assertThat(gateway.available(key)).isEqualTo(120);
  }

  @Test
  void filmsThatAreNotThere() {
    String key = gateway.node().account(200);
    String body = "{'prompt':'%s'}".formatted(Gateway.endless());
    String live = VIDEOS + "/" + post(VIDEOS, key, body).json().path("id").asString();
    assertThat(error(gateway.node().get(live + "/content", key), 409))
        .isEqualTo("invalid_request_error video_not_ready");
    assertThat(error(delete(live, key), 400)).isEqualTo("invalid_request_error video_not_finished");
    gateway.cancel(key, live.substring(VIDEOS.length() + 1));
    JsonNode canceled = gateway.node().get(live + "?wait=60", key).json();
    assertThat(canceled.path("status").asString()).isEqualTo("failed");
    assertThat(canceled.at("/error/code").asString()).isEqualTo("canceled");
    assertThat(error(gateway.node().get(live + "/content", key), 409))
        .isEqualTo("invalid_request_error video_failed");
    String stranger = gateway.node().account(0);
    assertThat(error(gateway.node().get(live, stranger), 404))
        .isEqualTo("invalid_request_error task_not_found");
    assertThat(error(delete(live, stranger), 404))
        .isEqualTo("invalid_request_error task_not_found");
    assertThat(delete(live, key).json().toString())
        .isEqualTo(
            "{\"id\":\"%s\",\"object\":\"video.deleted\",\"deleted\":true}"
                .formatted(live.substring(VIDEOS.length() + 1)));
    assertThat(error(delete(live, key), 404)).isEqualTo("invalid_request_error task_not_found");
  }

  /** Nobody sees a deleted task in any dialect, and its file is gone; the books stay. */
  @Test
  void whatIsDeletedIsGoneEverywhere() {
    String key = gateway.node().account(100);
    String id = post(VIDEOS, key, "{'prompt':'rain'}").json().path("id").asString();
    String url = gateway.node().await(key, id).path("video_url").asString();
    assertThat(status(url)).isEqualTo(200);
    assertThat(delete(VIDEOS + "/" + id, key).status()).isEqualTo(200);
    gateway.until(() -> status(url) == 410);
    assertThat(gateway.read(key, id).json().path("code").asInt()).isZero();
    assertThat(gateway.tasks(key)).isEmpty();
    assertThat(gateway.available(key)).isEqualTo(60);
  }

  private static int status(String url) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static Reply delete(String path, String key) {
    return gateway.node().send(gateway.node().request(path, key).DELETE().build());
  }

  @Test
  void filmsAreListedInBothOrders() {
    String key = gateway.node().account(1_000);
    post(GENERATIONS, key, "{'prompt':'no film'}");
    String[] ids = new String[3];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = post(VIDEOS, key, "{'prompt':'fail: %s'}".formatted(i)).json().path("id").asString();
    }
    Arrays.sort(ids);
    JsonNode newest = gateway.node().get(VIDEOS + "?limit=2", key).json();
    assertThat(newest.path("object").asString()).isEqualTo("list");
    assertThat(newest.path("has_more").asBoolean()).isTrue();
    assertThat(newest.path("first_id").asString()).isEqualTo(ids[2]);
    assertThat(newest.path("last_id").asString()).isEqualTo(ids[1]);
    JsonNode rest = gateway.node().get(VIDEOS + "?limit=2&after=" + ids[1], key).json();
    assertThat(rest.path("data")).hasSize(1);
    assertThat(rest.path("has_more").asBoolean()).isFalse();
    JsonNode oldest = gateway.node().get(VIDEOS + "?order=asc&after=" + ids[0], key).json();
    assertThat(oldest.at("/data/0/id").asString()).isEqualTo(ids[1]);
    assertThat(oldest.at("/data/1/id").asString()).isEqualTo(ids[2]);
    assertThat(error(gateway.node().get(VIDEOS + "?order=up", key), 400))
        .isEqualTo("invalid_request_error invalid_value");
    assertThat(error(gateway.node().get(VIDEOS + "?limit=0", key), 400))
        .isEqualTo("invalid_request_error invalid_value");
    assertThat(error(gateway.node().get(VIDEOS + "?after=x", key), 400))
        .isEqualTo("invalid_request_error invalid_value");
  }

  @Test
  void tasksOfOtherDialectsCanBeReadHere() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image("rain"));
    gateway.node().await(key, task);
    JsonNode read = gateway.node().get(VIDEOS + "/" + task, key).json();
    assertThat(read.path("object").asString()).isEqualTo("image");
    assertThat(read.path("status").asString()).isEqualTo("completed");
    assertThat(read.path("model").asString()).isEqualTo("gpt-image-2");
  }
}
