package dev.easel.api.dialect.openai;

import dev.easel.api.Answer;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.EventStream;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.OpenAiError;
import dev.easel.api.Reply;
import dev.easel.api.Verdict;
import dev.easel.asset.AssetStore;
import dev.easel.asset.StoreAway;
import dev.easel.task.Asset;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pictures while the caller waits. The task is one like any other: it goes on when the caller has
 * gone, and who asks again joins it.
 */
final class OpenAiImages {
  private static final Logger log = LoggerFactory.getLogger(OpenAiImages.class);

  private final OpenAi.Means means;
  private final OpenAiRequests requests;
  private final Pictured pictured;

  OpenAiImages(OpenAi.Means means, OpenAiRequests requests) {
    this.means = means;
    this.requests = requests;
    this.pictured =
        new Pictured(means.files().store(), means.files().own(), means.files().previews());
  }

  Verdict<Reply> generate(Exchange exchange) {
    return create(exchange, Purpose.GENERATION);
  }

  Verdict<Reply> edit(Exchange exchange) {
    return create(exchange, Purpose.EDIT);
  }

  private Verdict<Reply> create(Exchange exchange, Purpose purpose) {
    return exchange
        .caller()
        .then(caller ->
            requests
                .read(exchange, caller, purpose)
                .then(ask ->
                    wish(purpose, ask)
                        .then(wish ->
                            means
                                .intake()
                                .takeAndRead(
                                    exchange,
                                    caller,
                                    ask,
                                    id -> answer(exchange, caller, wish, id),
                                    id -> unread(id, exchange.language())))));
  }

  private Verdict<Wish> wish(Purpose purpose, Ask ask) {
    return means
        .catalog()
        .get()
        .listing(OpenAi.NAME, ask.model())
        .map(listing -> Wish.of(purpose, ask, listing))
        // It will be refused for its model.
        .orElseGet(() -> Verdict.pass(new Wish(purpose, false, 0, false, false)));
  }

  private Verdict<Reply> answer(Exchange exchange, Caller caller, Wish wish, String id) {
    Desk desk = means.desk();
    Language language = exchange.language();
    return wish.isStream()
        ? desk.find(caller, id)
            .map(task -> new Reply.Events(out -> tell(task, wish, language, out)))
        : desk.read(caller, id, means.waiting().longest())
            .map(TaskView::task)
            .map(task -> answer(exchange, task, wish));
  }

  private Reply answer(Exchange exchange, Task task, Wish wish) {
    Language language = exchange.language();
    return switch (task.state()) {
      case TaskState.Succeeded state when !pictured.areThere(state.results()) ->
          new Reply.Text(gone(task, language).answer());
      case TaskState.Succeeded state ->
          wish.isUrl()
              ? new Reply.Text(Answer.ok(pictured.inUrls(task, state)))
              : new Reply.Written(pictured.inBase64(task, state, wish.isGptImage()));
      case TaskState.Failed failed ->
          new Reply.Text(OpenAiError.of(failed.failure(), language).answer());
      case TaskState.Canceled _ -> new Reply.Text(OpenAiError.canceled(language).answer());
      case TaskState.Queued _, TaskState.Running _ -> new Reply.Text(unfinished(exchange, task));
    };
  }

  /**
   * The task goes on; whether asking again helps depends on why it was not waited for, and on
   * whether that joins the task.
   */
  private Answer unfinished(Exchange exchange, Task task) {
    Language language = exchange.language();
    if (!means.desk().isClosing()) {
      return late(task, language).answer();
    }
    return Intake.isJoinedByItsRepetition(exchange)
        ? closing(task, language).answer().with("Retry-After", "1").with("x-should-retry", "true")
        : closingForGood(task, language).answer();
  }

  private static OpenAiError closing(Task task, Language language) {
    return new OpenAiError(
        503,
        goingDown(task, language),
        "service_unavailable_error",
        Optional.empty(),
        "service_unavailable");
  }

  /** No 503 for whoever would buy a second task by asking again. */
  private static OpenAiError closingForGood(Task task, Language language) {
    return new OpenAiError(
        504, goingDown(task, language), "server_error", Optional.empty(), "still_running");
  }

  private static String goingDown(Task task, Language language) {
    return Phrase.of(
            "This server is going down. The task goes on: read it at GET /api/v1/tasks/%s.",
            task.id())
        .in(language);
  }

  private OpenAiError late(Task task, Language language) {
    return new OpenAiError(
        504,
        Phrase.of(
                "Not ready after %d seconds. The task goes on: read it at GET /api/v1/tasks/%s.",
                means.waiting().longest().toSeconds(), task.id())
            .in(language),
        "server_error",
        Optional.empty(),
        "still_running");
  }

  private static Reply unread(String id, Language language) {
    return new Reply.Text(unreadable(id, language).answer());
  }

  /** No 503, at which clients of every kind ask again: that would be a second task. */
  private static OpenAiError unreadable(String id, Language language) {
    return new OpenAiError(
        504,
        Phrase.of(
                "The task was accepted, but cannot be read at the moment. Do not ask again: read it at GET /api/v1/tasks/%s.",
                id)
            .in(language),
        "server_error",
        Optional.empty(),
        "task_unreadable");
  }

  private static OpenAiError gone(Task task, Language language) {
    return new OpenAiError(
        410,
        Phrase.of("The files of task %s are no longer kept.", task.id()).in(language),
        "invalid_request_error",
        Optional.empty(),
        "file_not_found");
  }

  private void tell(Task task, Wish wish, Language language, EventStream out)
      throws IOException, InterruptedException {
    try (Snapshots.Watch watch = means.desk().watch(task)) {
      Task now = task;
      while (!now.state().isFinal() && !watch.isOver()) {
        Optional<TaskView> news = watch.next(means.waiting().heartbeat());
        if (news.isPresent()) {
          now = news.get().task();
        } else {
          out.comment(); // so that nobody on the way takes the connection for dead
        }
      }
      tellEnd(now, wish, language, out);
    } catch (StoreAway away) {
      log.warn("task {} cannot be told: {}", task.id(), away.getMessage());
      error(unreadable(task.id().toString(), language), out);
    }
  }

  private void tellEnd(Task task, Wish wish, Language language, EventStream out)
      throws IOException {
    switch (task.state()) {
      case TaskState.Succeeded state when !pictured.areThere(state.results()) ->
          error(gone(task, language), out);
      case TaskState.Succeeded state -> {
        for (Asset result : state.results()) {
          tell(task, state, result, wish, out);
        }
      }
      case TaskState.Failed failed -> error(OpenAiError.of(failed.failure(), language), out);
      case TaskState.Canceled _ -> error(OpenAiError.canceled(language), out);
      case TaskState.Queued _, TaskState.Running _ -> error(closing(task, language), out);
    }
  }

  private void tell(Task task, TaskState.Succeeded state, Asset result, Wish wish, EventStream out)
      throws IOException {
    for (int i = 0; i < wish.previews(); i++) {
      Optional<Reply.Writer> preview =
          pictured.preview(wish.purpose(), task.request(), state, result, i);
      if (preview.isPresent()) {
        out.event(wish.purpose().word() + ".partial_image", preview.get());
      }
    }
    try (AssetStore.Opened file = pictured.open(result)) {
      out.event(
          wish.purpose().word() + ".completed",
          pictured.completed(wish.purpose(), task.request(), state, result, file));
    }
  }

  private static void error(OpenAiError error, EventStream out) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", "error");
    json.set("error", error.json());
    out.event("error", to -> to.write(json.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
