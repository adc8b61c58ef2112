package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FileRoutesTest {
  private static final String NAME = "abcdefghijklmnop.png";
  private static final int LENGTH = 300_000;
  private static final byte[] CONTENT = content();

  private final HttpClient client = HttpClient.newHttpClient();
  private WebServer server;

  private static byte[] content() {
    byte[] content = Arrays.copyOf(Samples.image("png", 7, 5), LENGTH);
    for (int i = 1_000; i < LENGTH; i++) {
      content[i] = (byte) ((i * 31) >> 3);
    }
    return content;
  }

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    LocalAssetStore store = LocalAssetStore.open(directory, InstantSource.system());
    store.put("abcdefghijklmnop", new ByteArrayInputStream(CONTENT), LENGTH);
    TemporaryLinks links =
        new TemporaryLinks(MasterKey.parse("00".repeat(32)), () -> "", InstantSource.system());
    Thumbnails thumbnails = new Thumbnails(store, new Previews(store), InstantSource.system());
    server =
        WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .routing(routing ->
                routing.register(
                    "/files",
                    new FileRoutes(store, links, new OwnFiles(() -> "", store), thumbnails)))
            .build()
            .start();
  }

  @AfterAll
  void stop() {
    client.close();
    server.stop();
  }

  private HttpResponse<byte[]> send(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private HttpResponse<byte[]> get(String... headers) {
    return send("GET", "/files/" + NAME, headers);
  }

  private static String header(HttpResponse<?> response, String name) {
    return String.join(" & ", response.headers().allValues(name));
  }

  @Test
  void servesAFile() {
    HttpResponse<byte[]> response = get();

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(CONTENT);
    assertThat(header(response, "Content-Type")).isEqualTo("image/png");
    assertThat(header(response, "Content-Length")).isEqualTo("300000");
    assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(response, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
    assertThat(header(response, "Content-Disposition"))
        .isEqualTo("inline; filename=\"" + NAME + "\"");
    assertThat(header(response, "ETag")).matches("\"[0-9a-f]+-493e0\"");
    assertThat(header(response, "Last-Modified"))
        .matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
    assertThat(header(response, "Accept-Ranges")).isEqualTo("bytes");
    assertThat(header(response, "Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(header(response, "Content-Security-Policy"))
        .isEqualTo("default-src 'none'; sandbox");
  }

  @Test
  void tellsTheSameWithoutTheBody() {
    HttpResponse<byte[]> head = send("HEAD", "/files/" + NAME, "Range", "bytes=0-9");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String name : List.of("Content-Length", "Content-Type", "ETag", "Last-Modified")) {
      assertThat(header(head, name)).isEqualTo(header(get(), name));
    }
    HttpResponse<byte[]> missing = send("HEAD", "/files/bbbbbbbbbbbbbbbb.png");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).isEmpty();
  }

  @Test
  void servesRanges() {
    HttpResponse<byte[]> middle = get("Range", "bytes=70000-269999");
    assertThat(middle.statusCode()).isEqualTo(206);
    assertThat(header(middle, "Content-Range")).isEqualTo("bytes 70000-269999/300000");
    assertThat(header(middle, "Content-Length")).isEqualTo("200000");
    assertThat(middle.body()).isEqualTo(Arrays.copyOfRange(CONTENT, 70_000, 270_000));

    HttpResponse<byte[]> end = get("Range", "bytes=-5");
    assertThat(end.statusCode()).isEqualTo(206);
    assertThat(header(end, "Content-Range")).isEqualTo("bytes 299995-299999/300000");
    assertThat(end.body()).isEqualTo(Arrays.copyOfRange(CONTENT, LENGTH - 5, LENGTH));

    HttpResponse<byte[]> behind = get("Range", "bytes=300000-");
    assertThat(behind.statusCode()).isEqualTo(416);
    assertThat(header(behind, "Content-Range")).isEqualTo("bytes */300000");
    assertThat(behind.body()).isEmpty();
  }

  @Test
  void servesAllWhereARangeIsNotToBeFollowed() {
    for (String range : List.of("bytes=9-1", "lines=1-2", "bytes=0-1,5-6")) {
      assertThat(get("Range", range).statusCode()).as(range).isEqualTo(200);
    }
    assertThat(get("Range", "bytes=0-1", "Range", "bytes=5-6").statusCode()).isEqualTo(200);
  }

  @Test
  void followsARangeOnlyOfTheFileThatTheCallerHasBegun() {
    HttpResponse<byte[]> whole = get();
    String tag = header(whole, "ETag");
    String modified = header(whole, "Last-Modified");

    for (String same : List.of(tag, modified)) {
      assertThat(get("Range", "bytes=0-9", "If-Range", same).statusCode()).as(same).isEqualTo(206);
    }
    for (String other :
        List.of("\"other\"", "W/" + tag, "Sat, 01 Jan 2000 00:00:00 GMT", "nonsense")) {
      HttpResponse<byte[]> response = get("Range", "bytes=0-9", "If-Range", other);
      assertThat(response.statusCode()).as(other).isEqualTo(200);
      assertThat(response.body()).isEqualTo(CONTENT);
    }
  }

  @Test
  void sendsNothingThatTheCallerHas() {
    HttpResponse<byte[]> whole = get();
    String tag = header(whole, "ETag");
    String modified = header(whole, "Last-Modified");

    for (String known : List.of(tag, "W/" + tag, "*", "\"other\", " + tag)) {
      HttpResponse<byte[]> response = get("If-None-Match", known, "Range", "bytes=0-9");
      assertThat(response.statusCode()).as(known).isEqualTo(304);
      assertThat(response.body()).isEmpty();
      assertThat(header(response, "ETag")).isEqualTo(tag);
      assertThat(header(response, "Cache-Control")).contains("immutable");
    }
    assertThat(get("If-Modified-Since", modified).statusCode()).isEqualTo(304);
    assertThat(get("If-Modified-Since", "nonsense").statusCode()).isEqualTo(200);
    assertThat(get("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT").statusCode())
        .isEqualTo(200);
    // The tag goes before the date.
    assertThat(get("If-None-Match", "\"other\"", "If-Modified-Since", modified).statusCode())
        .isEqualTo(200);
  }

  @Test
  void answersUnknownNamesInJson() {
    HttpResponse<byte[]> response = send("GET", "/files/bbbbbbbbbbbbbbbb.png");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(new String(response.body(), ISO_8859_1))
        .isEqualTo("{\"code\":404,\"msg\":\"file not found\"}");
    assertThat(header(response, "Content-Type")).isEqualTo("application/json");
    assertThat(header(response, "Cache-Control")).isEmpty();
  }

  /** Sent byte for byte: a client library would tidy these up. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/files/../abcdefghijklmnop.png",
        "/files/..%2f..%2fetc%2fpasswd",
        "/files/%2e%2e/%2e%2e/etc/passwd",
        "/files/..%5c..%5cetc",
        "/files//etc/passwd",
        "/files/a/b/abcdefghijklmnop.png",
        "/files/a%2fb%2fabcdefghijklmnop.png",
        "/files/incoming%2fx.part",
        "/files/abcdefghijklmnop.png%00",
        "/files/abcdefghijklmnop.png%00.jpg",
        "/files/abcdefghijklmnop%252epng",
        "/files/abcdefghijklmnop.png/",
        "/files/"
      })
  void servesNothingForPathTricks(String path) throws IOException {
    assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .matches("(?s)HTTP/1\\.1 40[04] .*")
        .doesNotContain("PNG");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void goesOnServingWhenACallerGoesAway() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket
            .getOutputStream()
            .write(("GET /files/" + NAME + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(ISO_8859_1));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        socket.setSoLinger(true, 0);
      }
    }
    assertThat(get().body()).isEqualTo(CONTENT);
  }
}
