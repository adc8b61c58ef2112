package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.webhook.DeliveryRemovals;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up files whose time is over, hides tasks from the log, and deletes old deliveries and old
 * answers to repeated requests: in small steps, each a transaction without any I/O of its own, by
 * one node at a time. The files follow by jobs of the engine. What a step costs depends on what is
 * due, not on what has ever been stored.
 */
public final class Sweeper implements AutoCloseable {
  /** Rows of one kind that a step takes at most. */
  static final int STEP = 500;

  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration TICK = Duration.ofMinutes(1);

  private final Database database;
  private final InstantSource clock;
  private final Function<AccountId, FileTerms> terms;
  private final Optional<Duration> shown;
  private final Runnable due;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A sweeper that does nothing until it is told to.
   *
   * @param terms give an end to files that were stored without one, by the version before
   * @param shown how long tasks are shown after they were asked for, and deliveries of their news;
   *     empty for ever
   * @param due told when there are files to be deleted
   */
  public Sweeper(
      Database database,
      InstantSource clock,
      Function<AccountId, FileTerms> terms,
      Optional<Duration> shown,
      Runnable due) {
    this.database = database;
    this.clock = clock;
    this.terms = terms;
    this.shown = shown;
    this.due = due;
  }

  /** Sweeps once a minute from now on, until it is closed. */
  public void start() {
    Thread.ofVirtual().name("sweeper").start(this::sweepForEver);
  }

  private void sweepForEver() {
    try {
      while (!closed.await(TICK.toSeconds(), TimeUnit.SECONDS)) {
        sweep();
      }
    } catch (InterruptedException stopped) {
      log.debug("sweeper stopped");
    }
  }

  /** Takes steps until nothing is left to do for this node; a failure is logged. */
  public void sweep() {
    try {
      while (closed.getCount() > 0 && step()) {
        log.debug("swept a step");
      }
    } catch (DatabaseException away) {
      log.debug("cannot sweep: {}", away.getMessage());
    } catch (RuntimeException failed) {
      log.error("the sweeper failed, and goes on in a minute", failed);
    }
  }

  /** Takes one step; whether something is left to do for this node. */
  boolean step() {
    Instant now = clock.instant();
    UUID job = UUID.randomUUID();
    Swept swept = database.transaction(tx -> step(tx, now, job));
    if (swept.files() > 0) {
      due.run();
      log.info("{} files have expired", swept.files());
    }
    return swept.isFull;
  }

  private record Swept(int results, int inputs, boolean isFull) {
    int files() {
      return results + inputs;
    }
  }

  private Swept step(Handle tx, Instant now, UUID job) {
    Optional<UUID> reached =
        tx.createQuery("select tasks_until from sweep for update skip locked")
            .mapTo(UUID.class)
            .findOne();
    if (reached.isEmpty()) {
      return new Swept(0, 0, false); // another node is at it
    }
    int dated = date(tx, now);
    int results = FileRows.expireResults(tx, job, now, STEP);
    int inputs = FileRows.expireInputs(tx, job, now, STEP);
    if (results + inputs > 0) {
      FileRemovals.insertJob(tx, FileRemovals.KIND, job, FileRemovals.SEVERAL, now);
    }
    int tasks = shown.map(length -> hide(tx, reached.get(), now.minus(length), now)).orElse(0);
    int deliveries =
        shown.map(length -> DeliveryRemovals.removeOld(tx, now.minus(length), STEP)).orElse(0);
    int answers = forgetAnswers(tx, now.minus(Idempotency.KEPT));
    boolean isFull =
        IntStream.of(dated, results, inputs, tasks, deliveries, answers)
            .anyMatch(rows -> rows == STEP);
    return new Swept(results, inputs, isFull);
  }

  /** A result that was stored without an end. */
  private record Undated(String name, AccountId account, FileKind kind) {}

  /** They are kept from now on, not from when they were stored: nobody has been told an end. */
  private int date(Handle tx, Instant now) {
    List<Undated> undated =
        tx.createQuery(
                """
                select name, asset.account_id, kind from asset join task on task.id = task_id
                where expires_at is null and gone_at is null limit :most for update of asset skip locked
                """)
            .bind("most", STEP)
            .map((rs, _) ->
                new Undated(
                    rs.getString(1),
                    new AccountId(rs.getLong(2)),
                    FileKind.valueOf(rs.getString(3).toUpperCase(Locale.ROOT))))
            .list();
    if (!undated.isEmpty()) {
      PreparedBatch batch =
          tx.prepareBatch(
              "update asset set expires_at = coalesce(:end::timestamptz, 'infinity') where name = :name");
      for (Undated result : undated) {
        batch
            .bind("name", result.name)
            .bind(
                "end",
                terms.apply(result.account).end(result.kind, now).map(Timestamp::from).orElse(null))
            .add();
      }
      batch.execute();
    }
    return undated.size();
  }

  /**
   * Hides tasks that were asked for before {@code end}. Their ids are in the order of time, so that
   * nothing is looked at twice; one that is still live is passed over and stays.
   */
  private static int hide(Handle tx, UUID reached, Instant end, Instant now) {
    return tx.createQuery(
            """
            with old as materialized (
              select id from task where id > :reached and id < :end order by id limit :most
            ), hidden as (
              update task set deleted_at = :now from old
              where task.id = old.id and finished_at is not null and deleted_at is null
            ), moved as (
              update sweep set tasks_until = (select id from old order by id desc limit 1)
              where exists (select from old)
            )
            select count(*) from old
            """)
        .bind("reached", reached)
        .bind("end", new UUID(end.toEpochMilli() << 16, 0))
        .bind("most", STEP)
        .bind("now", Timestamp.from(now))
        .mapTo(Integer.class)
        .one();
  }

  /** Admission may hold some of the rows: they go next time. */
  private static int forgetAnswers(Handle tx, Instant end) {
    return tx.execute(
        """
        with old as materialized (
          select account_id, key from idempotency where created_at < ?
          order by created_at limit ? for update skip locked
        )
        delete from idempotency as answer using old
        where answer.account_id = old.account_id and answer.key = old.key
        """,
        Timestamp.from(end),
        STEP);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
