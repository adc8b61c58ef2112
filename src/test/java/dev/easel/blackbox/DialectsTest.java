package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task that was made in one dialect is read in every other, in that one's words. */
class DialectsTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  /**
   * A dialect, as far as it makes and reads tasks. Pointers lead from the answer to what is looked
   * for.
   *
   * @param body asks for a picture of PROMPT, in JSON with single quotes
   * @param own the model of its own tasks
   * @param others the model of the others' tasks
   */
  private record Tongue(
      String name,
      String create,
      String body,
      String id,
      String read,
      String state,
      Words words,
      String model,
      String own,
      String others,
      String result) {
    String created(String key, String prompt) {
      JsonNode answer =
          gateway
              .node()
              .post(create, key, body.replace("PROMPT", prompt).replace('\'', '"'))
              .json();
      String task = answer.at(id).asString();
      assertThat(task).as("%s", answer).isNotBlank();
      return task;
    }

    JsonNode read(String key, String task) {
      return gateway.node().get(read + task, key).json();
    }

    /** The address of the first result, wherever the dialect has it. */
    String result(JsonNode answer) {
      JsonNode at = answer.at(result);
      return at.asString("").startsWith("{")
          ? JsonMapper.shared().readTree(at.stringValue()).at("/resultUrls/0").asString()
          : at.asString("");
    }
  }

  /** What states are called. */
  private record Words(String live, String succeeded, String failed, String canceled) {}

  /** One row for each dialect. */
  private static final List<Tongue> TONGUES =
      List.of(
          new Tongue(
              "omni",
              Gateway.CREATE,
              "{'model_id':'gpt-image-2','prompt':'PROMPT'}",
              "/data/task_id",
              "/api/v1/tasks/",
              "/data/task_status",
              new Words("1|2", "3", "4", "4"),
              "/data/model_id",
              "gpt-image-2",
              "gpt-image-2",
              "/data/image_url"),
          new Tongue(
              "kie",
              KieCalls.CREATE,
              "{'model':'gpt-image-2-text-to-image','input':{'prompt':'PROMPT'}}",
              "/data/taskId",
              "/api/v1/jobs/recordInfo?taskId=",
              "/data/state",
              new Words("waiting|queuing|generating", "success", "fail", "fail"),
              "/data/model",
              "gpt-image-2-text-to-image",
              "gpt-image-2-text-to-image",
              "/data/resultJson"),
          new Tongue(
              "apimodels",
              ApiModelsCalls.IMAGES,
              "{'model':'gpt-image-2-beta','prompt':'PROMPT'}",
              "/data/taskId",
              ApiModelsCalls.IMAGES + "?task_id=",
              "/data/state",
              new Words("pending|processing", "completed", "failed", "failed"),
              "/data/model",
              "gpt-image-2-beta",
              "gpt-image-2-beta",
              "/data/resultUrls/0"),
          new Tongue(
              "art",
              ArtCalls.CREATE,
              "{'model':'gpt-image-2','prompt':'PROMPT'}",
              "/id",
              "/api/v1/images/tasks/",
              "/status",
              new Words("pending|processing", "succeeded", "failed", "canceled"),
              "/model",
              "gpt-image-2-text-to-image",
              "gpt-image-2",
              "/data/0/url"));

  private interface Choice {
    String word(Words words);
  }

  /** Reads the task in every dialect; returns a line of the table. */
  private static String check(
      String key, Tongue author, String task, Choice state, String expectedResult) {
    List<String> cells = new ArrayList<>();
    for (Tongue reader : TONGUES) {
      JsonNode answer = reader.read(key, task);
      String where = author.name + " read in " + reader.name + ": " + answer;
      assertThat(answer.at(reader.state).asString()).as(where).matches(state.word(reader.words));
      String model = reader.equals(author) ? reader.own : reader.others;
      assertThat(answer.at(reader.model).asString()).as(where).isEqualTo(model);
      assertThat(reader.result(answer)).as(where).isEqualTo(expectedResult);
      cells.add(answer.at(reader.state).asString() + " " + model);
    }
    return row(author.name, cells);
  }

  private static String row(String first, List<String> cells) {
    return "%-10s".formatted(first)
        + cells.stream().map("%-38s"::formatted).collect(Collectors.joining());
  }

  @Test
  void everyTaskIsReadInEveryDialect() {
    String key = gateway.node().account(1_000);
    List<String> table = new ArrayList<>();
    table.add(row("made in", TONGUES.stream().map(tongue -> "read in " + tongue.name).toList()));
    for (Tongue author : TONGUES) {
      String made = author.created(key, "a kite");
      String result = gateway.node().await(key, made).path("image_url").asString();
      assertThat(result).startsWith(gateway.node().url() + "/files/");
      table.add(check(key, author, made, Words::succeeded, result));
      String failed = author.created(key, "policy: a kite");
      gateway.node().await(key, failed);
      table.add(check(key, author, failed, Words::failed, ""));
      String live = author.created(key, Gateway.endless());
      table.add(check(key, author, live, Words::live, ""));
      gateway.cancel(key, live);
      gateway.node().await(key, live);
      table.add(check(key, author, live, Words::canceled, ""));
    }
    System.out.println(String.join("\n", table));
    assertThat(gateway.tasks(key)).hasSize(3 * TONGUES.size());
  }

  @Test
  void nobodyReadsAnothersTask() {
    String key = gateway.node().account(100);
    String other = gateway.node().account(100);
    for (Tongue author : TONGUES) {
      String task = author.created(key, "a kite");
      for (Tongue reader : TONGUES) {
        assertThat(reader.read(other, task).at(reader.state).isMissingNode())
            .as("%s read in %s", author.name, reader.name)
            .isTrue();
      }
    }
  }
}
