package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * The receiver that apimodels.app documents, as it stands there, under Node.js: it prints what it
 * shall. The express that it requires is a small one of the tests' own.
 */
class ExpressReceiverTest {
  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("net.allow", "127.0.0.1/32"));

  private static final ApiModelsCalls CALLS = new ApiModelsCalls(gateway::node);
  private static final String LISTENING = "listening on ";

  private Process process;
  private BufferedReader printed;
  private String url;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("express.js"), express());
    Path program = directory.resolve("receiver.js");
    Files.writeString(
        program,
        "const express = require('./express')\nconst app = express()\n"
            + new Golden("apimodels").text("receiver.js")
            + "const server = app.listen(0, '127.0.0.1', () => console.log('"
            + LISTENING
            + "' + server.address().port))\n");
    process = new ProcessBuilder("node", program.toString()).redirectErrorStream(true).start();
    printed = process.inputReader(StandardCharsets.UTF_8);
    String line = printed.readLine();
    assertThat(line).startsWith(LISTENING);
    url = "http://127.0.0.1:" + line.substring(LISTENING.length()) + "/webhook/image";
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  private static String express() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            ExpressReceiverTest.class.getResourceAsStream("/receiver/express.js"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String create(String key, String prompt) {
    ObjectNode body =
        ApiModelsCalls.body("gpt-image-2-beta", prompt)
            .put("aspect_ratio", "1:1")
            .put("callback_url", url);
    return CALLS.created(ApiModelsCalls.IMAGES, key, body);
  }

  @Test
  void itPrintsWhereThePictureIs() throws IOException {
    String key = gateway.node().account(100);
    String task = create(key, "Studio photo of a ceramic mug on a marble counter");
    String[] words = printed.readLine().split(" ", -1);
    assertThat(words).hasSize(4).startsWith("image", "ready", task);
    assertThat(words[3])
        .isEqualTo(
            ApiModelsCalls.results(CALLS.finished(ApiModelsCalls.IMAGES, key, task)).getFirst());
  }

  @Test
  void itPrintsWhyThereIsNone() throws IOException {
    String key = gateway.node().account(100);
    String task = create(key, "policy: x");
    assertThat(printed.readLine()).startsWith("image failed " + task + " ").doesNotEndWith("null");
  }
}
