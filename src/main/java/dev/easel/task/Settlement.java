package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.engine.Claim;
import dev.easel.engine.Jobs;
import dev.easel.engine.WorkLimits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes decisions: attempt, task, credits, job and work limits in one transaction, shared with
 * whoever decides at the same time. A decision counts only while its claim holds the task's job;
 * otherwise somebody else owns the task, and nothing is written.
 *
 * <p>Locks are taken in the one order that everything keeps to: jobs, work limits, accounts.
 * Accounts, which admission wants too, are locked last and so only for as long as it takes to write
 * them and commit.
 */
public final class Settlement implements AutoCloseable {
  private static final int MOST_IN_A_TRANSACTION = 256;

  private final InstantSource clock;
  private final Consumer<Settled> onSettled;
  private final Batch<Item, Written> batch;

  /**
   * Starts settling.
   *
   * @param onSettled told of every task that was changed, after the commit; must not block
   */
  public Settlement(Database database, InstantSource clock, Consumer<Settled> onSettled) {
    this.clock = clock;
    this.onSettled = onSettled;
    this.batch = database.batch("settlement", MOST_IN_A_TRANSACTION, this::writeAll);
  }

  /**
   * A task was changed.
   *
   * @param madeDue whether jobs, of this task or of others, became due by it
   */
  public record Settled(TaskId task, boolean madeDue) {}

  /** What became of a decision. */
  public enum Result {
    /** It is on disk. */
    WRITTEN,
    /** The task waits for a free slot of its channel; nothing else was written. */
    PARKED,
    /** Somebody else owns the task, or it is too late to cancel it; nothing was written. */
    LOST
  }

  /**
   * Writes {@code decision} for {@code task}, if {@code claim} still holds its job; blocks until
   * that is on disk.
   */
  public Result apply(Claim claim, Task task, Decision decision) {
    return submit(new Item.Decided(task, claim, decision));
  }

  /**
   * Cancels a task that no provider has been asked for yet; {@link Result#LOST} when it is too late
   * for that.
   */
  public Result cancel(Task task) {
    return submit(new Item.Canceled(task));
  }

  private Result submit(Item item) {
    Written written = batch.submit(item);
    if (written.result == Result.WRITTEN) {
      onSettled.accept(new Settled(item.task().id(), written.madeDue));
    }
    return written.result;
  }

  private record Written(Result result, boolean madeDue) {}

  private sealed interface Item {
    Task task();

    record Decided(Task task, Claim claim, Decision decision) implements Item {}

    record Canceled(Task task) implements Item {}
  }

  private List<Written> writeAll(Connection tx, List<Item> items) throws SQLException {
    Instant now = clock.instant();
    Map<UUID, Jobs.Locked> jobs =
        Jobs.lock(tx, TaskRunner.KIND, items.stream().map(i -> i.task().id().value()).toList());
    WorkLimits.Slots slots =
        WorkLimits.open(
            tx,
            Stream.concat(
                    items.stream().flatMap(Settlement::scopes),
                    jobs.values().stream().flatMap(job -> job.granted().stream()))
                .toList());
    Set<TaskId> cancelable =
        Tasks.queued(tx, items.stream().flatMap(Settlement::canceled).toList());

    SettlementPage page = new SettlementPage(now, slots);
    Set<TaskId> written = new HashSet<>();
    List<Result> results = new ArrayList<>(items.size());
    for (Item item : items) {
      // Of two items about one task, the first that is written counts: the second was made without
      // knowing of it.
      Result result =
          Optional.ofNullable(jobs.get(item.task().id().value()))
              .filter(
                  job -> isStillDue(item, job, cancelable) && !written.contains(item.task().id()))
              .map(job -> write(page, item, job))
              .orElse(Result.LOST);
      if (result == Result.WRITTEN) {
        written.add(item.task().id());
      }
      results.add(result);
    }
    boolean madeDue = page.write(tx);
    return results.stream().map(result -> new Written(result, madeDue)).toList();
  }

  private static boolean isStillDue(Item item, Jobs.Locked job, Set<TaskId> cancelable) {
    return switch (item) {
      case Item.Decided decided -> job.claim().number() == decided.claim.number();
      case Item.Canceled canceled -> cancelable.contains(canceled.task.id());
    };
  }

  private static Result write(SettlementPage page, Item item, Jobs.Locked job) {
    return switch (item) {
      case Item.Decided(Task task, _, Decision decision) -> page.decided(task, job, decision);
      case Item.Canceled(Task task) -> page.canceled(task, job);
    };
  }

  private static boolean isFinal(Item item) {
    return switch (item) {
      case Item.Canceled _ -> true;
      case Item.Decided decided -> decided.decision.isFinal();
    };
  }

  private static AccountId account(Item item) {
    return item.task().request().account();
  }

  private static Stream<TaskId> canceled(Item item) {
    return item instanceof Item.Canceled(Task task) ? Stream.of(task.id()) : Stream.empty();
  }

  /** The work limits that an item may take slots of, or give them back to. */
  private static Stream<String> scopes(Item item) {
    Stream<String> account =
        isFinal(item) ? Stream.of(WorkLimits.ofAccount(account(item))) : Stream.empty();
    return switch (item) {
      case Item.Canceled _ -> account;
      case Item.Decided(_, _, Decision.Wait _) -> account;
      case Item.Decided decided ->
          Stream.concat(
              account,
              decided.decision.about().stream().map(a -> WorkLimits.ofChannel(a.channel())));
    };
  }

  @Override
  public void close() {
    batch.close();
  }
}
