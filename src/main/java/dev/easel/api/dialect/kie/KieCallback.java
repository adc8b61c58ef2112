package dev.easel.api.dialect.kie;

import dev.easel.api.Envelope;
import dev.easel.api.Reason;
import dev.easel.asset.OwnFiles;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.wording.Language;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What kie.ai documents as the body of a callback (docs.kie.ai, read in November 2026). It differs
 * from a record: in {@code param}, the member {@code input} is itself JSON in a string; what is not
 * there is null; {@code costTime} is in seconds.
 */
public final class KieCallback {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String INPUT = "input";
  private static final int SUCCESS = 200;
  private static final int BAD_REQUEST = 400;
  private static final int GENERATION_FAILED = 501;
  private static final Set<String> FAULTS_OF_CALLERS = Set.of("INVALID_INPUT", "CONTENT_POLICY");

  private final OwnFiles files;
  private final Function<TaskRequest, String> sent;

  /**
   * Callbacks that give results the addresses of {@code files}.
   *
   * @param sent the request as it was sent
   */
  public KieCallback(OwnFiles files, Function<TaskRequest, String> sent) {
    this.files = files;
    this.sent = sent;
  }

  /** The body for {@code task}, which was asked for in this dialect and has ended. */
  public ObjectNode of(Task task) {
    return switch (task.state()) {
      case TaskState.Succeeded(_, Instant finished, long captured, List<Asset> results) ->
          Envelope.of(
              SUCCESS,
              "Playground task completed successfully.",
              data(task, finished, "success", Optional.of(resultJson(task, results)))
                  .put("costTime", seconds(Duration.between(task.createdAt(), finished)))
                  .put("creditsConsumed", captured));
      case TaskState.Failed(Instant finished, _) -> failed(task, finished);
      case TaskState.Canceled(Instant finished) -> failed(task, finished);
      case TaskState.Queued _, TaskState.Running _ ->
          throw new IllegalArgumentException("a live task is not told of: " + task.id());
    };
  }

  private ObjectNode failed(Task task, Instant finished) {
    boolean isCallersFault =
        Reason.of(task.state(), Language.ENGLISH)
            .filter(reason -> FAULTS_OF_CALLERS.contains(reason.code()))
            .isPresent();
    return Envelope.of(
        isCallersFault ? BAD_REQUEST : GENERATION_FAILED,
        "Playground task failed.",
        data(task, finished, "fail", Optional.empty()));
  }

  private ObjectNode data(Task task, Instant finished, String state, Optional<String> resultJson) {
    Optional<Reason> reason = Reason.of(task.state(), Language.ENGLISH);
    return JSON.objectNode()
        .put("taskId", task.id().toString())
        .put("model", task.request().origin().listing())
        .put("state", state)
        .put("param", param(sent.apply(task.request())))
        .put("resultJson", resultJson.orElse(null))
        .put("failCode", reason.map(Reason::code).orElse(null))
        .put("failMsg", reason.map(Reason::message).orElse(null))
        .put("createTime", task.createdAt().toEpochMilli())
        .put("completeTime", finished.toEpochMilli())
        .put("updateTime", finished.toEpochMilli());
  }

  /** The request, with its input encoded twice. */
  private static String param(String body) {
    JsonNode request = JsonMapper.shared().readTree(body);
    ObjectNode param = JSON.objectNode().put(INPUT, request.path(INPUT).toString());
    for (Map.Entry<String, JsonNode> member : request.properties()) {
      param.putIfAbsent(member.getKey(), member.getValue());
    }
    return param.toString();
  }

  private static long seconds(Duration took) {
    return Math.round(took.toMillis() / 1_000.0);
  }

  private String resultJson(Task task, List<Asset> results) {
    ObjectNode json = JSON.objectNode();
    ArrayNode urls = json.putArray("resultUrls");
    results.forEach(result -> urls.add(files.link(task.request().account(), result.name())));
    return json.toString();
  }
}
