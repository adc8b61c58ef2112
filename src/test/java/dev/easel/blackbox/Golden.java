package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the public documents of an API show: commands, which are run as they stand there, and
 * answers.
 *
 * @param directory below {@code golden/}
 */
record Golden(String directory) {
  /** The text of a file. */
  String text(String file) {
    String name = "/golden/" + directory + "/" + file;
    try (InputStream golden =
        Objects.requireNonNull(Golden.class.getResourceAsStream(name), name)) {
      return new String(golden.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The JSON in a file. */
  JsonNode json(String file) {
    return JsonMapper.shared().readTree(text(file));
  }

  /**
   * Runs the command in a file with a shell and curl, as a reader of the document would, and
   * answers what it prints.
   *
   * @param replaced what a reader puts in: host, key, a task's id
   */
  JsonNode run(String file, Map<String, String> replaced) {
    String command = text(file);
    for (Map.Entry<String, String> entry : replaced.entrySet()) {
      assertThat(command).contains(entry.getKey());
      command = command.replace(entry.getKey(), entry.getValue());
    }
    ProcessBuilder shell = new ProcessBuilder(List.of("sh", "-c", command));
    shell.environment().put("no_proxy", "*");
    shell.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = shell.start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("exit status of %s", command).isZero();
      return JsonMapper.shared().readTree(printed);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Every field of {@code golden}, with the same type; more are welcome. */
  static void assertSameShape(JsonNode golden, JsonNode answer) {
    golden.forEachEntry((field, value) -> {
      assertThat(answer.has(field)).as("field %s of %s", field, answer).isTrue();
      assertThat(answer.path(field).getNodeType())
          .as("type of %s in %s", field, answer)
          .isEqualTo(value.getNodeType());
      if (value.isObject()) {
        assertSameShape(value, answer.path(field));
      } else if (value.isArray() && !value.isEmpty()) {
        assertThat(answer.path(field)).as("items of %s", field).isNotEmpty();
        answer.path(field).forEach(item -> assertSameItem(value.get(0), item));
      }
    });
  }

  private static void assertSameItem(JsonNode golden, JsonNode item) {
    assertThat(item.getNodeType()).as("type of %s", item).isEqualTo(golden.getNodeType());
    assertSameShape(golden, item);
  }
}
