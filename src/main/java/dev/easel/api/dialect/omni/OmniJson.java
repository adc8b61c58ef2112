package dev.easel.api.dialect.omni;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Desk;
import dev.easel.api.Envelope;
import dev.easel.api.Reason;
import dev.easel.asset.OwnFiles;
import dev.easel.catalog.MediaKind;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shapes of the Omni API. Fields that its documentation shows come first and are always there;
 * ours follow, where they say something.
 */
public final class OmniJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int REQUEST_ID_CHARACTERS = 12;

  private final Desk desk;
  private final OwnFiles files;

  /** Shapes that give results the addresses of {@code files}. */
  public OmniJson(Desk desk, OwnFiles files) {
    this.desk = desk;
    this.files = files;
  }

  /** {@code {code, msg, data}} for what went well. */
  public static Answer ok(JsonNode data) {
    return Answer.ok(Envelope.of(200, "ok", data));
  }

  /** This dialect's table of errors. */
  public static Answer refuse(ApiError error, Language language) {
    return switch (error) {
      case ApiError.Unauthenticated _ ->
          Answer.of(401, JSON.objectNode().put("code", 401).put("msg", error.message(language)));
      case ApiError.InsufficientCredits _,
          ApiError.KeyLimitExceeded _,
          ApiError.StorageFull _,
          ApiError.InvalidRequest _,
          ApiError.UnknownModel _,
          ApiError.TaskNotFound _,
          ApiError.NotFound _,
          ApiError.IdempotencyConflict _,
          ApiError.Maintenance _,
          ApiError.Disabled _,
          ApiError.TooLateToCancel _ ->
          failure(200, error, language);
      case ApiError.TooLarge _ -> failure(413, error, language);
      case ApiError.RateLimited _ -> failure(429, error, language);
      case ApiError.Unavailable _ -> failure(503, error, language);
      case ApiError.Internal _ -> failure(500, error, language);
    };
  }

  private static Answer failure(int status, ApiError error, Language language) {
    return Answer.of(status, Envelope.of(0, error.message(language))).inDueTime(error);
  }

  /** The answer to an accepted create. */
  static String accepted(TaskRequest request) {
    ObjectNode data =
        JSON.objectNode()
            .put("task_id", request.id().toString())
            .put("request_id", requestId(request.id().value()))
            .put("credits", request.credits());
    return Envelope.of(200, "提交成功,等待生成", data).toString();
  }

  /**
   * The upstream's name for the request, in the shape that the documentation shows; found again
   * from the task's id.
   */
  private static String requestId(UUID task) {
    StringBuilder id = new StringBuilder("kie_");
    long bits = task.getLeastSignificantBits() ^ Long.rotateLeft(task.getMostSignificantBits(), 29);
    for (int i = 0; i < REQUEST_ID_CHARACTERS; i++) {
      id.append(ALPHABET.charAt((int) Long.remainderUnsigned(bits, ALPHABET.length())));
      bits = Long.divideUnsigned(bits, ALPHABET.length());
    }
    return id.toString();
  }

  /** A task as it is read, and where it stands in its queue. */
  public ObjectNode task(TaskView view, Language language) {
    ObjectNode json = task(view.task(), language);
    view.queuePosition().ifPresent(position -> json.put("queue_position", position));
    return json;
  }

  /** A task as it is read. */
  public ObjectNode task(Task task, Language language) {
    TaskRequest request = task.request();
    ObjectNode json =
        JSON.objectNode()
            .put("task_id", task.id().toString())
            .put("task_status", status(task.state()))
            .put("task_type", request.kind().word())
            .put("model_id", desk.shownModel(Omni.NAME, request));
    List<Asset> results =
        task.state() instanceof TaskState.Succeeded succeeded ? succeeded.results() : List.of();
    for (MediaKind kind : MediaKind.values()) {
      json.put(
          kind.word() + "_url",
          results.isEmpty() || kind != request.kind() ? null : url(request, results.getFirst()));
    }
    json.put("credits", task.credits()).put("created_at", task.createdAt().getEpochSecond());
    if (results.size() > 1) {
      ArrayNode urls = json.putArray(request.kind().word() + "_urls");
      results.forEach(result -> urls.add(url(request, result)));
    }
    withThumbnails(json, request, results);
    withProgress(json, task.state());
    Reason.of(task.state(), language)
        .ifPresent(reason -> json.put("fail_reason", reason.message()));
    return json;
  }

  private void withThumbnails(ObjectNode json, TaskRequest request, List<Asset> results) {
    if (!results.isEmpty()) {
      json.put("thumbnail_url", files.thumbnail(request.account(), results.getFirst().name()));
    }
    if (results.size() > 1) {
      ArrayNode urls = json.putArray("thumbnail_urls");
      results.forEach(result -> urls.add(files.thumbnail(request.account(), result.name())));
    }
  }

  private static void withProgress(ObjectNode json, TaskState state) {
    switch (state) {
      case TaskState.Queued _ -> {}
      case TaskState.Running(_, int percent, _) -> json.put("progress", percent);
      case TaskState.Succeeded succeeded -> {
        withEnd(json, succeeded.finishedAt());
        succeeded.expiresAt().ifPresent(end -> json.put("expires_at", end.getEpochSecond()));
      }
      case TaskState.Failed failed -> withEnd(json, failed.finishedAt());
      case TaskState.Canceled canceled -> withEnd(json, canceled.finishedAt());
    }
  }

  private static void withEnd(ObjectNode json, Instant finished) {
    json.put("finished_at", finished.getEpochSecond());
  }

  private static int status(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> 1;
      case TaskState.Running _ -> 2;
      case TaskState.Succeeded _ -> 3;
      case TaskState.Failed _, TaskState.Canceled _ -> 4;
    };
  }

  private String url(TaskRequest request, Asset asset) {
    return files.link(request.account(), asset.name());
  }
}
