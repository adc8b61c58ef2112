package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jcodec.common.io.ByteBufferSeekableByteChannel;
import org.jcodec.containers.mp4.demuxer.MP4Demuxer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What comes out: real pictures and films, and how they are served; and what fails on request. */
class ResultsTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @ParameterizedTest
  @CsvSource({
    "gpt-image-2, png, 1:1, 1K, 1024, 1024",
    "gpt-image-2, png, 16:9, 1K, 1360, 768",
    "gpt-image-2, jpeg, 1:3, 1K, 592, 1776",
    "gpt-image-2, webp, 2:3, 1K, 832, 1248",
    "gpt-image-2, png, 9:16, 2K, 1536, 2736",
    "nano-banana-2, jpeg, 4:3, 1K, 1168, 880"
  })
  void aPictureHasTheSizeThatWasAskedFor(
      String model, String format, String ratio, String resolution, int width, int height)
      throws Exception {
    String key = gateway.node().account(100);
    JsonNode task =
        gateway.finished(
            key,
            Gateway.body(model, "a red kite over the sea")
                .put("aspect_ratio", ratio)
                .put("resolution", resolution)
                .put("output_format", format));
    assertThat(task.path("task_status").asInt()).as("%s", task).isEqualTo(3);
    assertThat(task.path("task_type").asString()).isEqualTo("image");
    HttpResponse<byte[]> file = fetch(task.path("image_url").asString());
    assertThat(file.headers().firstValue("Content-Type")).contains("image/" + format);
    BufferedImage image = decoded(file.body());
    assertThat(List.of(image.getWidth(), image.getHeight())).isEqualTo(List.of(width, height));
    assertThat(colours(image)).as("a picture, not an empty sheet").isGreaterThan(10);
  }

  @Test
  void theModelsOwnFormatsAreUsedUnlessAskedOtherwise() throws Exception {
    String key = gateway.node().account(100);
    JsonNode drawn = gateway.finished(key, Gateway.image("a kite"));
    assertThat(fetch(drawn.path("image_url").asString()).headers().firstValue("Content-Type"))
        .contains("image/png");
    JsonNode banana = gateway.finished(key, Gateway.body("nano-banana-2", "a kite"));
    assertThat(fetch(banana.path("image_url").asString()).headers().firstValue("Content-Type"))
        .contains("image/jpeg");
  }

  @Test
  void threePicturesHaveThreeAddresses() throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("a kite").put("n", 3));
    List<String> urls =
        task.path("image_urls").valueStream().map(JsonNode::asString).distinct().toList();
    assertThat(urls).hasSize(3).startsWith(task.path("image_url").asString());
    assertThat(task.path("credits").asInt()).isEqualTo(45);
    Set<ByteBuffer> contents = new HashSet<>();
    for (String url : urls) {
      contents.add(ByteBuffer.wrap(fetch(url).body()));
    }
    assertThat(contents).hasSize(3);
  }

  @Test
  void aFilmIsAsLongAsWasAskedFor() throws Exception {
    String key = gateway.node().account(100);
    JsonNode task =
        gateway.finished(
            key,
            Gateway.body("seedance-2", "rain on a lake")
                .put("duration", 4)
                .put("resolution", "480p")
                .put("aspect_ratio", "1:1"));
    assertThat(task.path("task_status").asInt()).as("%s", task).isEqualTo(3);
    assertThat(task.path("task_type").asString()).isEqualTo("video");
    assertThat(task.path("image_url").isNull()).isTrue();
    assertThat(task.path("credits").asInt()).isEqualTo(16);
    HttpResponse<byte[]> file = fetch(task.path("video_url").asString());
    assertThat(file.headers().firstValue("Content-Type")).contains("video/mp4");
    assertThat(new String(file.body(), 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ftyp");
    var track =
        MP4Demuxer.createMP4Demuxer(
                ByteBufferSeekableByteChannel.readFromByteBuffer(ByteBuffer.wrap(file.body())))
            .getVideoTrack();
    assertThat(track.getMeta().getTotalDuration()).isEqualTo(4.0);
    assertThat(track.getMeta().getVideoCodecMeta().getSize().getWidth()).isEqualTo(480);
    assertThat(track.getMeta().getVideoCodecMeta().getSize().getHeight()).isEqualTo(480);
  }

  @Test
  void aRehearsedFailureSaysWhy() {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("fail: the moon is closed"));
    assertThat(task.path("task_status").asInt()).isEqualTo(4);
    assertThat(task.path("fail_reason").asString()).contains("the moon is closed");
    assertThat(task.path("image_url").isNull()).isTrue();
    assertThat(task.path("finished_at").asLong())
        .isGreaterThanOrEqualTo(task.path("created_at").asLong());
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void whatThePolicyForbidsSaysSo() {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("POLICY: a kite"));
    assertThat(task.path("task_status").asInt()).isEqualTo(4);
    assertThat(task.path("fail_reason").asString()).contains("policy");
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void whatFailsOnceIsTriedAgain() {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("flaky: a kite"));
    assertThat(task.path("task_status").asInt()).isEqualTo(3);
    assertThat(task.has("fail_reason")).isFalse();
    assertThat(gateway.available(key)).isEqualTo(85);
  }

  @Test
  void filesAreServedAsFilesThatNeverChange() throws Exception {
    String key = gateway.node().account(100);
    String url = gateway.finished(key, Gateway.image("a kite")).path("image_url").asString();
    HttpResponse<byte[]> whole = fetch(url);
    assertThat(whole.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(whole.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
    assertThat(whole.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("sandbox");
    assertThat(whole.headers().firstValueAsLong("Content-Length")).hasValue(whole.body().length);
    String tag = whole.headers().firstValue("ETag").orElseThrow();

    HttpResponse<byte[]> part = fetch(url, "Range", "bytes=8-99");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole.body(), 8, 100));
    assertThat(part.headers().firstValue("Content-Range"))
        .contains("bytes 8-99/" + whole.body().length);
    assertThat(fetch(url, "Range", "bytes=999999999-").statusCode()).isEqualTo(416);
    HttpResponse<byte[]> known = fetch(url, "If-None-Match", tag);
    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
  }

  private static HttpResponse<byte[]> fetch(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    HttpResponse<byte[]> response =
        CLIENT.send(
            (headers.length == 0 ? request : request.headers(headers)).build(),
            BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isIn(200, 206, 304, 416);
    return response;
  }

  private static BufferedImage decoded(byte[] file) throws IOException {
    return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(file)), "no picture");
  }

  private static long colours(BufferedImage image) {
    return Arrays.stream(
            image.getRGB(0, image.getHeight() / 2, image.getWidth(), 1, null, 0, image.getWidth()))
        .distinct()
        .count();
  }
}
