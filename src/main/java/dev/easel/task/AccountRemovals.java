package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.Keys;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Handler;
import dev.easel.engine.Jobs;
import dev.easel.engine.Lease;
import dev.easel.webhook.DeliveryRemovals;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Handle;

/**
 * Deletes accounts: their keys work no more, their tasks are shown to nobody and forget what was
 * asked for, their files go, and nobody is told news of them any more. What remains is what the
 * books need: who had how many credits, and what was paid with them.
 *
 * <p>The account is marked in one transaction; the rest, which may be much, is a job's, in small
 * steps.
 */
public final class AccountRemovals implements Handler {
  /** The kind of the job that deletes what an account has. */
  public static final String KIND = "account";

  private static final int STEP = 500;

  private final Database database;
  private final InstantSource clock;
  private final Runnable removed;

  /**
   * Deletes what marked accounts have.
   *
   * @param removed tells the nodes that tasks were deleted, and that files are to be
   */
  public AccountRemovals(Database database, InstantSource clock, Runnable removed) {
    this.database = database;
    this.clock = clock;
    this.removed = removed;
  }

  /** How an attempt to delete an account ended. */
  public sealed interface Removed {
    /** It is deleted; the rest follows. */
    record Done(int keys) implements Removed {}

    /** It has live tasks; nothing was changed. */
    record Busy(long tasks) implements Removed {}
  }

  /**
   * Deletes {@code account}, unless it has live tasks: those cost credits upstream that only their
   * end tells.
   */
  public static Removed remove(Handle tx, AccountId account, Instant now) {
    // Admission holds this lock while it writes a task: none comes while it is looked for.
    tx.execute("select from account where id = ? for update", account.value());
    long live = live(tx, account);
    if (live > 0) {
      return new Removed.Busy(live);
    }
    int revoked = 0;
    for (Key key : Keys.of(tx, account)) {
      revoked += Keys.revoke(tx, key.id(), now) ? 1 : 0;
    }
    DeliveryRemovals.removeReceivers(tx, account);
    tx.execute("delete from account_files where account_id = ?", account.value());
    Accounts.delete(tx, account, now);
    FileRemovals.insertJob(tx, KIND, new UUID(0, account.value()), account, now);
    return new Removed.Done(revoked);
  }

  private static long live(Handle tx, AccountId account) {
    return tx.createQuery("select count(*) from job where kind = :kind and account_id = :account")
        .bind("kind", TaskRunner.KIND)
        .bind("account", account.value())
        .mapTo(Long.class)
        .one();
  }

  /** In steps; whoever takes over after a crash begins again and finds less. */
  @Override
  public void run(Lease lease) {
    Claim claim = lease.claim();
    Optional<UUID> reached = Optional.of(new UUID(0, 0));
    while (reached.isPresent() && lease.isHeld()) {
      UUID from = reached.get();
      reached = database.transaction(tx -> hide(tx, claim.account(), from, clock.instant()));
    }
    repeat(lease, tx -> giveUp(tx, claim.account(), clock.instant()));
    repeat(lease, tx -> DeliveryRemovals.removeFinished(tx, claim.account(), STEP));
    repeat(lease, tx -> forgetAnswers(tx, claim.account()));
    if (lease.isHeld()) {
      database.transaction(tx -> finish(tx, claim));
    }
    removed.run();
  }

  private void repeat(Lease lease, ToIntFunction<Handle> step) {
    int done = STEP;
    while (done > 0 && lease.isHeld()) {
      done = database.transaction(step::applyAsInt);
    }
  }

  /** Hides tasks after {@code from}; the last of them, empty when there is none. */
  private static Optional<UUID> hide(Handle tx, AccountId account, UUID from, Instant now) {
    return tx.createQuery(
            """
            with part as materialized (
              select id from task where account_id = :account and id > :from order by id limit :most
            ), hidden as (
              update task
              set deleted_at = coalesce(deleted_at, :now), body = '', parameters = '{}', callback = null
              from part where task.id = part.id and finished_at is not null
            )
            select id from part order by id desc limit 1
            """)
        .bind("now", Timestamp.from(now))
        .bind("account", account.value())
        .bind("from", from)
        .bind("most", STEP)
        .mapTo(UUID.class)
        .findOne();
  }

  private static int giveUp(Handle tx, AccountId account, Instant now) {
    UUID job = UUID.randomUUID();
    int files = FileRows.giveUp(tx, job, account, now, STEP);
    if (files > 0) {
      FileRemovals.insertJob(tx, FileRemovals.KIND, job, account, now);
    }
    return files;
  }

  /** Answers to repeated requests say what was asked for, and are of use to nobody any more. */
  private static int forgetAnswers(Handle tx, AccountId account) {
    return tx.execute(
        """
        delete from idempotency where (account_id, key) in (
          select account_id, key from idempotency where account_id = ? order by key limit ?)
        """,
        account.value(),
        STEP);
  }

  private static boolean finish(Handle tx, Claim claim) {
    try {
      Pipeline.run(tx.getConnection(), writes -> Jobs.finish(writes, List.of(claim)));
    } catch (SQLException away) {
      throw new DatabaseException("cannot finish deleting account " + claim.account(), away);
    }
    return true;
  }
}
