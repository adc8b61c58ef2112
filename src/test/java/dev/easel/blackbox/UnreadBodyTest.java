package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that nobody reads to their end take no memory, and are in no other request's way. */
class UnreadBodyTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final int MEBIBYTE = 1 << 20;
  private static final String LARGEST_CHUNK = "7fffffff\r\n";
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n";

  /** The rest of it would have to be read before the next request, all at once in memory. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/nowhere", Gateway.CREATE, "/v1/images/edits", "/files/x.png", "/docs", "/mcp"})
  void whoeverHasNoKeyIsAnsweredAndLeft(String path) throws IOException {
    try (Socket socket = RawHttp.open(gateway.node().url())) {
      RawHttp.write(socket, chunked(path, "none") + LARGEST_CHUNK + "{");
      assertThat(RawHttp.answer(socket))
          .startsWith("HTTP/1.1 4")
          .containsIgnoringCase("connection: close");
      send(socket, 64 * MEBIBYTE);
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).as("closed").isNegative();
    }
  }

  @Test
  void aChunkLargerThanABodyIsRefusedBeforeItIsThere() throws IOException {
    String key = gateway.node().account(100);
    try (Socket socket = RawHttp.open(gateway.node().url())) {
      RawHttp.write(socket, chunked(Gateway.CREATE, key) + LARGEST_CHUNK);
      send(socket, MEBIBYTE + 64 * 1024);
      assertThat(RawHttp.answer(socket))
          .startsWith("HTTP/1.1 413")
          .containsIgnoringCase("connection: close")
          .contains("{\"code\":0,", "1048576");
    }
    gateway.assertUntouched(key, 100);
  }

  @Test
  void aShortBodyThatNobodyReadLeavesTheConnectionOpen() throws IOException {
    assertBothAnswered(
        "POST /api/v1/tasks/create HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}", "401");
  }

  @Test
  void soDoesABodyThatWasRead() throws IOException {
    String key = gateway.node().account(0);
    assertBothAnswered(
        chunked("/api/v1/quote", key) + "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n", "200");
  }

  @Test
  void soDoesALargeOne() throws IOException {
    String key = gateway.node().account(0);
    assertBothAnswered(
        """
        POST /api/file-base64-upload HTTP/1.1\r
        Host: here\r
        Authorization: Bearer %s\r
        Content-Length: %d\r
        \r
        """
                .formatted(key, 2 * MEBIBYTE)
            + "{}"
            + " ".repeat(2 * MEBIBYTE - 2),
        "200");
  }

  /** What stands behind the last part is read too. */
  @Test
  void soDoesAForm() throws IOException {
    String key = gateway.node().account(0);
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nx\r\n--b--\r\nthe end\r\n";
    assertBothAnswered(
        """
        POST /v1/images/edits HTTP/1.1\r
        Host: here\r
        Authorization: Bearer %s\r
        Content-Type: multipart/form-data; boundary=b\r
        Transfer-Encoding: chunked\r
        \r
        %x\r
        %s\r
        0\r
        \r
        """
            .formatted(key, form.length(), form),
        "4");
  }

  @Test
  void whoeverWaitsToBeToldToGoOnIsNotWaitedFor() throws IOException {
    String request =
        """
        POST /api/v1/tasks/create HTTP/1.1\r
        Host: here\r
        Expect: 100-continue\r
        Content-Length: 2\r
        \r
        """;
    try (Socket socket = RawHttp.open(gateway.node().url())) {
      RawHttp.write(socket, request);
      assertThat(RawHttp.answer(socket))
          .startsWith("HTTP/1.1 401")
          .containsIgnoringCase("connection: close");
    }
  }

  private static void assertBothAnswered(String request, String status) throws IOException {
    try (Socket socket = RawHttp.open(gateway.node().url())) {
      RawHttp.write(socket, request);
      assertThat(RawHttp.answer(socket))
          .startsWith("HTTP/1.1 " + status)
          .doesNotContainIgnoringCase("connection: close");
      RawHttp.write(socket, LIVE);
      assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 200").contains("live");
    }
  }

  private static String chunked(String path, String key) {
    return """
    POST %s HTTP/1.1\r
    Host: here\r
    Authorization: Bearer %s\r
    Transfer-Encoding: chunked\r
    \r
    """
        .formatted(path, key);
  }

  private static void send(Socket socket, int bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    byte[] some = new byte[64 * 1024];
    for (int sent = 0; sent < bytes; sent += some.length) {
      out.write(some);
    }
    out.flush();
  }
}
