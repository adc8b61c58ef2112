package dev.easel.task;

import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Jobs;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import dev.easel.provider.Failure;
import dev.easel.task.Decision.Change;
import dev.easel.task.Decision.Course;
import dev.easel.task.Settlement.News;
import dev.easel.task.Settlement.Result;
import dev.easel.webhook.Deliveries;
import dev.easel.webhook.EventType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one settlement transaction writes: rows are gathered by table, so that each table takes one
 * statement.
 */
final class SettlementPage {
  private final Instant now;
  private final WorkLimits.Slots slots;

  private final List<Attempts.OfTask> begun = new ArrayList<>();
  private final List<Attempts.OfTask> changed = new ArrayList<>();
  private final List<Attempt> learned = new ArrayList<>();
  private final List<Tasks.Percent> progress = new ArrayList<>();
  private final List<TaskId> toStop = new ArrayList<>();
  private final List<TaskId> notToStop = new ArrayList<>();
  private final List<Tasks.Ending> endings = new ArrayList<>();
  private final List<Deliveries.Ended> told = new ArrayList<>();
  private final List<Tasks.AssetOf> assets = new ArrayList<>();
  private final List<Jobs.Later> later = new ArrayList<>();
  private final List<Jobs.Parked> parked = new ArrayList<>();
  private final List<Claim> finished = new ArrayList<>();
  private final List<Claim> taken = new ArrayList<>();
  private final List<Hold> holds = new ArrayList<>();
  private final List<Claim> grantsUsed = new ArrayList<>();
  private final Omens omens = new Omens();
  private int deliveries;

  /** A hold that ends. */
  private record Hold(Task task, long captured) {}

  SettlementPage(Instant now, WorkLimits.Slots slots) {
    this.now = now;
    this.slots = slots;
  }

  /** Begins attempts as far as there are slots; with none, and nothing under way, the job waits. */
  Result begin(Situation situation, Jobs.Locked job, List<Attempt> attempts) {
    Optional<String> grant = job.granted();
    List<Attempt> sending = new ArrayList<>();
    for (Attempt attempt : attempts) {
      String channel = WorkLimits.ofChannel(attempt.channel());
      if (grant.equals(Optional.of(channel))) {
        grant = Optional.empty();
        sending.add(attempt);
      } else if (slots.take(channel, situation.task().request().account())) {
        sending.add(attempt);
      }
    }
    if (job.granted().isPresent()) {
      grantsUsed.add(job.claim());
      grant.ifPresent(slots::giveBack);
    }
    if (sending.isEmpty() && !situation.hasOpen()) {
      parked.add(new Jobs.Parked(job.claim(), WorkLimits.ofChannel(attempts.getFirst().channel())));
      return new Result.Parked();
    }
    sending.forEach(attempt -> begun.add(new Attempts.OfTask(situation.task().id(), attempt)));
    return new Result.Begun(sending);
  }

  /** Notes what is new and how the task goes on; the job is held by whoever says so. */
  Result settle(Situation situation, Jobs.Locked job, Optional<News> news, Course course) {
    Task task = situation.task();
    news.ifPresent(n -> changed(situation, n, course));
    switch (course) {
      case Course.Hold _ -> {}
      case Course.Again(Instant at) -> later.add(new Jobs.Later(job.claim(), at));
      case Course.Succeed(long captured) -> ended(task, job, "succeeded", captured, null);
      case Course.Fail(Failure failure) -> ended(task, job, "failed", 0, failure);
      case Course.Cancel _ -> ended(task, job, "canceled", 0, null);
    }
    return new Result.Done();
  }

  private void changed(Situation situation, News news, Course course) {
    Task task = situation.task();
    Change change = news.change();
    attempt(task, change, news.freesSlot());
    if (change.isRefusalToStop()) {
      notToStop.add(task.id());
    }
    int known = task.state() instanceof TaskState.Running running ? running.percent() : 0;
    int percent = percent(situation, change);
    if (percent > known && !course.isFinal()) {
      progress.add(new Tasks.Percent(task.id(), percent));
    }
  }

  private static int percent(Situation situation, Change change) {
    int pieces = situation.task().request().pieces();
    if (pieces == 1) {
      return change.percent();
    }
    long made =
        situation.attempts().stream()
            .filter(attempt -> attempt.state() instanceof Attempt.State.Produced)
            .count();
    return (int) (100 * made / pieces);
  }

  private void attempt(Task task, Change change, boolean freesSlot) {
    Attempt attempt = change.attempt();
    changed.add(new Attempts.OfTask(task.id(), attempt));
    if (freesSlot) {
      slots.giveBack(WorkLimits.ofChannel(attempt.channel()));
    }
    int first = attempt.piece() * task.request().pieceSize();
    for (int i = 0; i < change.results().size(); i++) {
      assets.add(new Tasks.AssetOf(task, first + i, change.results().get(i)));
    }
    change.omen().ifPresent(omen -> omens.add(attempt.channel(), omen));
  }

  /**
   * Notes what became known about an attempt's submission although the task is somebody else's, or
   * final; only while nobody has learned it otherwise.
   *
   * @param unanswered the attempts of which it is not known, and whether they have been given up
   */
  Result learn(Task task, Jobs.@Nullable Locked job, Change change, Map<UUID, Boolean> unanswered) {
    @Nullable Boolean isGivenUp = unanswered.get(change.attempt().id());
    if (isGivenUp == null) {
      return new Result.Lost();
    }
    if (job == null || isGivenUp) {
      learned.add(change.attempt());
    } else {
      attempt(task, change, !change.attempt().state().holdsSlot());
      taken.add(job.claim());
    }
    return new Result.Done();
  }

  /** A queued task is taken back; of a running one it is noted that this is wished, once. */
  Result cancel(Task task, Jobs.Locked job, Tasks.@Nullable Cancelable now) {
    if (now != null && now.state().equals("running")) {
      if (!now.isAsked()) { // else whoever has the job is asking
        toStop.add(task.id());
        taken.add(job.claim());
      }
      return new Result.Asked();
    }
    String account = WorkLimits.ofAccount(task.request().account());
    finish(task, job, "canceled", 0, null);
    if (!job.waitsFor().equals(Optional.of(account))) {
      slots.giveBack(account);
    }
    return new Result.Done();
  }

  private void ended(
      Task task, Jobs.Locked job, String state, long captured, @Nullable Failure failure) {
    finish(task, job, state, captured, failure);
    slots.giveBack(WorkLimits.ofAccount(task.request().account()));
  }

  private void finish(
      Task task, Jobs.Locked job, String state, long captured, @Nullable Failure failure) {
    holds.add(new Hold(task, captured));
    endings.add(new Tasks.Ending(task.id(), state, captured, failure));
    told.add(
        new Deliveries.Ended(
            task.id().value(),
            task.request().account(),
            event(state),
            task.request().origin().dialect(),
            task.request().origin().callback()));
    finished.add(job.claim());
    job.granted().ifPresent(slots::giveBack);
  }

  private static EventType event(String state) {
    return EventType.ofTask("task." + state).orElseThrow();
  }

  /** Whether somebody is owed news by what was written. */
  boolean hasDeliveries() {
    return deliveries > 0;
  }

  /** Whether a channel was found to be at fault. */
  boolean isOminous() {
    return !omens.bad().isEmpty();
  }

  /**
   * Writes everything; true when jobs may have become due by it.
   *
   * @param last what is written with the COMMIT
   */
  boolean write(Connection tx, Pipeline last, Breakers breakers) throws SQLException {
    // Accounts are written by what they have, and limits by who was promoted. Where no credits move
    // and no slot becomes free, all goes in one round trip. So nothing that ends or is owed does:
    // what ends moves credits.
    boolean dependsOnAnswers = !holds.isEmpty() || slots.haveNewRoom();
    Ledger.Book book = dependsOnAnswers ? Pipeline.get(tx, this::writeRows) : writeRows(last);
    for (Hold hold : holds) {
      TaskRequest request = hold.task.request();
      book.settle(request.account(), request.id().value(), request.credits(), hold.captured);
    }
    slots.write(last);
    book.write(last, now);
    breakers.write(last, omens, now);
    return slots.promoted() > 0
        || !taken.isEmpty()
        || later.stream().anyMatch(job -> !job.runAt().isAfter(now));
  }

  /**
   * Has {@code writes} write all but counts, credits and breakers, and lock the accounts, which are
   * known when that has run.
   */
  private Ledger.Book writeRows(Pipeline writes) {
    Attempts.insert(writes, begun);
    Attempts.update(writes, changed, now);
    Attempts.learn(writes, learned, now);
    Tasks.begin(writes, begun.stream().map(Attempts.OfTask::task).toList(), now);
    Tasks.progress(writes, progress);
    Tasks.stop(writes, toStop, now);
    Tasks.doNotStop(writes, notToStop);
    Tasks.insertAssets(writes, assets, now);
    Tasks.finish(writes, endings, now);
    Deliveries.owe(writes, told, now, count -> deliveries = count);
    Jobs.reschedule(writes, later);
    Jobs.useGrants(writes, grantsUsed);
    Jobs.park(writes, parked);
    Jobs.takeAway(writes, taken, now);
    Jobs.finish(writes, finished);
    slots.promote(writes);
    return Ledger.open(writes, holds.stream().map(hold -> hold.task.request().account()).toList());
  }
}
