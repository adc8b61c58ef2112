package dev.easel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.config.LogSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logging is set up once in a process, so each test is a process. */
class LoggingTest {
  @Test
  void peopleGetALineForEachMessage() throws Exception {
    assertThat(logged("TEXT", "INFO"))
        .map(line -> line.replaceFirst("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
        .containsExactly(
            "INFO  LoggingTest: two | lines",
            "WARN  WebServer: careful",
            "ERROR LoggingTest: over",
            "java.lang.IllegalStateException: broken");
  }

  @Test
  void machinesGetAnObjectForEachMessage() throws Exception {
    List<JsonNode> lines =
        logged("JSON", "INFO").stream().map(JsonMapper.shared()::readTree).toList();

    assertThat(lines)
        .map(line -> line.get("level").asString() + " " + line.get("formattedMessage").asString())
        .containsExactly("INFO two\nlines", "WARN careful", "ERROR over");
    assertThat(lines.getLast().get("throwable").get("message").asString()).isEqualTo("broken");
  }

  @Test
  void theLevelHoldsForLibrariesToo() throws Exception {
    assertThat(logged("TEXT", "ERROR")).first().asString().endsWith("ERROR LoggingTest: over");
  }

  /** What another process logs, without the frames of stack traces. */
  private static List<String> logged(String format, String level)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Program.class.getName(), format, level));
    Process process = new ProcessBuilder(command).start();
    List<String> lines = process.errorReader().lines().toList();
    assertThat(process.inputReader().readAllAsString()).isEmpty();
    assertThat(process.waitFor()).isZero();
    return lines.stream().filter(line -> !line.startsWith("\t")).toList();
  }

  /** Logs as Easel does and as Helidon does. */
  static final class Program {
    public static void main(String[] arguments) {
      Logging.start(
          new LogSettings(
              LogSettings.Format.valueOf(arguments[0]), LogSettings.Level.valueOf(arguments[1])));
      LoggerFactory.getLogger(LoggingTest.class).info("two\nlines");
      System.Logger helidon = System.getLogger("io.helidon.webserver.WebServer");
      helidon.log(System.Logger.Level.INFO, "started");
      helidon.log(System.Logger.Level.WARNING, "careful");
      LoggerFactory.getLogger(LoggingTest.class).debug("detail");
      LoggerFactory.getLogger(LoggingTest.class).error("over", new IllegalStateException("broken"));
    }
  }
}
