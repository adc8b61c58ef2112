package dev.easel.api.dialect.apimodels;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Desk;
import dev.easel.api.Envelope;
import dev.easel.api.Reason;
import dev.easel.asset.OwnFiles;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shapes of the dialect. Of the fields that its documentation shows, those are there that say
 * something; {@code model}, {@code progress} and {@code queue_position} are ours.
 */
final class ApiModelsJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Desk desk;
  private final OwnFiles files;

  ApiModelsJson(Desk desk, OwnFiles files) {
    this.desk = desk;
    this.files = files;
  }

  /** {@code {code, msg, data}} for what went well. */
  static Answer ok(ObjectNode data) {
    return Answer.ok(Envelope.success(data));
  }

  /** This dialect's table of errors: the code is the HTTP status. */
  static Answer refuse(ApiError error, Language language) {
    int status = status(error);
    return Answer.of(
            status, JSON.objectNode().put("code", status).put("msg", error.message(language)))
        .inDueTime(error);
  }

  private static int status(ApiError error) {
    return switch (error) {
      case ApiError.InvalidRequest _, ApiError.UnknownModel _, ApiError.Disabled _ -> 400;
      case ApiError.Unauthenticated _ -> 401;
      case ApiError.InsufficientCredits _, ApiError.KeyLimitExceeded _, ApiError.StorageFull _ ->
          402;
      case ApiError.TaskNotFound _, ApiError.NotFound _ -> 404;
      case ApiError.TooLateToCancel _ -> 409;
      case ApiError.TooLarge _ -> 413;
      case ApiError.IdempotencyConflict _ -> 422;
      case ApiError.RateLimited _ -> 429;
      case ApiError.Internal _ -> 500;
      case ApiError.Maintenance _, ApiError.Unavailable _ -> 503;
    };
  }

  /** The answer to an accepted create. */
  static String accepted(String id) {
    return Envelope.success(JSON.objectNode().put("taskId", id).put("state", "pending")).toString();
  }

  /** The answer to a create whose task has been waited for. */
  String created(TaskView view, Language language) {
    return Envelope.success(task(view, language)).toString();
  }

  /** A task as it is read. */
  ObjectNode task(TaskView view, Language language) {
    Task task = view.task();
    ObjectNode json =
        JSON.objectNode()
            .put("taskId", task.id().toString())
            .put("state", state(task.state()))
            .put("model", desk.shownModel(ApiModels.NAME, task.request()));
    view.queuePosition().ifPresent(position -> json.put("queue_position", position));
    Reason.of(task.state(), language)
        .ifPresent(reason -> json.put("failCode", reason.code()).put("failMsg", reason.message()));
    return switch (task.state()) {
      case TaskState.Queued _ -> withTime(json, "createTime", task.createdAt());
      case TaskState.Running running ->
          withTime(json, "createTime", task.createdAt()).put("progress", running.percent());
      case TaskState.Succeeded succeeded ->
          over(withResults(json, task, succeeded.results()), task, succeeded.finishedAt());
      case TaskState.Failed failed -> over(json, task, failed.finishedAt());
      case TaskState.Canceled canceled -> over(json, task, canceled.finishedAt());
    };
  }

  private static String state(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> "pending";
      case TaskState.Running _ -> "processing";
      case TaskState.Succeeded _ -> "completed";
      case TaskState.Failed _, TaskState.Canceled _ -> "failed";
    };
  }

  private ObjectNode withResults(ObjectNode json, Task task, List<Asset> results) {
    ArrayNode urls = json.putArray("resultUrls");
    results.forEach(result -> urls.add(files.link(task.request().account(), result.name())));
    return json;
  }

  private static ObjectNode over(ObjectNode json, Task task, Instant finished) {
    return withTime(withTime(json, "createTime", task.createdAt()), "completeTime", finished);
  }

  private static ObjectNode withTime(ObjectNode json, String field, Instant time) {
    return json.put(field, time.toEpochMilli());
  }
}
