package dev.easel.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Checks what must always be true of money and tasks. It can be asked at any time, on a live system
 * too: it reads one snapshot of the database, and every transaction leaves all of it true.
 */
public final class Audit {
  /** Each finds the rows that break a promise; none, ever. */
  static final Map<String, String> PROMISES = promises();

  private Audit() {}

  /**
   * What was found.
   *
   * @param accounts how many accounts were looked at
   * @param violations a line each; empty when all is well
   */
  public record Report(long accounts, long transfers, long tasks, List<String> violations) {
    public Report {
      violations = List.copyOf(violations);
    }
  }

  /**
   * Reads everything in the transaction {@code tx}, which must be one of {@code REPEATABLE READ}.
   */
  public static Report run(Handle tx) {
    List<String> violations = new ArrayList<>();
    PROMISES.forEach((promise, query) ->
        tx.createQuery(
                "select string_agg(what, ', ') filter (where nth <= 5), count(*) from (select what, row_number() over () as nth from ("
                    + query
                    + ") as broken) as numbered")
            .map((rs, _) ->
                rs.getLong(2) == 0
                    ? ""
                    : "%s: %d broken (%s)".formatted(promise, rs.getLong(2), rs.getString(1)))
            .filter(found -> !found.isEmpty())
            .forEach(violations::add));
    return new Report(count(tx, "account"), count(tx, "transfer"), count(tx, "task"), violations);
  }

  private static long count(Handle tx, String table) {
    return tx.createQuery("select count(*) from " + table).mapTo(Long.class).one();
  }

  private static Map<String, String> promises() {
    Map<String, String> promises = new LinkedHashMap<>();
    promises.put(
        "an account's balance is the sum of its transfers",
        """
        select 'account ' || a.id || ' has ' || a.available || '/' || a.held
          || ', its transfers say ' || coalesce(t.available, 0) || '/' || coalesce(t.held, 0) as what
        from account a left join (
          select account_id,
            sum(case kind when 'hold' then -amount when 'capture' then 0 else amount end) as available,
            sum(case kind when 'hold' then amount when 'credit' then 0 else -amount end) as held
          from transfer group by account_id) t on t.account_id = a.id
        where a.available <> coalesce(t.available, 0) or a.held <> coalesce(t.held, 0)
        """);
    promises.put(
        "each transfer carries the balance after it",
        """
        select 'transfer ' || id as what from (
          select id, available_after, held_after,
            sum(case kind when 'hold' then -amount when 'capture' then 0 else amount end) over w as available,
            sum(case kind when 'hold' then amount when 'credit' then 0 else -amount end) over w as held
          from transfer window w as (partition by account_id order by id)) as t
        where available_after <> available or held_after <> held
        """);
    promises.put(
        "a task's transfers are its hold, and when it is final its capture and release",
        """
        select 'task ' || task.id as what from task left join (
          select hold_id,
            sum(amount) filter (where kind = 'hold') as held,
            coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
            coalesce(sum(amount) filter (where kind = 'release'), 0) as released
          from transfer where hold_id is not null group by hold_id) as t on t.hold_id = task.id
        where t.held is distinct from task.credits
          or t.captured <> coalesce(task.captured, 0)
          or t.released <> coalesce(task.credits - task.captured, 0)
        """);
    promises.put(
        "no row is an orphan",
        """
        select 'task ' || task.id as what from task
        where not exists (select from api_key where api_key.id = key_id and api_key.account_id = task.account_id)
        union all
        select 'transfer ' || id from transfer where not exists (select from account where account.id = account_id)
        union all
        select 'attempt ' || id from attempt where not exists (select from task where task.id = task_id)
        union all
        select 'asset ' || name from asset
        where not exists (select from task where task.id = task_id and task.account_id = asset.account_id)
        """);
    promises.put(
        "every hold is a task's",
        """
        select 'hold ' || hold_id as what from transfer
        where kind = 'hold' and not exists (select from task where task.id = hold_id)
        """);
    promises.put(
        "a task has a job exactly while it is live",
        """
        select 'task ' || coalesce(task.id, job.subject) as what
        from (select * from task where finished_at is null) as task
        full join (select * from job where kind = 'task') as job on job.subject = task.id
        where task.id is null or job.subject is null
        """);
    promises.put(
        "a delivery has a job exactly while it is owed",
        """
        select 'delivery ' || coalesce(delivery.id, job.subject) as what
        from (select * from delivery where state = 'pending') as delivery
        full join (select * from job where kind = 'webhook') as job on job.subject = delivery.id
        where delivery.id is null or job.subject is null
        """);
    promises.put(
        "a task has been attempted exactly when it has begun",
        """
        select 'task ' || task.id as what from task
        where (started_at is not null) <> exists (select from attempt where attempt.task_id = task.id)
        """);
    promises.put(
        "no attempt is open for a final task",
        """
        select 'attempt ' || attempt.id as what from attempt join task on task.id = attempt.task_id
        where task.finished_at is not null and attempt.finished_at is null
        """);
    promises.put(
        "a piece is attempted again only after a refusal or a failure",
        """
        select 'attempt ' || id as what from (
          select id, state, lead(number) over w as next, number - coalesce(lag(number) over w, 0) as step
          from attempt window w as (partition by task_id, piece order by number)) as a
        where step <> 1 or (next is not null and state not in ('rejected', 'failed'))
        """);
    promises.put(
        "a task has the results that its attempts produced, and succeeded when there are some",
        """
        select 'task ' || task.id as what from task
        left join (select task_id, sum(outputs) as outputs, max(piece) as piece
          from attempt group by task_id) as made on made.task_id = task.id
        left join (select task_id, count(*) as results from asset group by task_id) as kept on kept.task_id = task.id
        where coalesce(made.outputs, 0) <> coalesce(kept.results, 0)
          or coalesce(kept.results, 0) > task.outputs
          or (finished_at is not null and (state = 'succeeded') <> (kept.results is not null))
          or made.piece >= ceil(task.outputs::numeric / task.piece_size)
        """);

    promises.put(
        "an account's running count is its tasks that may run",
        """
        select l.scope || ' counts ' || l.running || ', runs ' || count(job.subject) as what
        from work_limit l left join job
          on job.kind = 'task' and 'account:' || job.account_id = l.scope and job.waits_for is distinct from l.scope
        where l.scope like 'account:%'
        group by l.scope, l.running having l.running <> count(job.subject)
        """);
    promises.put(
        "a channel's running count is its open attempts and the slots it has granted",
        """
        select scope || ' counts ' || running || ', runs ' || runs as what from (
          select scope, running,
            (select count(*) from attempt
              where 'channel:' || attempt.channel = scope
                and attempt.finished_at is null and attempt.state <> 'storing')
            + (select count(*) from job where granted = scope) as runs
          from work_limit where scope like 'channel:%') as counted
        where running <> runs
        """);
    promises.put(
        "no job waits for a work limit that has room",
        """
        select 'job ' || subject || ' waits for ' || waits_for as what
        from job left join work_limit on scope = waits_for
        where waits_for is not null and (scope is null or running < capacity)
        """);
    return promises;
  }
}
