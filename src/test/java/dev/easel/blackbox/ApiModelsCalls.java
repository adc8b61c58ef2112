package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a client of the apimodels API asks of a node. */
record ApiModelsCalls(Supplier<TestNode> node) {
  static final String IMAGES = "/api/v1/images/generations";
  static final String VIDEOS = "/api/v1/video/generations";

  /** A body that asks {@code model} for {@code prompt}. */
  static ObjectNode body(String model, String prompt) {
    return JsonNodeFactory.instance.objectNode().put("model", model).put("prompt", prompt);
  }

  Reply create(String path, String key, JsonNode body, String... headers) {
    return node.get().post(path, key, body.toString(), headers);
  }

  /** Creates a task, which must be accepted; returns its id. */
  String created(String path, String key, JsonNode body) {
    Reply reply = create(path, key, body);
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).isEqualTo(200);
    assertThat(reply.json().at("/data/state").asString()).isEqualTo("pending");
    return reply.json().at("/data/taskId").asString();
  }

  Reply poll(String path, String key, String task) {
    return node.get().get(path + "?task_id=" + task, key);
  }

  /** A task when it is over. */
  JsonNode finished(String path, String key, String task) {
    for (int i = 0; i < 3; i++) {
      JsonNode data = node.get().get(path + "?wait=60&task_id=" + task, key).json().path("data");
      if (List.of("completed", "failed").contains(data.path("state").asString())) {
        return data;
      }
    }
    throw new AssertionError("task " + task + " did not end");
  }

  /** The addresses of a finished task's results. */
  static List<String> results(JsonNode data) {
    List<String> urls = new ArrayList<>();
    data.path("resultUrls").forEach(url -> urls.add(url.stringValue()));
    return urls;
  }
}
