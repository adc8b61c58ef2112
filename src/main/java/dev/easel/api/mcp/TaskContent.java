package dev.easel.api.mcp;

import dev.easel.api.Desk;
import dev.easel.asset.AssetStore;
import dev.easel.asset.OwnFiles;
import dev.easel.task.Asset;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How a task looks to an assistant. */
public final class TaskContent {
  private static final Logger log = LoggerFactory.getLogger(TaskContent.class);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Of all pictures of an answer together, before base64: common clients take a megabyte. */
  private static final long MOST_SHOWN_BYTES = 600_000;

  private static final String UNFINISHED =
      "This is not the end: call get_task with this task_id and wait_seconds.";

  private final Desk desk;
  private final OwnFiles files;
  private final AssetStore store;

  /** Gives results the addresses of {@code files}, and shows small ones from {@code store}. */
  public TaskContent(Desk desk, OwnFiles files, AssetStore store) {
    this.desk = desk;
    this.files = files;
    this.store = store;
  }

  /** A task of which nothing is known but that it was accepted. */
  static ToolAnswer accepted(String id) {
    return ToolAnswer.of(JSON.objectNode().put("task_id", id).put("state", "queued"))
        .saying(UNFINISHED);
  }

  /** A task as it stands. */
  ToolAnswer read(TaskView view, Language language) {
    Task task = view.task();
    ObjectNode json = fields(task, language);
    view.queuePosition().ifPresent(position -> json.put("queue_position", position));
    List<Asset> results =
        task.state() instanceof TaskState.Succeeded succeeded ? succeeded.results() : List.of();
    if (!results.isEmpty()) {
      ArrayNode array = json.putArray("results");
      results.forEach(asset -> array.add(result(task.request(), asset)));
    }
    ToolAnswer answer =
        ToolAnswer.of(json)
            .with(
                results.stream().map(asset -> link(task.request(), asset)).toList(),
                pictures(results));
    return task.state().isFinal() ? answer : answer.saying(UNFINISHED);
  }

  private ObjectNode fields(Task task, Language language) {
    TaskRequest request = task.request();
    ObjectNode json =
        JSON.objectNode()
            .put("task_id", task.id().toString())
            .put("state", task.state().word())
            .put("model", desk.shownModel(Tools.DIALECT, request))
            .put("kind", request.kind().word())
            .put("created_at", task.createdAt().toString());
    return switch (task.state()) {
      case TaskState.Queued _ -> json.put("credits", request.credits());
      case TaskState.Running(_, int percent, _) ->
          json.put("credits", request.credits()).put("progress", percent);
      case TaskState.Succeeded succeeded -> {
        succeeded.expiresAt().ifPresent(end -> json.put("expires_at", end.toString()));
        yield json.put("credits", succeeded.captured())
            .put("finished_at", succeeded.finishedAt().toString());
      }
      case TaskState.Failed failed ->
          json.put("credits", 0)
              .put("finished_at", failed.finishedAt().toString())
              .put("error", language.retell(failed.failure().message()));
      case TaskState.Canceled canceled ->
          json.put("credits", 0).put("finished_at", canceled.finishedAt().toString());
    };
  }

  private ObjectNode result(TaskRequest request, Asset asset) {
    ObjectNode json =
        JSON.objectNode()
            .put("url", files.link(request.account(), asset.name()))
            .put("media_type", asset.mediaType())
            .put("bytes", asset.bytes());
    asset.width().ifPresent(width -> json.put("width", width));
    asset.height().ifPresent(height -> json.put("height", height));
    asset.durationMillis().ifPresent(millis -> json.put("duration_seconds", millis / 1000.0));
    return json;
  }

  private ObjectNode link(TaskRequest request, Asset asset) {
    return JSON.objectNode()
        .put("type", "resource_link")
        .put("uri", files.link(request.account(), asset.name()))
        .put("name", asset.name())
        .put("mimeType", asset.mediaType())
        .put("size", asset.bytes());
  }

  /** Those pictures that fit, in their order. */
  private List<ObjectNode> pictures(List<Asset> results) {
    List<ObjectNode> pictures = new ArrayList<>();
    long left = MOST_SHOWN_BYTES;
    for (Asset asset : results) {
      if (asset.mediaType().startsWith("image/") && asset.bytes() <= left) {
        left -= asset.bytes();
        picture(asset).ifPresent(pictures::add);
      }
    }
    return pictures;
  }

  /** Empty where the file is there no more: its link says so to who follows it. */
  private Optional<ObjectNode> picture(Asset asset) {
    try {
      Optional<AssetStore.Opened> opened = store.open(asset.name());
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (AssetStore.Opened file = opened.get()) {
        ByteArrayOutputStream content = new ByteArrayOutputStream((int) file.bytes());
        file.copy(0, file.bytes(), content);
        return Optional.of(
            JSON.objectNode()
                .put("type", "image")
                .put("data", Base64.getEncoder().encodeToString(content.toByteArray()))
                .put("mimeType", asset.mediaType()));
      }
    } catch (IOException broken) {
      log.warn("cannot read the result {}: {}", asset.name(), broken.getMessage());
      return Optional.empty();
    }
  }
}
