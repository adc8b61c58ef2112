package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.asset.Bucket;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A node that keeps its files in a bucket. */
@Timeout(180)
class BucketTest {
  private static final Bucket BUCKET = new Bucket();

  @RegisterExtension
  private static final Gateway gateway = Gateway.with(BUCKET.settings("pictures"));

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterAll
  static void close() {
    BUCKET.close();
  }

  private HttpResponse<byte[]> fetch(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    return client.send(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        BodyHandlers.ofByteArray());
  }

  private static String key(String url) {
    return "pictures/" + url.substring(url.lastIndexOf('/') + 1);
  }

  private static ObjectNode referring(String prompt, String url) {
    ObjectNode body = Gateway.image(prompt);
    body.putArray("image_urls").add(url);
    return body;
  }

  @Test
  void aResultIsReadAsAWholeInPartsAndNotAtAll() throws Exception {
    String key = gateway.node().account(100);
    String url = gateway.finished(key, Gateway.image("a kite")).path("image_url").asString();

    assertThat(BUCKET.keys()).contains(key(url));
    HttpResponse<byte[]> whole = fetch(url);
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(ImageIO.read(new ByteArrayInputStream(whole.body()))).isNotNull();

    HttpResponse<byte[]> part = fetch(url, "Range", "bytes=100-299");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.headers().firstValue("Content-Range"))
        .contains("bytes 100-299/" + whole.body().length);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole.body(), 100, 300));
    assertThat(fetch(url, "Range", "bytes=99999999-").statusCode()).isEqualTo(416);
    String tag = whole.headers().firstValue("ETag").orElseThrow();
    assertThat(fetch(url, "If-None-Match", tag).statusCode()).isEqualTo(304);

    HttpResponse<Void> head =
        client.send(
            HttpRequest.newBuilder(URI.create(url)).HEAD().build(), BodyHandlers.discarding());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(whole.body().length);
  }

  @Test
  void whatACustomerDeletesLeavesTheBucket() throws Exception {
    String key = gateway.node().account(100);
    String task =
        gateway.created(
            key,
            Gateway.body("seedance-2", "rain on a lake")
                .put("duration", 4)
                .put("resolution", "480p")
                .put("aspect_ratio", "1:1"));
    String url = gateway.node().await(key, task).path("video_url").asString();
    assertThat(BUCKET.keys()).contains(key(url));

    HttpRequest.Builder delete = gateway.node().request("/v1/videos/" + task, key).DELETE();
    assertThat(gateway.node().send(delete.build()).status()).isEqualTo(200);

    gateway.until(() -> !BUCKET.keys().contains(key(url)));
    assertThat(fetch(url).statusCode()).isEqualTo(410);
  }

  @Test
  void whatHasExpiredLeavesTheBucket() throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("a kite"));
    JsonNode other = gateway.finished(key, Gateway.image("a kite at night"));
    String url = task.path("image_url").asString();

    gateway.expire(task.path("task_id").asString());

    gateway.until(() -> !BUCKET.keys().contains(key(url)));
    HttpResponse<byte[]> gone = fetch(url);
    assertThat(gone.statusCode()).isEqualTo(410);
    assertThat(new String(gone.body(), UTF_8))
        .isEqualTo("{\"code\":410,\"msg\":\"this file has expired or was deleted\"}");
    assertThat(fetch(other.path("image_url").asString()).statusCode()).isEqualTo(200);
  }

  @Test
  void aResultMayBeReferredTo() {
    String key = gateway.node().account(100);
    String url = gateway.finished(key, Gateway.image("a kite")).path("image_url").asString();

    JsonNode second = gateway.finished(key, referring("the same at night", url));

    assertThat(second.path("task_status").asInt()).as("%s", second).isEqualTo(3);
  }

  @Test
  void whileTheBucketIsAwayResultsWaitAndReadersAreTold() throws Exception {
    String key = gateway.node().account(100);
    String url = gateway.finished(key, Gateway.image("a kite")).path("image_url").asString();
    String picture =
        "data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(7, 64));
    String waiting;
    BUCKET.goAway();
    try {
      HttpResponse<byte[]> refused = fetch(url);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(new String(refused.body(), UTF_8))
          .isEqualTo(
              "{\"code\":503,\"msg\":\"files cannot be read at the moment; please try again\"}");
      JsonNode refers = gateway.finished(key, referring("a kite", url));
      assertThat(refers.path("task_status").asInt()).as("%s", refers).isEqualTo(4);
      assertThat(refers.toString()).contains("cannot be read at the moment");
      Reply brings =
          gateway
              .node()
              .post(
                  "/apimodels/api/v1/images/generations",
                  key,
                  "{\"model\":\"gpt-image-2-beta\",\"prompt\":\"a\",\"image_url\":\"%s\"}"
                      .formatted(picture));
      assertThat(brings.status()).as("%s", brings.json()).isEqualTo(503);
      assertThat(brings.json().path("code").asInt()).isEqualTo(503);
      assertThat(gateway.available(key)).as("nothing is charged for it").isEqualTo(85);

      waiting = gateway.created(key, Gateway.image("a swan"));
      gateway.awaitRunning(key, waiting);
    } finally {
      BUCKET.comeBack();
    }
    JsonNode end = gateway.node().await(key, waiting);
    assertThat(end.path("task_status").asInt()).as("%s", end).isEqualTo(3);
    assertThat(fetch(end.path("image_url").asString()).statusCode()).isEqualTo(200);
    assertThat(gateway.available(key)).isEqualTo(70);
  }
}
