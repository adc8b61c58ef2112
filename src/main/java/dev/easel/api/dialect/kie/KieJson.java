package dev.easel.api.dialect.kie;

import dev.easel.api.Answer;
import dev.easel.api.Desk;
import dev.easel.asset.OwnFiles;
import dev.easel.provider.Failure;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shapes of the dialect. All fields are always there; what a task does not have yet is an empty
 * string, or null where a number would be.
 */
final class KieJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Desk desk;
  private final OwnFiles files;

  KieJson(Desk desk, OwnFiles files) {
    this.desk = desk;
    this.files = files;
  }

  /** {@code {code, msg, data}} for what went well. */
  static Answer ok(JsonNode data) {
    return Answer.ok(envelope(data));
  }

  private static ObjectNode envelope(JsonNode data) {
    ObjectNode envelope = JSON.objectNode().put("code", 200).put("msg", "success");
    envelope.set("data", data);
    return envelope;
  }

  /** The answer to an accepted create. */
  static String accepted(TaskRequest request) {
    return envelope(JSON.objectNode().put("taskId", request.id().toString())).toString();
  }

  /** A task's record. */
  ObjectNode task(Task task) {
    String model = desk.shownModel(Kie.NAME, task.request());
    ObjectNode json =
        JSON.objectNode()
            .put("taskId", task.id().toString())
            .put("model", model)
            .put("state", state(task.state()))
            .put("param", param(model, task.request()))
            .put("resultJson", resultJson(task.state()));
    withFailure(json, task.state());
    withTimes(json, task);
    return switch (task.state()) {
      case TaskState.Running running -> json.put("progress", running.percent());
      case TaskState.Succeeded succeeded -> json.put("creditsConsumed", succeeded.captured());
      case TaskState.Queued _, TaskState.Failed _, TaskState.Canceled _ -> json;
    };
  }

  private static String state(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> "waiting";
      case TaskState.Running running -> running.percent() == 0 ? "queuing" : "generating";
      case TaskState.Succeeded _ -> "success";
      case TaskState.Failed _, TaskState.Canceled _ -> "fail";
    };
  }

  /** The request as it was sent; one of another dialect as it would have been sent in this one. */
  private static String param(String model, TaskRequest request) {
    if (request.origin().dialect().equals(Kie.NAME)) {
      return request.origin().body();
    }
    ObjectNode param = JSON.objectNode().put("model", model);
    param.set("input", request.parameters().toJson());
    return param.toString();
  }

  private String resultJson(TaskState state) {
    return switch (state) {
      case TaskState.Succeeded succeeded -> resultUrls(succeeded.results());
      case TaskState.Queued _, TaskState.Running _, TaskState.Failed _, TaskState.Canceled _ -> "";
    };
  }

  private String resultUrls(List<Asset> results) {
    ObjectNode json = JSON.objectNode();
    ArrayNode urls = json.putArray("resultUrls");
    results.forEach(result -> urls.add(files.url(result.name())));
    return json.toString();
  }

  private static void withFailure(ObjectNode json, TaskState state) {
    switch (state) {
      case TaskState.Failed failed ->
          json.put("failCode", failCode(failed.failure().kind()))
              .put("failMsg", failed.failure().message());
      case TaskState.Canceled _ -> json.put("failCode", "CANCELED").put("failMsg", "Canceled.");
      case TaskState.Queued _, TaskState.Running _, TaskState.Succeeded _ ->
          json.put("failCode", "").put("failMsg", "");
    }
  }

  private static String failCode(Failure.Kind kind) {
    return switch (kind) {
      case INVALID_INPUT -> "INVALID_INPUT";
      case CONTENT_POLICY -> "CONTENT_POLICY";
      case TIMED_OUT -> "TIMED_OUT";
      case CANCELED -> "CANCELED";
      // Whose fault it was upstream is not the customer's business.
      case RATE_LIMITED, OVERLOADED, NO_CREDIT, BAD_CREDENTIAL, INTERNAL -> "GENERATION_FAILED";
    };
  }

  private static void withTimes(ObjectNode json, Task task) {
    Instant created = task.createdAt();
    switch (task.state()) {
      case TaskState.Queued _ -> underWay(json, created, created);
      case TaskState.Running running -> underWay(json, created, running.startedAt());
      case TaskState.Succeeded succeeded -> over(json, created, succeeded.finishedAt());
      case TaskState.Failed failed -> over(json, created, failed.finishedAt());
      case TaskState.Canceled canceled -> over(json, created, canceled.finishedAt());
    }
  }

  private static void underWay(ObjectNode json, Instant created, Instant updated) {
    json.putNull("costTime")
        .put("createTime", created.toEpochMilli())
        .put("updateTime", updated.toEpochMilli())
        .putNull("completeTime");
  }

  /** {@code costTime} is in milliseconds here; in callbacks it is in seconds. */
  private static void over(ObjectNode json, Instant created, Instant finished) {
    json.put("costTime", finished.toEpochMilli() - created.toEpochMilli())
        .put("createTime", created.toEpochMilli())
        .put("updateTime", finished.toEpochMilli())
        .put("completeTime", finished.toEpochMilli());
  }
}
