package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A task that was made in one dialect is read in every other, in that one's words; assistants read
 * it too, and what they made is read by all.
 */
class DialectsTest {
  /** Pictures of OpenAI's API are waited for: not long, where they are never done. */
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of("api.longest-wait", "1s"));

  private static final String PICTURES = "/v1/images/generations";
  private static final String VIDEOS = "/v1/videos/";

  /**
   * A dialect, as far as it makes and reads tasks. Pointers lead from the answer to what is looked
   * for.
   *
   * @param body asks for a picture of PROMPT, in JSON with single quotes
   * @param id where the answer to a create has the task's id; nowhere, when it has the picture
   * @param own the model of its own tasks
   * @param others the model of the others' tasks
   * @param result where the address of the first result is; nowhere, when its file is read instead
   */
  private record Tongue(
      String name,
      String create,
      String body,
      String id,
      Reading read,
      String state,
      Words words,
      String model,
      String own,
      String others,
      String result) {
    String created(String key, String prompt) {
      String asked = body.replace("PROMPT", prompt).replace('\'', '"');
      JsonNode answer =
          gateway.node().post(create, key, asked, "MCP-Protocol-Version", "2025-11-25").json();
      String task =
          id.isEmpty() ? gateway.tasks(key).at("/0/task_id").asString() : answer.at(id).asString();
      assertThat(task).as("%s", answer).isNotBlank();
      return task;
    }

    JsonNode read(String key, String task) {
      return read.answer(key, task);
    }

    /** Whether it has the picture at {@code address}; none, where that is empty. */
    void assertResult(String key, String task, JsonNode answer, String address) {
      if (result.isEmpty()) {
        HttpResponse<String> content = text(VIDEOS + task + "/content", key);
        assertThat(content.statusCode()).as(name).isEqualTo(address.isEmpty() ? 409 : 200);
        assertThat(address.isEmpty() || content.body().equals(text(path(address), key).body()))
            .as("%s reads the same file", name)
            .isTrue();
        return;
      }
      JsonNode at = answer.at(result);
      assertThat(
              at.asString("").startsWith("{")
                  ? JsonMapper.shared().readTree(at.stringValue()).at("/resultUrls/0").asString()
                  : at.asString(""))
          .as("%s: %s", name, answer)
          .isEqualTo(address);
    }
  }

  private static HttpResponse<String> text(String path, String key) {
    return gateway.node().text(gateway.node().request(path, key).build());
  }

  private static String path(String address) {
    return address.substring(gateway.node().url().length());
  }

  /** How a task is read. */
  private interface Reading {
    JsonNode answer(String key, String task);

    /** At {@code path}, followed by its id. */
    static Reading at(String path) {
      return (key, task) -> gateway.node().get(path + task, key).json();
    }
  }

  private static JsonNode readByAssistant(String key, String task) {
    ObjectNode call =
        JsonNodeFactory.instance
            .objectNode()
            .put("jsonrpc", "2.0")
            .put("id", 1)
            .put("method", "tools/call");
    ObjectNode params = call.putObject("params").put("name", "get_task");
    params.putObject("arguments").put("task_id", task);
    return gateway
        .node()
        .post("/mcp", key, call.toString(), "MCP-Protocol-Version", "2025-11-25")
        .json();
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
              Reading.at("/api/v1/tasks/"),
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
              Reading.at("/api/v1/jobs/recordInfo?taskId="),
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
              Reading.at(ApiModelsCalls.IMAGES + "?task_id="),
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
              Reading.at("/api/v1/images/tasks/"),
              "/status",
              new Words("pending|processing", "succeeded", "failed", "canceled"),
              "/model",
              "gpt-image-2-text-to-image",
              "gpt-image-2",
              "/data/0/url"),
          new Tongue(
              "openai",
              PICTURES,
              "{'model':'gpt-image-2','prompt':'PROMPT'}",
              "",
              Reading.at(VIDEOS),
              "/status",
              new Words("queued|in_progress", "completed", "failed", "failed"),
              "/model",
              "gpt-image-2",
              "gpt-image-2",
              ""),
          new Tongue(
              "mcp",
              "/mcp",
              "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'generate_gpt-image-2',"
                  + "'arguments':{'prompt':'PROMPT','wait_seconds':0}}}",
              "/result/structuredContent/task_id",
              DialectsTest::readByAssistant,
              "/result/structuredContent/state",
              new Words("queued|running", "succeeded", "failed", "canceled"),
              "/result/structuredContent/model",
              "gpt-image-2",
              "gpt-image-2",
              "/result/structuredContent/results/0/url"));

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
      reader.assertResult(key, task, answer, expectedResult);
      cells.add(answer.at(reader.state).asString() + " " + model);
    }
    return row(author.name, cells);
  }

  private static String row(String first, List<String> cells) {
    return "%-10s".formatted(first)
        + cells.stream().map("%-36s"::formatted).collect(Collectors.joining()).stripTrailing();
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
