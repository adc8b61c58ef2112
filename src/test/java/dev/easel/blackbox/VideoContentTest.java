package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.api.document.Answers;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A player may seek in a video's content, and go on with a download that was cut. */
class VideoContentTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static String key;
  private static String task;

  @BeforeAll
  static void makeAFilm() {
    key = gateway.node().account(100);
    task =
        gateway
            .node()
            .post("/v1/videos", key, "{\"prompt\":\"rain\"}")
            .json()
            .path("id")
            .asString();
    gateway.node().await(key, task);
  }

  @AfterAll
  static void close() {
    HTTP.close();
  }

  private static HttpResponse<byte[]> get(String of, String... headers) {
    HttpRequest.Builder request =
        gateway.node().request("/v1/videos/" + task + "/content" + of, key);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void theWholeFilmSaysWhatCanBeAskedOfIt() {
    HttpResponse<byte[]> whole = get("");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(new String(whole.body(), 4, 4, ISO_8859_1)).isEqualTo("ftyp");
    assertThat(header(whole, "Content-Type")).isEqualTo("video/mp4");
    assertThat(header(whole, "Content-Length")).isEqualTo(String.valueOf(whole.body().length));
    assertThat(header(whole, "Accept-Ranges")).isEqualTo("bytes");
    assertThat(header(whole, "ETag")).isNotEmpty();
    assertThat(header(whole, "Cache-Control")).isEqualTo("private, no-cache");
    assertThat(header(whole, "Content-Disposition"))
        .isEqualTo("inline; filename=\"" + task + ".mp4\"");
    assertThat(header(whole, "X-Request-Id")).isNotEmpty();
    assertThat(header(whole, "X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @Test
  void askingAboutTheFilmSendsNoneOfIt() {
    HttpResponse<byte[]> head =
        send(gateway.node().request("/v1/videos/" + task + "/content", key).HEAD());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String name : List.of("Content-Type", "Content-Length", "ETag", "Accept-Ranges")) {
      assertThat(header(head, name)).as(name).isEqualTo(header(get(""), name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?variant=thumbnail"})
  void partsAreWhatStandsThere(String of) {
    byte[] whole = get(of).body();
    int length = whole.length;
    for (String range : List.of("bytes=100-199", "bytes=-100", "bytes=100-")) {
      HttpResponse<byte[]> part = get(of, "Range", range);
      int from = range.equals("bytes=-100") ? length - 100 : 100;
      int to = range.equals("bytes=100-199") ? 200 : length;
      assertThat(part.statusCode()).as(range).isEqualTo(206);
      assertThat(part.body()).as(range).isEqualTo(Arrays.copyOfRange(whole, from, to));
      assertThat(header(part, "Content-Range"))
          .isEqualTo("bytes %d-%d/%d".formatted(from, to - 1, length));
    }
    HttpResponse<byte[]> behind = get(of, "Range", "bytes=%d-".formatted(length));
    assertThat(behind.statusCode()).isEqualTo(416);
    assertThat(header(behind, "Content-Range")).isEqualTo("bytes */" + length);
    assertThat(behind.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?variant=thumbnail"})
  void aDownloadGoesOnOnlyInTheSameFile(String of) {
    String tag = header(get(of), "ETag");
    assertThat(get(of, "Range", "bytes=9-", "If-Range", tag).statusCode()).isEqualTo(206);
    assertThat(get(of, "Range", "bytes=9-", "If-Range", "\"another\"").statusCode()).isEqualTo(200);
    HttpResponse<byte[]> known = get(of, "If-None-Match", tag);
    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
  }

  @Test
  void theThumbnailIsAnotherFile() {
    HttpResponse<byte[]> thumbnail = get("?variant=thumbnail");
    assertThat(header(thumbnail, "Content-Type")).isEqualTo("image/webp");
    assertThat(header(thumbnail, "ETag")).isNotEqualTo(header(get(""), "ETag"));
    assertThat(header(thumbnail, "Content-Disposition")).endsWith(task + ".webp\"");
  }

  @Test
  void everyAnswerIsInTheDocument() {
    String path = "/v1/videos/" + task + "/content";
    for (String range : List.of("bytes=0-9", "bytes=999999999-")) {
      gateway.node().text(gateway.node().request(path, key).header("Range", range).build());
    }
    String tag = header(get(""), "ETag");
    HttpResponse<String> known =
        gateway.node().text(gateway.node().request(path, key).header("If-None-Match", tag).build());
    Answers.check(known);
    assertThat(known.statusCode()).isEqualTo(304);
  }

  @Test
  void aRangeIsNoWayAroundTheKey() {
    String stranger = gateway.node().account(0);
    HttpRequest.Builder request =
        gateway.node().request("/v1/videos/" + task + "/content", stranger);
    assertThat(send(request.header("Range", "bytes=0-9")).statusCode()).isEqualTo(404);
  }
}
