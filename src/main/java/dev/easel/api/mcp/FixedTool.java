package dev.easel.api.mcp;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A tool that is there whatever the catalogue sells. */
enum FixedTool {
  LIST_MODELS(
      "List models",
      "Lists the models that can be generated with: the tool of each, what it can do, what it"
          + " costs, and how long it usually takes.",
      Effect.READS),
  GET_TASK(
      "Get a task",
      "Tells how a task stands, and the links to its results when it has succeeded. With"
          + " wait_seconds it waits for the task's end, at most so long.",
      Effect.READS),
  CANCEL_TASK(
      "Cancel a task",
      "Takes a task back and refunds it; possible while it is queued, and while it is running only"
          + " where the provider agrees.",
      Effect.CANCELS),
  GET_CREDITS(
      "Get credits",
      "Tells how many credits the account has: available, and held for tasks under way.",
      Effect.READS);

  /** The argument that says how long to wait. */
  static final String WAIT = "wait_seconds";

  /** Common clients give up after a minute. */
  static final int LONGEST_WAIT_SECONDS = 50;

  /** The argument that names a task. */
  static final String TASK = "task_id";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final String title;
  private final String description;
  private final Effect effect;

  FixedTool(String title, String description, Effect effect) {
    this.title = title;
    this.description = description;
    this.effect = effect;
  }

  /** What calling a tool does to the world; clients ask people before some of it. */
  enum Effect {
    READS,
    SPENDS,
    CANCELS
  }

  static List<FixedTool> all() {
    return List.of(values());
  }

  /** The tool of that name, if there is one. */
  static Optional<FixedTool> named(String name) {
    return Arrays.stream(values()).filter(tool -> tool.word().equals(name)).findFirst();
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What its arguments may be. */
  ObjectNode schema() {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    switch (this) {
      case LIST_MODELS, GET_CREDITS -> {}
      case GET_TASK -> {
        task(properties);
        properties.set(WAIT, wait(0));
        schema.putArray("required").add(TASK);
      }
      case CANCEL_TASK -> {
        task(properties);
        schema.putArray("required").add(TASK);
      }
    }
    return schema.put("additionalProperties", false);
  }

  private static void task(ObjectNode properties) {
    properties.putObject(TASK).put("type", "string").put("description", "The task's id.");
  }

  /** The argument that says how long to wait for a task's end. */
  static ObjectNode wait(int usual) {
    return JSON.objectNode()
        .put("type", "integer")
        .put("minimum", 0)
        .put("maximum", LONGEST_WAIT_SECONDS)
        .put("default", usual)
        .put("description", "How long to wait for the end of the task.");
  }

  /** The tool as clients are told of it. */
  ObjectNode describe() {
    return describe(word(), title, description, schema(), effect);
  }

  /** Any tool as clients are told of it. */
  static ObjectNode describe(
      String name, String title, String description, ObjectNode schema, Effect effect) {
    ObjectNode tool =
        JSON.objectNode().put("name", name).put("title", title).put("description", description);
    tool.set("inputSchema", schema);
    tool.putObject("annotations")
        .put("title", title)
        .put("readOnlyHint", effect == Effect.READS)
        .put("destructiveHint", effect == Effect.CANCELS)
        .put("idempotentHint", effect != Effect.SPENDS)
        .put("openWorldHint", effect == Effect.SPENDS);
    return tool;
  }
}
