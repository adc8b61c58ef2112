package dev.easel.api.dialect.kie;

import dev.easel.api.Answer;
import dev.easel.api.Desk;
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
  private static final Reason NONE = new Reason("", "");

  private final Desk desk;
  private final OwnFiles files;

  KieJson(Desk desk, OwnFiles files) {
    this.desk = desk;
    this.files = files;
  }

  /** {@code {code, msg, data}} for what went well. */
  static Answer ok(JsonNode data) {
    return Answer.ok(Envelope.success(data));
  }

  /** The answer to an accepted create. */
  static String accepted(TaskRequest request) {
    return Envelope.success(JSON.objectNode().put("taskId", request.id().toString())).toString();
  }

  /** A task's record. */
  ObjectNode task(Task task, Language language) {
    String model = desk.shownModel(Kie.NAME, task.request());
    ObjectNode json =
        JSON.objectNode()
            .put("taskId", task.id().toString())
            .put("model", model)
            .put("state", state(task.state()))
            .put("param", param(model, task.request()))
            .put("resultJson", resultJson(task));
    withReason(json, task.state(), language);
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
  private String param(String model, TaskRequest request) {
    if (request.origin().dialect().equals(Kie.NAME)) {
      return desk.sent(request);
    }
    ObjectNode param = JSON.objectNode().put("model", model);
    param.set("input", request.parameters().toJson());
    return param.toString();
  }

  private String resultJson(Task task) {
    return switch (task.state()) {
      case TaskState.Succeeded succeeded -> resultUrls(task.request(), succeeded.results());
      case TaskState.Queued _, TaskState.Running _, TaskState.Failed _, TaskState.Canceled _ -> "";
    };
  }

  private String resultUrls(TaskRequest request, List<Asset> results) {
    ObjectNode json = JSON.objectNode();
    ArrayNode urls = json.putArray("resultUrls");
    results.forEach(result -> urls.add(files.link(request.account(), result.name())));
    return json.toString();
  }

  private static void withReason(ObjectNode json, TaskState state, Language language) {
    Reason reason = Reason.of(state, language).orElse(NONE);
    json.put("failCode", reason.code()).put("failMsg", reason.message());
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
