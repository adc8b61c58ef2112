package dev.easel.api.extra;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.api.dialect.apimodels.ApiModelsCallback;
import dev.easel.api.dialect.kie.KieCallback;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.db.DatabaseException;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskId;
import dev.easel.task.TaskState;
import dev.easel.webhook.Bodies;
import dev.easel.webhook.Delivery;
import dev.easel.webhook.EventType;
import dev.easel.wording.Language;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is told of tasks that have ended: the callbacks of the dialects that document one, and for
 * all others an event that carries the task as it is read at {@code /api/v1/tasks/{id}}.
 */
public final class News implements Bodies {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What this node remembers of a task may be older than the end that is to be told. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Snapshots snapshots;
  private final ApiModelsCallback apimodels;
  private final KieCallback kie;
  private final OmniJson json;

  /** News of tasks as they are read from {@code snapshots}. */
  public News(Snapshots snapshots, ApiModelsCallback apimodels, KieCallback kie, OmniJson json) {
    this.snapshots = snapshots;
    this.apimodels = apimodels;
    this.kie = kie;
    this.json = json;
  }

  @Override
  public Optional<byte[]> of(Delivery delivery) {
    Optional<ObjectNode> body =
        delivery.event() == EventType.TEST
            ? Optional.of(event(delivery, delivery.createdAt(), JSON.objectNode()))
            : task(delivery).map(task -> body(delivery, task));
    return body.map(node -> node.toString().getBytes(UTF_8));
  }

  private Optional<Task> task(Delivery delivery) {
    Optional<Task> task =
        snapshots.await(delivery.account(), new TaskId(delivery.task()), PATIENCE);
    if (task.filter(found -> !found.state().isFinal()).isPresent()) {
      throw new DatabaseException("the end of task " + delivery.task() + " is not known here yet");
    }
    return task;
  }

  private ObjectNode body(Delivery delivery, Task task) {
    return switch (delivery.shape()) {
      case APIMODELS -> apimodels.of(task);
      case KIE -> kie.of(task);
      case EVENT -> event(delivery, ended(task), json.task(task, Language.ENGLISH));
    };
  }

  private static ObjectNode event(Delivery delivery, Instant at, ObjectNode data) {
    return JSON.objectNode()
        .put("type", delivery.event().word())
        .put("timestamp", at.toString())
        .set("data", data);
  }

  private static Instant ended(Task task) {
    return switch (task.state()) {
      case TaskState.Succeeded succeeded -> succeeded.finishedAt();
      case TaskState.Failed failed -> failed.finishedAt();
      case TaskState.Canceled canceled -> canceled.finishedAt();
      case TaskState.Queued _, TaskState.Running _ ->
          throw new IllegalArgumentException("a live task is not told of: " + task.id());
    };
  }
}
