package dev.easel.task;

import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Jobs;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import dev.easel.provider.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one settlement transaction writes: rows are gathered by table, so that each table takes one
 * statement.
 */
final class SettlementPage {
  private final Instant now;
  private final WorkLimits.Slots slots;

  private final List<Tasks.AttemptOf> begun = new ArrayList<>();
  private final List<Tasks.AttemptOf> changed = new ArrayList<>();
  private final List<Tasks.Percent> progress = new ArrayList<>();
  private final List<Tasks.Ending> endings = new ArrayList<>();
  private final List<Tasks.AssetOf> assets = new ArrayList<>();
  private final List<Jobs.Later> later = new ArrayList<>();
  private final List<Jobs.Parked> parked = new ArrayList<>();
  private final List<Claim> finished = new ArrayList<>();
  private final List<Hold> holds = new ArrayList<>();
  private final List<Claim> grantsUsed = new ArrayList<>();

  /** A hold that ends. */
  private record Hold(Task task, long captured) {}

  SettlementPage(Instant now, WorkLimits.Slots slots) {
    this.now = now;
    this.slots = slots;
  }

  /** Notes a decision whose claim holds the job. */
  Settlement.Result decided(Task task, Jobs.Locked job, Decision decision) {
    Claim claim = job.claim();
    switch (decision) {
      case Decision.Begin(Attempt attempt) -> {
        String channel = WorkLimits.ofChannel(attempt.channel());
        if (!takeSlot(job, channel)) {
          parked.add(new Jobs.Parked(claim, channel));
          return Settlement.Result.PARKED;
        }
        begun.add(new Tasks.AttemptOf(task.id(), attempt));
      }
      case Decision.Wait(Attempt attempt, int percent, Instant until) -> {
        changed.add(new Tasks.AttemptOf(task.id(), attempt));
        progress.add(new Tasks.Percent(task.id(), percent));
        later.add(new Jobs.Later(claim, until));
      }
      case Decision.TryAgain(Attempt attempt, Instant at) -> {
        closed(task, attempt);
        later.add(new Jobs.Later(claim, at));
      }
      case Decision.Succeed(Attempt attempt, List<Asset> results, long captured) -> {
        closed(task, attempt);
        for (int position = 0; position < results.size(); position++) {
          assets.add(new Tasks.AssetOf(task, position, results.get(position)));
        }
        ended(task, job, "succeeded", captured, null);
      }
      case Decision.Fail(Optional<Attempt> attempt, Failure failure) -> {
        attempt.ifPresent(a -> closed(task, a));
        ended(task, job, "failed", 0, failure);
      }
      case Decision.Store _ ->
          throw new IllegalArgumentException("storing is done outside a transaction");
    }
    return Settlement.Result.WRITTEN;
  }

  /** Notes that a queued task was taken back. */
  Settlement.Result canceled(Task task, Jobs.Locked job) {
    String account = WorkLimits.ofAccount(task.request().account());
    finish(task, job, "canceled", 0, null);
    if (!job.waitsFor().equals(Optional.of(account))) {
      slots.giveBack(account);
    }
    return Settlement.Result.WRITTEN;
  }

  /** A job that was granted a slot of the channel uses that; a grant of another one goes back. */
  private boolean takeSlot(Jobs.Locked job, String channel) {
    if (job.granted().isPresent()) {
      grantsUsed.add(job.claim());
      if (job.granted().get().equals(channel)) {
        return true;
      }
      slots.giveBack(job.granted().get());
    }
    return slots.take(channel);
  }

  private void closed(Task task, Attempt attempt) {
    changed.add(new Tasks.AttemptOf(task.id(), attempt));
    slots.giveBack(WorkLimits.ofChannel(attempt.channel()));
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
    finished.add(job.claim());
    job.granted().ifPresent(slots::giveBack);
  }

  /** Writes everything; true when jobs may have become due by it. */
  boolean write(Connection tx) throws SQLException {
    Pipeline writes = new Pipeline();
    Tasks.insertAttempts(writes, begun);
    Tasks.updateAttempts(writes, changed, now);
    Tasks.begin(writes, begun.stream().map(Tasks.AttemptOf::task).toList(), now);
    Tasks.progress(writes, progress);
    Tasks.insertAssets(writes, assets, now);
    Tasks.finish(writes, endings, now);
    Jobs.reschedule(writes, later);
    Jobs.useGrants(writes, grantsUsed);
    Jobs.park(writes, parked, now);
    Jobs.finish(writes, finished);
    writes.run(tx);

    int promoted = slots.promote(tx, now);
    Ledger.Book book =
        Ledger.open(tx, holds.stream().map(hold -> hold.task.request().account()).toList());
    for (Hold hold : holds) {
      TaskRequest request = hold.task.request();
      book.settle(request.account(), request.id().value(), request.credits(), hold.captured);
    }
    slots.write(writes);
    book.write(writes, now);
    writes.run(tx);
    return promoted > 0 || later.stream().anyMatch(job -> !job.runAt().isAfter(now));
  }
}
