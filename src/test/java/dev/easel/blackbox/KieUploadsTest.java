package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.easel.TestNode.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Files that are uploaded, and links to download what was made. */
class KieUploadsTest {
  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("net.allow", "127.0.0.0/8"));

  private static final Golden GOLDEN = new Golden("kie");
  private static final KieCalls CALLS = new KieCalls(gateway::node);
  private static final byte[] PICTURE = Pictures.png(0xff1414c8, 48);
  private static final int TOO_LARGE = (50 << 20) + 1;

  private static HttpServer elsewhere;

  @BeforeAll
  static void serve() throws IOException {
    elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    elsewhere.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] content =
                switch (exchange.getRequestURI().getPath()) {
                  case "/picture" -> PICTURE;
                  case "/bomb" -> Pictures.bomb();
                  case "/page" -> "<html></html>".getBytes(UTF_8);
                  default -> new byte[0];
                };
            exchange.sendResponseHeaders(content.length == 0 ? 404 : 200, 0);
            exchange.getResponseBody().write(content);
          }
        });
    elsewhere.start();
  }

  @AfterAll
  static void stop() {
    elsewhere.stop(0);
  }

  private static String elsewhere(String path) {
    return "http://127.0.0.1:" + elsewhere.getAddress().getPort() + path;
  }

  private static ObjectNode fields(String... fields) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < fields.length; i += 2) {
      body.put(fields[i], fields[i + 1]);
    }
    return body;
  }

  private static String base64(byte[] content) {
    return Base64.getEncoder().encodeToString(content);
  }

  private static HttpResponse<byte[]> fetched(String url) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static JsonNode assertUploaded(Reply reply, String fileName, String filePath) {
    JsonNode golden = GOLDEN.json("upload-answer.json");
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    Golden.assertSameShape(golden, reply.json());
    assertThat(reply.json().path("success")).isEqualTo(golden.path("success"));
    assertThat(reply.json().path("code")).isEqualTo(golden.path("code"));
    assertThat(reply.json().path("msg")).isEqualTo(golden.path("msg"));
    JsonNode data = reply.json().path("data");
    assertThat(data.path("fileName").asString()).isEqualTo(fileName);
    assertThat(data.path("filePath").asString()).isEqualTo(filePath);
    assertThat(data.path("fileSize").asLong()).isEqualTo(PICTURE.length);
    assertThat(data.path("mimeType").asString()).isEqualTo("image/png");
    assertThat(Instant.parse(data.path("uploadedAt").asString()))
        .isBetween(Instant.now().minus(Duration.ofMinutes(5)), Instant.now().plusSeconds(1));
    HttpResponse<byte[]> file = fetched(data.path("downloadUrl").asString());
    assertThat(file.body()).isEqualTo(PICTURE);
    assertThat(file.headers().firstValue("Content-Type")).contains("image/png");
    return data;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "data:image/png;base64,", "data:text/html;base64,", "DATA:;base64,"})
  void base64IsTaken(String prefix) {
    String key = gateway.node().account(1);
    ObjectNode body =
        fields("base64Data", prefix + base64(PICTURE), "uploadPath", "images/user-uploads")
            .put("fileName", "kite.png");
    assertUploaded(CALLS.uploadBase64(key, body), "kite.png", "images/user-uploads/kite.png");
    assertThat(gateway.available(key)).as("uploads are free").isEqualTo(1);
  }

  @Test
  void base64MayHaveLines() {
    String key = gateway.node().account(1);
    String lines = Base64.getMimeEncoder().encodeToString(PICTURE);
    Reply reply = CALLS.uploadBase64(key, fields("base64Data", lines, "uploadPath", "in"));
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
  }

  @Test
  void aFormIsTaken() {
    String key = gateway.node().account(1);
    assertUploaded(
        CALLS.uploadForm(key, PICTURE, "uploadPath", "a", "fileName", "雨 (1).png"),
        "雨 (1).png",
        "a/雨 (1).png");
    // Without a name of its own it has the file's.
    assertUploaded(
        CALLS.uploadForm(key, PICTURE, "uploadPath", "/a/b/"), "mine.png", "a/b/mine.png");
  }

  @Test
  void anAddressIsTaken() {
    String key = gateway.node().account(1);
    ObjectNode body = fields("fileUrl", elsewhere("/picture"), "uploadPath", "in");
    assertUploaded(CALLS.uploadUrl(key, body.put("fileName", "a.png")), "a.png", "in/a.png");
  }

  /** So that a request sent again, with its files, is the same request. */
  @Test
  void theSameFileHasTheSameAddressForOneAccountOnly() {
    String key = gateway.node().account(1);
    String first = address(CALLS.uploadForm(key, PICTURE, "uploadPath", "a"));
    String again =
        address(CALLS.uploadBase64(key, fields("base64Data", base64(PICTURE), "uploadPath", "b")));
    String others =
        address(CALLS.uploadForm(gateway.node().account(1), PICTURE, "uploadPath", "a"));
    assertThat(again).isEqualTo(first);
    assertThat(others).isNotEqualTo(first);
  }

  private static String address(Reply reply) {
    return reply.json().at("/data/downloadUrl").asString();
  }

  record Wrong(String path, ObjectNode body, String says) {
    @Override
    public String toString() {
      String json = body.toString();
      return path + " " + json.substring(0, Math.min(80, json.length()));
    }
  }

  private static Wrong base64(ObjectNode body, String says) {
    return new Wrong("/api/file-base64-upload", body, says);
  }

  private static Wrong url(ObjectNode body, String says) {
    return new Wrong("/api/file-url-upload", body, says);
  }

  static Stream<Wrong> wrong() {
    return Stream.of(
        base64(fields(), "Missing required parameter: base64Data"),
        base64(fields("base64Data", ""), "Missing required parameter: base64Data"),
        base64(fields("base64Data", base64(PICTURE)), "Missing required parameter: uploadPath"),
        base64(
            fields("base64Data", base64(PICTURE), "uploadPath", "/"),
            "Missing required parameter: uploadPath"),
        base64(fields("base64Data", "?!", "uploadPath", "a"), "base64Data: is not valid base64"),
        base64(fields("base64Data", "AAAAA", "uploadPath", "a"), "base64Data: is not valid base64"),
        base64(fields("base64Data", "AAAA", "uploadPath", "a"), "base64Data: is not an image"),
        base64(
            fields("base64Data", "data:image/png,AAAA", "uploadPath", "a"),
            "base64Data: is a data URL, but not one in base64"),
        base64(
            fields("base64Data", "data:image/png;base64", "uploadPath", "a"),
            "base64Data: is a data URL, but not one in base64"),
        base64(
            fields("base64Data", base64(Pictures.bomb()), "uploadPath", "a"),
            "base64Data: has 60000x60000 pixels, at most 50 megapixels are allowed"),
        base64(
            fields("base64Data", base64(Arrays.copyOf(PICTURE, 20)), "uploadPath", "a"),
            "base64Data: is a broken PNG"),
        base64(
            fields(
                "base64Data",
                base64("<html><script>alert(1)</script>".getBytes(UTF_8)),
                "uploadPath",
                "a",
                "fileName",
                "a.png"),
            "base64Data: is not an image (it looks like HTML)"),
        base64(place("../../etc", "passwd"), "uploadPath: must be names"),
        base64(place("a/./b", "c"), "uploadPath: must be names"),
        base64(place("a//b", "c"), "uploadPath: must be names"),
        base64(place("a\\b", "c"), "uploadPath: must be names"),
        base64(place("a\nb", "c"), "uploadPath: must be names"),
        base64(place("a\u0000b", "c"), "uploadPath: must be names"),
        base64(place("a".repeat(201), "c"), "uploadPath: must be names"),
        base64(place("a", ".."), "fileName: must be 1 to 200"),
        base64(place("a", "b/c.png"), "fileName: must be 1 to 200"),
        base64(place("a", "b\r\nX: y"), "fileName: must be 1 to 200"),
        url(fields("uploadPath", "a"), "Missing required parameter: fileUrl"),
        url(fields("uploadPath", "a").put("fileUrl", 7), "fileUrl: must be a string"),
        url(fields("fileUrl", "https://a.example/b.png"), "Missing required parameter: uploadPath"),
        url(remote("a kite"), "fileUrl: an image address is malformed"),
        url(remote("file:///etc/passwd"), "is not an http or https address"),
        url(remote("ftp://a.example/b.png"), "is not an http or https address"),
        url(remote("http://10.0.0.1/b.png"), "fileUrl: http://10.0.0.1/b.png "),
        url(remote("http://169.254.169.254/latest/meta-data"), "fileUrl: http://169.254.169.254"),
        url(remote("http://user:secret@a.example/b.png"), "carries a user name"),
        url(remote(elsewhere("/nothing")), "answered 404"),
        url(remote(elsewhere("/page")), "is not an image (it looks like HTML)"),
        url(remote(elsewhere("/bomb")), "has 60000x60000 pixels"));
  }

  private static ObjectNode place(String path, String name) {
    return fields("base64Data", base64(PICTURE), "uploadPath", path, "fileName", name);
  }

  private static ObjectNode remote(String url) {
    return fields("fileUrl", url, "uploadPath", "a");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsNoUploadIsRefused(Wrong wrong) {
    String key = gateway.node().account(1);
    Reply reply = gateway.node().post(wrong.path, key, wrong.body.toString());
    assertRefused(reply, 200, wrong.says);
    gateway.assertUntouched(key, 1);
  }

  private static void assertRefused(Reply reply, int status, String says) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(reply.json().path("success").asBoolean(true)).isFalse();
    assertThat(reply.json().path("code").asInt()).isEqualTo(400);
    assertThat(reply.json().path("msg").asString())
        .contains(says)
        .doesNotContain("Exception", "secret");
  }

  @Test
  void aFormWithoutAPictureIsRefused() {
    String key = gateway.node().account(1);
    assertRefused(
        CALLS.uploadForm(key, PICTURE, "fileName", "a.png"),
        200,
        "Missing required parameter: uploadPath");
    assertRefused(
        CALLS.uploadForm(key, Pictures.bomb(), "uploadPath", "a"), 200, "file: has 60000x60000");
    assertRefused(
        CALLS.uploadForm(key, new byte[0], "uploadPath", "a"), 200, "file: is not an image");
    Reply noForm = gateway.node().post("/api/file-stream-upload", key, "{}");
    assertRefused(noForm, 200, "Content-Type: must be multipart/form-data");
    HttpRequest cut =
        gateway
            .node()
            .request("/api/file-stream-upload", key)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .POST(HttpRequest.BodyPublishers.ofString("--b\r\nContent-Disp"))
            .build();
    assertRefused(gateway.node().send(cut), 200, "The body is not a form");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    String key = gateway.node().account(1);
    byte[] large = Arrays.copyOf(PICTURE, TOO_LARGE);
    assertRefused(
        CALLS.uploadForm(key, large, "uploadPath", "a"), 200, "file: is larger than 50 MiB");
    byte[] larger = Arrays.copyOf(PICTURE, TOO_LARGE + (1 << 20));
    assertRefused(
        CALLS.uploadForm(key, larger, "uploadPath", "a"), 413, "The request body is larger than");
    assertRefused(
        CALLS.uploadBase64(key, fields("base64Data", base64(larger), "uploadPath", "a")),
        413,
        "The request body is larger than");
  }

  /** Larger than one model takes, and not than another: the field that it stands in decides. */
  @Test
  void eachFieldHasItsOwnMost() {
    String key = gateway.node().account(100);
    byte[] large = Arrays.copyOf(PICTURE, (10 << 20) + 1);
    JsonNode stored = CALLS.uploadForm(key, large, "uploadPath", "a").json();
    assertThat(stored.path("data").path("fileSize").asInt()).isEqualTo(large.length);
    String url = stored.path("data").path("downloadUrl").asString();

    Reply refused = CALLS.create(key, request("gpt-image-2-image-to-image", "input_urls", url));
    assertThat(refused.json().path("code").asInt()).isEqualTo(422);
    assertThat(refused.json().path("msg").asString())
        .endsWith("input.input_urls[0]: is larger than 10 MiB");
    assertThat(gateway.node().get("/kie/api/v1/chat/credit", key).json().path("data").asInt())
        .isEqualTo(100);
    assertThat(
            CALLS
                .create(key, request("nano-banana-2", "image_input", url))
                .json()
                .path("code")
                .asInt())
        .isEqualTo(200);
  }

  private static JsonNode request(String model, String field, String url) {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("model", model);
    request.putObject("input").put("prompt", "a cat").putArray(field).add(url);
    return request;
  }

  @Test
  void aDownloadLinkLeadsToTheFileWithoutItsAddress() {
    String key = gateway.node().account(100);
    JsonNode record = CALLS.finished(key, CALLS.created(key, KieCalls.drawing("rain")));
    String url = KieCalls.results(record).getFirst();
    Reply reply =
        gateway.node().post("/api/v1/common/download-url", key, fields("url", url).toString());
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    String link = reply.json().path("data").asString();
    assertThat(link).startsWith(gateway.node().url() + "/");
    String name = url.substring(url.lastIndexOf('/') + 1);
    assertThat(link).doesNotContain(name.substring(0, name.indexOf('.')));
    HttpResponse<byte[]> file = fetched(link);
    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.body()).isEqualTo(fetched(url).body());
    assertThat(file.headers().firstValue("Content-Disposition").orElse(""))
        .startsWith("attachment")
        .doesNotContain(name);
    assertThat(file.headers().firstValue("Cache-Control").orElse("")).startsWith("private");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                          | url: required",
        "{\"url\":null}                              | url: required",
        "{\"url\":7}                                 | url: must be a string",
        "{\"url\":\"\"}                              | url: is not the address of a file",
        "{\"url\":\"https://a.example/files/b.png\"} | url: is not the address of a file",
        "{\"url\":\"OURS/files/../../etc/passwd\"}   | url: is not the address of a file",
        "{\"url\":\"OURS/files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png\"} | url: is not the address of a file",
        "[]                                          | The body must be a JSON object",
      })
  void noOtherAddressHasADownloadLink(String body, String says) {
    String key = gateway.node().account(1);
    Reply reply =
        gateway
            .node()
            .post("/api/v1/common/download-url", key, body.replace("OURS", gateway.node().url()));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(422);
    assertThat(reply.json().path("msg").asString()).startsWith(says);
  }
}
