package dev.easel.api.dialect.art;

import dev.easel.api.Desk;
import dev.easel.api.EndUser;
import dev.easel.api.OpenAiError;
import dev.easel.asset.OwnFiles;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shapes of the dialect. Fields that the documentation shows come first and are always there;
 * ours follow, where they say something.
 */
final class ArtJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Desk desk;
  private final OwnFiles files;

  ArtJson(Desk desk, OwnFiles files) {
    this.desk = desk;
    this.files = files;
  }

  /** The answer to an accepted create: the task as it begins. */
  String accepted(TaskRequest request) {
    return withUser(json(request, "pending", request.credits(), List.of()), request).toString();
  }

  /** A task as it is read. */
  ObjectNode task(TaskView view, Language language) {
    Task task = view.task();
    ObjectNode json =
        json(task.request(), status(task.state()), task.credits(), results(task.state()));
    view.queuePosition().ifPresent(position -> json.put("queue_position", position));
    withUser(json, task.request());
    return withProgress(json, task.state(), language);
  }

  private ObjectNode json(TaskRequest request, String status, long credits, List<Asset> results) {
    ObjectNode json =
        JSON.objectNode()
            .put("id", request.id().toString())
            .put("object", "image.generation")
            .put("created", request.id().createdAt().getEpochSecond())
            .put("model", model(request))
            .put("status", status)
            .put("credits", credits);
    ArrayNode data = json.putArray("data");
    results.forEach(
        result -> data.addObject().put("url", files.link(request.account(), result.name())));
    return json;
  }

  /** Which of its two inner names the model goes by, where the caller has not said. */
  private String model(TaskRequest request) {
    String model = desk.shownModel(Art.NAME, request);
    boolean isOurs = request.origin().dialect().equals(Art.NAME);
    return isOurs && model.equals(Art.USUAL_MODEL)
        ? model + (request.parameters().images().isEmpty() ? "-text-to-image" : "-image-to-image")
        : model;
  }

  private static String status(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> "pending";
      case TaskState.Running _ -> "processing";
      case TaskState.Succeeded _ -> "succeeded";
      case TaskState.Failed _ -> "failed";
      case TaskState.Canceled _ -> "canceled";
    };
  }

  private static List<Asset> results(TaskState state) {
    return state instanceof TaskState.Succeeded succeeded ? succeeded.results() : List.of();
  }

  private ObjectNode withUser(ObjectNode json, TaskRequest request) {
    EndUser.of(desk.sent(request)).ifPresent(user -> json.put("user", user));
    return json;
  }

  private static ObjectNode withProgress(ObjectNode json, TaskState state, Language language) {
    switch (state) {
      case TaskState.Running running -> json.put("progress", running.percent());
      case TaskState.Failed failed ->
          json.set("error", OpenAiError.of(failed.failure(), language).json());
      case TaskState.Queued _, TaskState.Succeeded _, TaskState.Canceled _ -> {}
    }
    return json;
  }
}
