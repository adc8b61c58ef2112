package dev.easel.api.dialect.openai;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.OpenAiError;
import dev.easel.api.Paging;
import dev.easel.api.Refusals;
import dev.easel.api.Reply;
import dev.easel.api.Verdict;
import dev.easel.asset.AssetStore;
import dev.easel.asset.FileAnswer;
import dev.easel.asset.StoreAway;
import dev.easel.asset.Thumbnails;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.task.Asset;
import dev.easel.task.Page;
import dev.easel.task.Task;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Films as tasks: create, read, list, delete, and their content. A task of another kind can be read
 * here too, as every dialect can read the others' tasks; lists have films only.
 */
final class OpenAiVideos {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final OpenAi.Means means;
  private final OpenAiRequests requests;

  OpenAiVideos(OpenAi.Means means, OpenAiRequests requests) {
    this.means = means;
    this.requests = requests;
  }

  void routing(HttpRules rules, Door door, Refusals refusals) {
    rules
        .post("/v1/videos", door.to(this::create, refusals))
        .get("/v1/videos", door.to(this::list, refusals))
        .get("/v1/videos/{id}", door.to(this::read, refusals))
        .delete("/v1/videos/{id}", door.to(this::delete, refusals))
        .get("/v1/videos/{id}/content", door.toAny(this::content, refusals))
        .head("/v1/videos/{id}/content", door.toAny(this::content, refusals));
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            requests
                .read(exchange, caller, Purpose.VIDEO)
                .then(ask -> means.intake().take(exchange, caller, ask, this::accepted)))
        .map(Answer::ok);
  }

  private Verdict<Answer> read(Exchange exchange) {
    return means
        .desk()
        .read(exchange, exchange.path("id"))
        .map(view -> Answer.ok(video(view.task(), exchange.language())));
  }

  private Verdict<Answer> list(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            Paging.limit(exchange)
                .then(most -> page(exchange, most))
                .map(page ->
                    Answer.ok(list(means.desk().list(caller, page), page, exchange.language()))));
  }

  private static Verdict<Page.Order> order(Exchange exchange) {
    return switch (exchange.query("order").orElse("desc").toLowerCase(Locale.ROOT)) {
      case "desc" -> Verdict.pass(Page.Order.NEWEST_FIRST);
      case "asc" -> Verdict.pass(Page.Order.OLDEST_FIRST);
      default -> Verdict.refuse(new ApiError.InvalidRequest("order", "allowed: asc, desc"));
    };
  }

  /** One more than is shown tells whether there are more. */
  private static Verdict<Page> page(Exchange exchange, int most) {
    Phrase why = Phrase.of("must be the id of a video, as last_id has it");
    return Paging.after(exchange, "after", why)
        .then(after ->
            order(exchange)
                .map(order -> new Page(Optional.of(MediaKind.VIDEO), after, order, most + 1)));
  }

  private ObjectNode list(List<TaskView> found, Page page, Language language) {
    int most = page.most() - 1;
    List<TaskView> shown = found.subList(0, Math.min(most, found.size()));
    ObjectNode json = JSON.objectNode().put("object", "list");
    ArrayNode data = json.putArray("data");
    shown.forEach(view -> data.add(video(view.task(), language)));
    return json.put("first_id", shown.isEmpty() ? null : id(shown.getFirst()))
        .put("last_id", shown.isEmpty() ? null : id(shown.getLast()))
        .put("has_more", found.size() > most);
  }

  private static String id(TaskView view) {
    return view.task().id().toString();
  }

  private Verdict<Answer> delete(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> means.desk().find(caller, exchange.path("id")))
        .map(task -> {
          if (!task.state().isFinal()) {
            return refused(
                exchange,
                400,
                "video_not_finished",
                Phrase.of("The video is not finished yet; only finished ones can be deleted."));
          }
          means.desk().remove(task);
          return Answer.ok(
              JSON.objectNode()
                  .put("id", task.id().toString())
                  .put("object", "video.deleted")
                  .put("deleted", true));
        });
  }

  private enum Variant {
    VIDEO,
    THUMBNAIL
  }

  private Verdict<Reply> content(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            variant(exchange)
                .then(variant ->
                    means
                        .desk()
                        .find(caller, exchange.path("id"))
                        .map(task -> content(exchange, task, variant))));
  }

  private static Verdict<Variant> variant(Exchange exchange) {
    return switch (exchange.query("variant").orElse("video")) {
      case "video" -> Verdict.pass(Variant.VIDEO);
      case "thumbnail" -> Verdict.pass(Variant.THUMBNAIL);
      default ->
          Verdict.refuse(new ApiError.InvalidRequest("variant", "allowed: video, thumbnail"));
    };
  }

  private Reply content(Exchange exchange, Task task, Variant variant) {
    return switch (task.state()) {
      case TaskState.Queued _, TaskState.Running _ ->
          new Reply.Text(
              refused(exchange, 409, "video_not_ready", Phrase.of("The video is not ready yet.")));
      case TaskState.Failed _, TaskState.Canceled _ ->
          new Reply.Text(
              refused(
                      exchange,
                      409,
                      "video_failed",
                      Phrase.of("There is no video: the task has failed or was canceled."))
                  .with("x-should-retry", "false"));
      case TaskState.Succeeded(_, _, _, List<Asset> results) ->
          switch (found(results.getFirst(), variant)) {
            case Thumbnails.Found.There(AssetStore.Opened file) ->
                new Reply.File(shown(task, file));
            case Thumbnails.Found.Nothing _ ->
                new Reply.Text(missing(exchange, results.getFirst()));
            case Thumbnails.Found.Busy _ ->
                new Reply.Text(
                    refused(
                            exchange,
                            503,
                            "busy",
                            Phrase.of("Too many thumbnails are being made; try again in a while."))
                        .with("Retry-After", "5"));
          };
    };
  }

  private Answer missing(Exchange exchange, Asset result) {
    return result.expiresAt().isPresent() && !means.files().own().isThere(result.name())
        ? refused(exchange, 410, "video_expired", Phrase.of("The video is no longer kept."))
        : refused(
            exchange, 404, "file_not_found", Phrase.of("There is no such file of this video."));
  }

  private static Answer refused(Exchange exchange, int status, String code, Phrase why) {
    return new OpenAiError(
            status, why.in(exchange.language()), "invalid_request_error", Optional.empty(), code)
        .answer();
  }

  private Thumbnails.Found found(Asset result, Variant variant) {
    try {
      return switch (variant) {
        case VIDEO ->
            means
                .files()
                .store()
                .open(result.name())
                .<Thumbnails.Found>map(Thumbnails.Found.There::new)
                .orElseGet(Thumbnails.Found.Nothing::new);
        case THUMBNAIL -> means.files().thumbnails().of(result.name());
      };
    } catch (IOException broken) {
      throw new StoreAway("cannot read " + result.name(), broken);
    }
  }

  /** Kept by nobody without asking again: the video may be deleted. */
  private static FileAnswer shown(Task task, AssetStore.Opened file) {
    return new FileAnswer(
        file,
        "private, no-cache",
        "inline; filename=\"%s.%s\"".formatted(task.id(), file.type().extension()));
  }

  /** The answer to a create. */
  private String accepted(TaskRequest request) {
    return video(request, new TaskState.Queued(), Language.ENGLISH).toString();
  }

  private ObjectNode video(Task task, Language language) {
    return video(task.request(), task.state(), language);
  }

  /** A task as it is read; films say how long and how large they are, or will be. */
  private ObjectNode video(TaskRequest request, TaskState state, Language language) {
    ObjectNode json =
        JSON.objectNode()
            .put("id", request.id().toString())
            .put("object", request.kind().word())
            .put("model", means.desk().shownModel(OpenAi.NAME, request))
            .put("status", status(state))
            .put("progress", progress(state))
            .put("created_at", request.id().createdAt().getEpochSecond());
    json.set("completed_at", completedAt(state));
    json.set("expires_at", expiresAt(state));
    json.put("prompt", request.parameters().prompt());
    OptionalInt seconds = request.parameters().duration();
    json.put("seconds", seconds.isPresent() ? String.valueOf(seconds.getAsInt()) : null);
    json.put("size", size(request.parameters(), state)).putNull("remixed_from_video_id");
    json.set("error", error(state, language));
    return json;
  }

  private static String status(TaskState state) {
    return switch (state) {
      case TaskState.Queued _ -> "queued";
      case TaskState.Running _ -> "in_progress";
      case TaskState.Succeeded _ -> "completed";
      case TaskState.Failed _, TaskState.Canceled _ -> "failed";
    };
  }

  private static int progress(TaskState state) {
    return switch (state) {
      case TaskState.Running running -> running.percent();
      case TaskState.Succeeded _ -> 100;
      case TaskState.Queued _, TaskState.Failed _, TaskState.Canceled _ -> 0;
    };
  }

  private static JsonNode completedAt(TaskState state) {
    return state instanceof TaskState.Succeeded succeeded
        ? JSON.numberNode(succeeded.finishedAt().getEpochSecond())
        : JSON.nullNode();
  }

  private static JsonNode expiresAt(TaskState state) {
    return state instanceof TaskState.Succeeded succeeded && succeeded.expiresAt().isPresent()
        ? JSON.numberNode(succeeded.expiresAt().get().getEpochSecond())
        : JSON.nullNode();
  }

  /** As it was made; until then as it was asked for. */
  private static String size(Parameters parameters, TaskState state) {
    if (state instanceof TaskState.Succeeded succeeded) {
      Asset result = succeeded.results().getFirst();
      if (result.width().isPresent() && result.height().isPresent()) {
        return result.width().getAsInt() + "x" + result.height().getAsInt();
      }
    }
    return parameters.size().or(parameters::resolution).orElse("auto");
  }

  private static JsonNode error(TaskState state, Language language) {
    return switch (state) {
      case TaskState.Failed failed -> error(OpenAiError.of(failed.failure(), language));
      case TaskState.Canceled _ -> error(OpenAiError.canceled(language));
      case TaskState.Queued _, TaskState.Running _, TaskState.Succeeded _ -> JSON.nullNode();
    };
  }

  private static JsonNode error(OpenAiError error) {
    return JSON.objectNode().put("code", error.code()).put("message", error.message());
  }
}
