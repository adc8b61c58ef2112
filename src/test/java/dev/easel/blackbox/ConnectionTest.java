package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about connections is kept. */
class ConnectionTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/models", "/health/live", "/files/nothing.png", "/nowhere"})
  void isClosedWhenTheCallerAsksForThat(String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    assertThat(RawHttp.sendAndReadToEnd(gateway.node().url(), request))
        .startsWith("HTTP/1.1 ")
        .containsIgnoringCase("connection: close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready"})
  void whoeverOnlyLooksIsAnsweredWithoutABody(String path) throws IOException {
    String request = "HEAD " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    assertThat(RawHttp.sendAndReadToEnd(gateway.node().url(), request))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("\r\n\r\n");
  }

  /** Bytes after the head would be taken for the next answer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nowhere",
        "/mcp",
        "/api/v1/models",
        "/api/file-base64-upload",
        "/files/nothing.png",
        "/docs/nothing",
        "/%zz"
      })
  void anAnswerToHeadHasNoBody(String path) throws IOException {
    String request = "HEAD " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    assertThat(RawHttp.sendAndReadToEnd(gateway.node().url(), request))
        .startsWith("HTTP/1.1 4")
        .endsWith("\r\n\r\n");
  }
}
