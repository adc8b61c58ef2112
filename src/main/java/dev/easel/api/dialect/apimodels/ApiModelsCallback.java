package dev.easel.api.dialect.apimodels;

import dev.easel.api.Envelope;
import dev.easel.api.Reason;
import dev.easel.asset.OwnFiles;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.wording.Language;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What apimodels.app documents as the body of a callback (read in November 2026). {@code param} and
 * {@code resultJson} are JSON in a string; a task that failed has none of the latter.
 */
public final class ApiModelsCallback {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Whose models those are whose ids begin so. */
  private static final Map<String, String> PROVIDERS =
      Map.of(
          "gpt-", "openai",
          "dall-e", "openai",
          "sora", "openai",
          "nano-banana", "google",
          "gemini", "google",
          "veo", "google",
          "seedance", "bytedance",
          "seedream", "bytedance");

  private final OwnFiles files;
  private final Function<TaskRequest, String> sent;

  /**
   * Callbacks that give results the addresses of {@code files}.
   *
   * @param sent the request as it was sent
   */
  public ApiModelsCallback(OwnFiles files, Function<TaskRequest, String> sent) {
    this.files = files;
    this.sent = sent;
  }

  /** The body for {@code task}, which was asked for in this dialect and has ended. */
  public ObjectNode of(Task task) {
    return switch (task.state()) {
      case TaskState.Succeeded(_, Instant finished, _, List<Asset> results) ->
          body(task, finished, "completed", Optional.of(resultJson(task, results)));
      case TaskState.Failed(Instant finished, _) ->
          body(task, finished, "failed", Optional.empty());
      case TaskState.Canceled(Instant finished) -> body(task, finished, "failed", Optional.empty());
      case TaskState.Queued _, TaskState.Running _ ->
          throw new IllegalArgumentException("a live task is not told of: " + task.id());
    };
  }

  private ObjectNode body(Task task, Instant finished, String state, Optional<String> resultJson) {
    Optional<Reason> reason = Reason.of(task.state(), Language.ENGLISH);
    long created = task.createdAt().toEpochMilli();
    return Envelope.success(
        JSON.objectNode()
            .put("taskId", task.id().toString())
            .put("model", model(task))
            .put("state", state)
            .put("param", sent.apply(task.request()))
            .put("resultJson", resultJson.orElse(null))
            .put("failCode", reason.map(Reason::code).orElse(null))
            .put("failMsg", reason.map(Reason::message).orElse(null))
            .put("costTime", finished.toEpochMilli() - created)
            .put("completeTime", finished.toEpochMilli())
            .put("createTime", created));
  }

  /** {@code <provider>/<model_name>}: whose model it is, and what was asked for. */
  private static String model(Task task) {
    String name = task.request().origin().listing();
    return name.contains("/") ? name : provider(task.request().model()) + "/" + name;
  }

  private static String provider(String model) {
    return PROVIDERS.entrySet().stream()
        .filter(provider -> model.startsWith(provider.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("easel");
  }

  private String resultJson(Task task, List<Asset> results) {
    ObjectNode json = JSON.objectNode();
    ArrayNode urls = json.putArray("resultUrls");
    results.forEach(result -> urls.add(files.link(task.request().account(), result.name())));
    return json.toString();
  }
}
