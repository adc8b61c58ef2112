package dev.easel.fuzz;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes messages of the Model Context Protocol, whose tools say themselves what they take. */
final class Assistant {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final List<JsonNode> tools = new ArrayList<>();
  private final Values values;
  private final Known known;

  /** Uses the tools of {@code list}, an answer to {@code tools/list}. */
  Assistant(JsonNode list, Values values, Known known) {
    list.at("/result/tools").forEach(tools::add);
    if (tools.isEmpty()) {
      throw new IllegalArgumentException("no tools: " + list);
    }
    this.values = values;
    this.known = known;
  }

  /** A message, or several. */
  JsonNode message(Dice dice) {
    if (!dice.happens(10)) {
      return one(dice);
    }
    ArrayNode batch = JSON.arrayNode();
    int size = dice.pick(0, 1, 2, 3, 60);
    for (int i = 0; i < size; i++) {
      batch.add(one(dice));
    }
    return batch;
  }

  private ObjectNode one(Dice dice) {
    ObjectNode message = JSON.objectNode().put("jsonrpc", "2.0");
    if (dice.happens(95)) {
      message.put("id", dice.below(1_000));
    }
    String method =
        dice.happens(75)
            ? "tools/call"
            : dice.pick("initialize", "ping", "tools/list", "notifications/initialized", "x");
    message.put("method", method);
    switch (method) {
      case "tools/call" -> call(message.putObject("params"), dice);
      case "initialize" ->
          message.putObject("params").put("protocolVersion", dice.pick("2025-06-18", "1", ""));
      default -> {}
    }
    return message;
  }

  private void call(ObjectNode params, Dice dice) {
    JsonNode tool = dice.pick(tools);
    JsonNode arguments = values.of(tool.path("inputSchema"), dice);
    if (arguments instanceof ObjectNode object) {
      if (object.has("task_id")) {
        object.put("task_id", known.task(dice));
      }
      // Nobody waits here for what takes its time.
      object.remove("wait_seconds");
    }
    params.put("name", tool.path("name").asString()).set("arguments", arguments);
  }
}
