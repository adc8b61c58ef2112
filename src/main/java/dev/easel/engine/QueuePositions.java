package dev.easel.engine;

import dev.easel.db.Columns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Where parked jobs stand in the queue of the work limit that they wait for, 1 being the next to be
 * promoted.
 *
 * <p>Behind an account's own limit jobs go in the order of {@code run_at}. Behind a channel's the
 * accounts take turns, those after the one that had the last slot first, and each account's own
 * jobs go in the order of {@code run_at}.
 *
 * <p>Exact for the first {@value #FARTHEST} of each queue; who stands farther back has no position.
 * That is what bounds the cost: each queue is entered from its head, by index, and no deeper than
 * it takes to find that many, however many are parked.
 */
public final class QueuePositions {
  /** The last position that is told. */
  static final int FARTHEST = 1_000;

  private QueuePositions() {}

  /** The positions of the jobs of one kind about {@code subjects}, where they have one. */
  public static Map<UUID, Integer> of(Connection tx, String kind, Collection<UUID> subjects)
      throws SQLException {
    Map<UUID, Integer> positions = new HashMap<>();
    Columns.of(subjects)
        .value(kind)
        .add("uuid", subject -> subject)
        .query(
            tx,
            """
            with wanted as materialized (
              select subject, kind, run_at, waits_for from job
              where kind = ? and subject = any (?) and waits_for is not null
            ),
            queue as materialized (
              select w.scope, w.deepest, coalesce(work_limit.last_account, 0) as last_account
              from (select waits_for as scope, max(run_at) as deepest from wanted group by waits_for) as w
                left join work_limit using (scope)
            ),
            place as materialized (
              select own.* from queue cross join lateral (
                select subject, kind, row_number() over (order by run_at, subject) as position
                from (select subject, kind, run_at from job
                  where waits_for = queue.scope and run_at <= queue.deepest
                  order by account_id, run_at, subject limit %1$d) as first
              ) as own
              where queue.scope not like 'channel:%%'
              union all
              select head.* from queue cross join lateral (
                with recursive turn (account_id, lap, number) as (
                  -- The accounts in the order of their turns: each probe of the index finds the next one.
                  select queue.last_account, 0, 0::bigint
                  union all
                  select next.account_id, next.lap, turn.number + 1
                  from turn cross join lateral (
                    (select account_id, turn.lap as lap from job
                      where waits_for = queue.scope and account_id > turn.account_id
                        -- The end of the lap, as a bound of the index: past it nothing is read.
                        and account_id <= case turn.lap when 0 then 9223372036854775807 else queue.last_account end
                      order by account_id limit 1)
                    union all
                    (select account_id, 1 as lap from job
                      where waits_for = queue.scope and turn.lap = 0 and account_id <= queue.last_account
                      order by account_id limit 1)
                    order by lap limit 1
                  ) as next
                  where turn.number < %1$d
                ),
                depth (jobs, found, before) as (
                  -- How many jobs of each account it takes: doubled until they are enough, or all.
                  select 1, count(*), 0::bigint from turn where number > 0
                  union all
                  select deeper.jobs, deeper.found, depth.found
                  from depth cross join lateral (
                    select least(%1$d, depth.jobs * 2) as jobs, sum(own.jobs)::bigint as found
                    from turn cross join lateral (
                      select count(*) as jobs from (
                        select from job where waits_for = queue.scope and account_id = turn.account_id
                        limit least(%1$d, depth.jobs * 2)) as first) as own
                    where turn.number > 0
                  ) as deeper
                  where depth.found between depth.before + 1 and %1$d - 1 and depth.jobs < %1$d
                )
                select own.subject, own.kind,
                  row_number() over (order by own.round, turn.number) as position
                from turn cross join lateral (
                  select subject, kind, row_number() over (order by run_at, subject) as round
                  from (select subject, kind, run_at from job
                    where waits_for = queue.scope and account_id = turn.account_id
                    order by run_at, subject limit (select max(jobs) from depth)) as first
                ) as own
                where turn.number > 0
                order by position limit %1$d
              ) as head
              where queue.scope like 'channel:%%'
            )
            select wanted.subject, place.position from wanted join place using (subject, kind)
            """
                .formatted(FARTHEST),
            row -> Map.entry(row.getObject(1, UUID.class), row.getInt(2)))
        .forEach(entry -> positions.put(entry.getKey(), entry.getValue()));
    return positions;
  }
}
