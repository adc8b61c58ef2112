package dev.easel.api.extra;

import dev.easel.api.Desk;
import dev.easel.api.Door;
import dev.easel.api.EventStream;
import dev.easel.api.Exchange;
import dev.easel.api.Reply;
import dev.easel.api.Verdict;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells of one task as it goes, by server-sent events: how it stands at once, then {@code queued}
 * whenever its position changes, {@code running} whenever it has progressed, and at last {@code
 * succeeded}, {@code failed} or {@code canceled}, after which the stream ends. The data of each is
 * the task as a read shows it.
 *
 * <p>Every event tells the whole state, so that a caller that comes back has missed nothing. It is
 * not told again what its {@code Last-Event-ID} says that it knows.
 */
public final class TaskEvents implements HttpService {
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** Between the two lines of a heartbeat. */
  private static final Duration ECHO = Duration.ofMillis(500);

  private final Door door;
  private final Desk desk;
  private final OmniJson json;
  private final Duration heartbeat;

  /**
   * The events of the tasks at {@code desk}.
   *
   * @param heartbeat after how long without an event a comment is sent, so that nobody on the way
   *     takes the connection for dead
   */
  public TaskEvents(Door door, Desk desk, OmniJson json, Duration heartbeat) {
    this.door = door;
    this.desk = desk;
    this.json = json;
    this.heartbeat = heartbeat;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/v1/tasks/{id}/events", door.toAny(this::open, OmniJson::refuse));
  }

  private Verdict<Reply> open(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> desk.find(caller, exchange.path("id")))
        .map(task -> {
          Optional<String> known = exchange.lastEventId();
          boolean isOver = task.state().isFinal() && known.equals(Optional.of(task.state().word()));
          return isOver
              ? new Reply.Nothing()
              : new Reply.Events(out -> tell(task, known, exchange.language(), out));
        });
  }

  private void tell(Task task, Optional<String> known, Language language, EventStream out)
      throws IOException, InterruptedException {
    try (Snapshots.Watch watch = desk.watch(task)) {
      out.retry(RETRY);
      Optional<TaskView> now = watch.next(heartbeat);
      if (now.isPresent() && known.equals(Optional.of(id(now.get())))) {
        now = next(watch, out);
      }
      while (now.isPresent()) {
        TaskView view = now.get();
        out.event(id(view), view.task().state().word(), json.task(view, language).toString());
        now = view.task().state().isFinal() ? Optional.empty() : next(watch, out);
      }
    }
  }

  /** The next event, with heartbeats before it; empty when none will come. */
  private Optional<TaskView> next(Snapshots.Watch watch, EventStream out)
      throws IOException, InterruptedException {
    Optional<TaskView> news = watch.next(heartbeat.minus(ECHO));
    while (news.isEmpty() && !watch.isOver()) {
      // Twice, because the first write to a caller that has gone still succeeds.
      out.comment();
      news = watch.next(ECHO);
      if (news.isEmpty() && !watch.isOver()) {
        out.comment();
        news = watch.next(heartbeat.minus(ECHO));
      }
    }
    return news;
  }

  /** Says what {@code view} says, in a word. */
  private static String id(TaskView view) {
    String word = view.task().state().word();
    if (view.task().state() instanceof TaskState.Running running) {
      return word + "-" + running.percent();
    }
    return view.queuePosition().isPresent() ? word + "-" + view.queuePosition().getAsInt() : word;
  }
}
