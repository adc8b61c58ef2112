package dev.easel.api;

import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.task.Cancellations;
import dev.easel.task.Page;
import dev.easel.task.Removals;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskId;
import dev.easel.task.TaskRequest;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Phrase;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where tasks are read, listed and taken back; the same for every dialect. A task that is not there
 * and one of another account look alike.
 */
public final class Desk {
  private final Supplier<Catalog> catalog;
  private final Snapshots snapshots;
  private final Cancellations cancellations;
  private final Removals removals;

  /** A desk in front of {@code snapshots}. */
  public Desk(
      Supplier<Catalog> catalog,
      Snapshots snapshots,
      Cancellations cancellations,
      Removals removals) {
    this.catalog = catalog;
    this.snapshots = snapshots;
    this.cancellations = cancellations;
    this.removals = removals;
  }

  /** The caller's task of that id, as soon as it is final or the caller is tired of waiting. */
  public Verdict<TaskView> read(Exchange exchange, String id) {
    return read(exchange, Verdict.pass(id));
  }

  /** The same, where {@code id} may be wrong, which only callers are told who are known. */
  public Verdict<TaskView> read(Exchange exchange, Verdict<String> id) {
    return exchange
        .caller()
        .then(caller ->
            id.then(known -> exchange.patience().then(patience -> read(caller, known, patience))));
  }

  /** The caller's task of that id, as soon as it is final or {@code patience} is over. */
  public Verdict<TaskView> read(Caller caller, String id, Duration patience) {
    return found(
            TaskId.parse(id).flatMap(known -> snapshots.await(caller.account(), known, patience)))
        .map(snapshots::view);
  }

  /** The caller's task of that id, as it stands. */
  public Verdict<Task> find(Caller caller, String id) {
    return found(TaskId.parse(id).flatMap(known -> snapshots.read(caller.account(), known)));
  }

  private static Verdict<Task> found(Optional<Task> task) {
    return task.map(Verdict::pass).orElseGet(() -> Verdict.refuse(new ApiError.TaskNotFound()));
  }

  /** A part of the caller's tasks. */
  public List<TaskView> list(Caller caller, Page page) {
    return snapshots.views(snapshots.list(caller.account(), page));
  }

  /** The request as it was sent. */
  public String sent(TaskRequest request) {
    return snapshots.sent(request);
  }

  /** Follows a task that has been read. The caller closes the watch. */
  public Snapshots.Watch watch(Task task) {
    return snapshots.watch(task);
  }

  /** Takes the caller's task of that id back, where that is still possible. */
  public Verdict<Task> cancel(Caller caller, String id) {
    return find(caller, id)
        .then(task -> {
          Task now = cancellations.cancel(task);
          return now.state() instanceof TaskState.Canceled
              ? Verdict.pass(now)
              : Verdict.refuse(new ApiError.TooLateToCancel(word(now.state())));
        });
  }

  /** Whether this node is going down: nobody is kept waiting any more. */
  public boolean isClosing() {
    return snapshots.isStopping();
  }

  /** Deletes a task of the caller's that is over, with its files. */
  public void remove(Task task) {
    removals.remove(task);
  }

  private static Phrase word(TaskState state) {
    return switch (state) {
      case TaskState.Queued _, TaskState.Running _ -> Phrase.of("running");
      case TaskState.Succeeded _ -> Phrase.of("finished");
      case TaskState.Failed _ -> Phrase.of("failed");
      case TaskState.Canceled _ -> Phrase.of("canceled");
    };
  }

  /**
   * The model that {@code dialect} shows a task as made by: the id that was asked for where it was
   * asked in this dialect; else what this dialect sells the same model as, for a task with
   * references rather a listing that takes some; else the model's own id.
   */
  public String shownModel(String dialect, TaskRequest request) {
    if (request.origin().dialect().equals(dialect)) {
      return request.origin().listing();
    }
    boolean hasImages = !request.parameters().images().isEmpty();
    return catalog.get().listings(dialect).stream()
        .filter(listing -> listing.model().equals(request.model()))
        .min(Comparator.comparing(listing -> takesImages(listing) != hasImages))
        .map(Listing::id)
        .orElse(request.model());
  }

  private static boolean takesImages(Listing listing) {
    return listing.fields().stream()
        .anyMatch(field -> field.parameter().filter("images"::equals).isPresent());
  }
}
