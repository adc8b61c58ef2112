package dev.easel.task;

import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.engine.Claim;
import dev.easel.engine.Handler;
import dev.easel.engine.Lease;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Provider;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs a task's job: finds out what has to be known, asks {@link Lifecycle} what to do about it,
 * does that and settles. All I/O happens here, between the transactions.
 */
public final class TaskRunner implements Handler, AutoCloseable {
  /** The kind of a task's job. */
  public static final String KIND = "task";

  private static final int MOST_LOADED_AT_ONCE = 256;

  private final Settlement settlement;
  private final Outside outside;
  private final InstantSource clock;
  private final Batch<TaskId, Lifecycle.Situation> situations;

  /**
   * What a task needs of the world.
   *
   * @param providers by channel
   * @param policies by model
   * @param attemptIds makes the id of each attempt
   */
  public record Outside(
      Function<String, Provider> providers,
      Function<String, Lifecycle.Policy> policies,
      Results results,
      Supplier<UUID> attemptIds) {}

  /** Wires a runner. */
  public TaskRunner(
      Database database, Settlement settlement, Outside outside, InstantSource clock) {
    this.settlement = settlement;
    this.outside = outside;
    this.clock = clock;
    this.situations = database.batch("situations", MOST_LOADED_AT_ONCE, TaskRunner::load);
  }

  private static List<Lifecycle.Situation> load(Connection tx, List<TaskId> ids)
      throws SQLException {
    Map<TaskId, Task> tasks = new HashMap<>();
    Tasks.load(tx, ids).forEach(task -> tasks.put(task.id(), task));
    Map<TaskId, List<Attempt>> attempts = Tasks.attempts(tx, ids);
    List<Lifecycle.Situation> situations = new ArrayList<>(ids.size());
    for (TaskId id : ids) {
      Task task = tasks.get(id);
      if (task == null) {
        throw new IllegalStateException("a job for a task that does not exist: " + id);
      }
      situations.add(new Lifecycle.Situation(task, attempts.getOrDefault(id, List.of())));
    }
    return situations;
  }

  @Override
  public void run(Lease lease) {
    Lifecycle.Situation situation = situations.submit(new TaskId(lease.claim().subject()));
    Lifecycle.Policy policy = outside.policies.apply(situation.task().request().model());
    switch (Lifecycle.next(situation, outside.attemptIds.get(), clock.instant(), policy)) {
      case Lifecycle.Step.Submit(Attempt attempt) -> begin(lease, situation, attempt, policy);
      case Lifecycle.Step.Check(Attempt attempt, String upstreamId) ->
          settle(
              lease,
              situation,
              attempt,
              new Outcome.Checked(
                  provider(attempt).check(generation(situation, attempt), upstreamId)),
              policy);
      case Lifecycle.Step.Reconcile(Attempt attempt) ->
          settle(
              lease,
              situation,
              attempt,
              new Outcome.Reconciled(provider(attempt).reconcile(generation(situation, attempt))),
              policy);
      case Lifecycle.Step.Conclude(Decision decision) ->
          settlement.apply(lease.claim(), situation.task(), decision);
    }
  }

  /**
   * Commits the attempt, then hands it over; without the lease nothing is sent, and whoever took
   * over finds the attempt as sending.
   */
  private void begin(
      Lease lease, Lifecycle.Situation situation, Attempt attempt, Lifecycle.Policy policy) {
    Settlement.Result begun =
        settlement.apply(lease.claim(), situation.task(), new Decision.Begin(attempt));
    if (begun == Settlement.Result.WRITTEN && lease.isHeld()) {
      Outcome outcome =
          new Outcome.Submitted(provider(attempt).submit(generation(situation, attempt)));
      settle(lease, situation, attempt, outcome, policy);
    }
  }

  private void settle(
      Lease lease,
      Lifecycle.Situation situation,
      Attempt attempt,
      Outcome outcome,
      Lifecycle.Policy policy) {
    Claim claim = lease.claim();
    switch (Lifecycle.decide(situation, attempt, outcome, clock.instant(), policy)) {
      case Decision.Store(Attempt produced, List<Output> outputs) ->
          settle(lease, situation, produced, outside.results.store(produced, outputs), policy);
      case Decision decision -> settlement.apply(claim, situation.task(), decision);
    }
  }

  private Provider provider(Attempt attempt) {
    return outside.providers.apply(attempt.channel());
  }

  private static Generation generation(Lifecycle.Situation situation, Attempt attempt) {
    return attempt.generation(situation.task().request());
  }

  @Override
  public void close() {
    situations.close();
  }
}
