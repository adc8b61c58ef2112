package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pictures that a request points to: fetched and used, or the task says why not. */
class ReferencesTest {
  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("net.allow", "127.0.0.0/8"));

  private static final int RED = new Color(200, 20, 20).getRGB();
  private static final int TOO_LARGE = (50 << 20) + 1;
  private static HttpServer server = start();

  private static HttpServer start() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @BeforeAll
  static void serve() throws IOException {
    byte[] picture = Pictures.png(RED, 256);
    byte[] mask = Pictures.png(0, 256);
    serve("/picture.png", "image/png", picture);
    serve("/untyped", "application/octet-stream", picture);
    serve("/mask.png", "image/png", mask);
    serve("/small-mask.png", "image/png", Pictures.png(0, 64));
    serve("/page", "image/png", "<html>not here</html>".getBytes(StandardCharsets.UTF_8));
    serve("/bomb.png", "image/png", Pictures.bomb());
    serve("/cut.png", "image/png", java.util.Arrays.copyOf(picture, 40));
    serve("/large.png", "image/png", java.util.Arrays.copyOf(picture, TOO_LARGE));
    server.createContext("/large-chunked", ReferencesTest::largeChunked);
    server.createContext("/missing", exchange -> answer(exchange, 404, "", new byte[0]));
    server.createContext("/broken", exchange -> answer(exchange, 500, "", new byte[0]));
    server.createContext(
        "/inside",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://10.0.0.1/a.png");
          answer(exchange, 302, "", new byte[0]);
        });
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/picture.png");
          answer(exchange, 302, "", new byte[0]);
        });
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({"/picture.png", "/untyped", "/moved"})
  void aReferenceIsUsed(String path) throws Exception {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, referring("a kite", path));
    assertThat(task.path("task_status").asInt()).as("%s", task).isEqualTo(3);
    BufferedImage image = image(task);
    // Without a ratio the picture has the first reference's.
    assertThat(image.getWidth()).isEqualTo(image.getHeight());
    assertThat(gateway.available(key)).isEqualTo(85);
  }

  @Test
  void aMaskSaysWhatMayChange() throws Exception {
    String key = gateway.node().account(100);
    ObjectNode body = referring("a kite", "/picture.png").put("mask_url", url("/mask.png"));
    JsonNode task = gateway.finished(key, body);
    assertThat(task.path("task_status").asInt()).as("%s", task).isEqualTo(3);
    assertThat(image(task).getWidth()).isEqualTo(256);
  }

  @Test
  void aMaskOfAnotherSizeFails() {
    String key = gateway.node().account(100);
    ObjectNode body = referring("a kite", "/picture.png").put("mask_url", url("/small-mask.png"));
    assertFails(key, body, "mask");
  }

  @ParameterizedTest
  @CsvSource({
    "/missing, 404",
    "/broken, 500",
    "/page, not an image",
    "/cut.png, ''",
    "/bomb.png, 60000x60000",
    "/large.png, larger than 50 MiB",
    "/large-chunked, larger than 50 MiB",
    "/inside, private"
  })
  void whatCannotBeUsedFailsTheTaskWithTheReason(String path, String reason) {
    String key = gateway.node().account(100);
    assertFails(key, referring("a kite", path), reason);
  }

  @Test
  void aRefusedConnectionFailsTheTask() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0)) {
      unused = socket.getLocalPort();
    }
    String key = gateway.node().account(100);
    ObjectNode body = Gateway.image("a kite");
    body.putArray("image_urls").add("http://127.0.0.1:" + unused + "/a.png");
    assertFails(key, body, "127.0.0.1:" + unused);
  }

  @Test
  void oneBadReferenceAmongGoodOnesFailsTheTask() {
    String key = gateway.node().account(100);
    ObjectNode body = referring("a kite", "/picture.png");
    body.withArray("image_urls").add(url("/missing"));
    assertFails(key, body, "404");
  }

  private static void assertFails(String key, ObjectNode body, String reason) {
    JsonNode task = gateway.finished(key, body);
    assertThat(task.path("task_status").asInt()).as("%s", task).isEqualTo(4);
    assertThat(task.path("fail_reason").asString())
        .isNotBlank()
        .contains(reason)
        .doesNotContain("Exception");
    assertThat(gateway.available(key)).isEqualTo(100);
    assertThat(gateway.held(key)).isZero();
  }

  private static ObjectNode referring(String prompt, String path) {
    ObjectNode body = Gateway.image(prompt);
    body.putArray("image_urls").add(url(path));
    return body;
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static BufferedImage image(JsonNode task) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(task.path("image_url").asString())).build();
      byte[] file = client.send(request, BodyHandlers.ofByteArray()).body();
      return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(file)), "no picture");
    }
  }

  private static void serve(String path, String type, byte[] content) {
    server.createContext(path, exchange -> answer(exchange, 200, type, content));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] content)
      throws IOException {
    try (exchange) {
      if (!type.isEmpty()) {
        exchange.getResponseHeaders().set("Content-Type", type);
      }
      exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
      if (content.length > 0) {
        exchange.getResponseBody().write(content);
      }
    }
  }

  private static void largeChunked(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      byte[] block = new byte[1 << 20];
      for (int i = 0; i < 52; i++) {
        out.write(block);
      }
    }
  }
}
