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

/** What a client of the art API asks of a node. */
record ArtCalls(Supplier<TestNode> node) {
  static final String CREATE = "/api/v1/images/generations";

  /** A body that asks for a picture of {@code prompt} and names no model. */
  static ObjectNode body(String prompt) {
    return JsonNodeFactory.instance.objectNode().put("prompt", prompt);
  }

  Reply create(String key, JsonNode body, String... headers) {
    return node.get().post(CREATE, key, body.toString(), headers);
  }

  /** Creates a task, which must be accepted; returns the answer. */
  JsonNode created(String key, JsonNode body) {
    Reply reply = create(key, body);
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertThat(reply.json().path("status").asString()).isEqualTo("pending");
    return reply.json();
  }

  Reply read(String key, String task) {
    return node.get().get("/api/v1/images/tasks/" + task, key);
  }

  /** A task when it is over. */
  JsonNode finished(String key, String task) {
    for (int i = 0; i < 3; i++) {
      JsonNode json = node.get().get("/api/v1/images/tasks/" + task + "?wait=60", key).json();
      if (!List.of("pending", "processing").contains(json.path("status").asString())) {
        return json;
      }
    }
    throw new AssertionError("task " + task + " did not end");
  }

  JsonNode finished(String key, JsonNode body) {
    return finished(key, created(key, body).path("id").asString());
  }

  /** The addresses of a finished task's results. */
  static List<String> results(JsonNode task) {
    List<String> urls = new ArrayList<>();
    task.path("data").forEach(item -> urls.add(item.path("url").stringValue()));
    return urls;
  }
}
