package dev.easel.engine;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * How much may run at once, of an account or on a channel. A work limit is a queue, never a
 * refusal: a job that finds no free slot is parked outside the due index, and is promoted when a
 * slot is given back. A promoted job has its slot from then on: of an account until its task ends,
 * of a channel as a grant that its next attempt uses. A scope without a limit is not counted.
 */
public final class WorkLimits {
  private WorkLimits() {}

  /** The limit on an account's running tasks. */
  public static String ofAccount(AccountId account) {
    return "account:" + account.value();
  }

  /** The limit on the attempts that run on a channel. */
  public static String ofChannel(String channel) {
    return "channel:" + channel;
  }

  /**
   * Sets a limit, or lifts it when {@code capacity} is 0. What runs already goes on; parked jobs
   * for which there is room now are promoted.
   */
  public static void set(Handle tx, String scope, int capacity) {
    if (capacity == 0) {
      tx.createUpdate("delete from work_limit where scope = :scope").bind("scope", scope).execute();
      tx.createUpdate(
              """
              update job set waits_for = nullif(waits_for, :scope), granted = nullif(granted, :scope)
              where waits_for = :scope or granted = :scope
              """)
          .bind("scope", scope)
          .execute();
    } else {
      tx.createUpdate(
              """
              insert into work_limit (scope, capacity) values (:scope, :capacity)
              on conflict (scope) do update set capacity = :capacity
              """)
          .bind("scope", scope)
          .bind("capacity", capacity)
          .execute();
      promote(tx, scope);
    }
  }

  private static void promote(Handle tx, String scope) {
    tx.createUpdate(
            """
            with promoted as (
              update job set waits_for = null, granted = case when :scope like 'channel:%' then :scope end
              from (select subject, kind from job where waits_for = :scope order by run_at
                limit (select greatest(0, capacity - running) from work_limit where scope = :scope)
                for update) as w
              where job.subject = w.subject and job.kind = w.kind
              returning job.subject
            )
            update work_limit set running = running + (select count(*) from promoted) where scope = :scope
            """)
        .bind("scope", scope)
        .execute();
  }

  /** Locks the limits of {@code scopes} until the end of the transaction, in their order. */
  public static Slots open(Connection tx, Collection<String> scopes) throws SQLException {
    Map<String, Limit> limits = new TreeMap<>();
    Columns.of(new TreeSet<>(scopes))
        .add("text", scope -> scope)
        .query(
            tx,
            """
            select scope, capacity, running from work_limit where scope = any (?) order by scope for update
            """,
            row -> Map.entry(row.getString(1), new Limit(row.getInt(2), row.getInt(3))))
        .forEach(entry -> limits.put(entry.getKey(), entry.getValue()));
    return new Slots(limits);
  }

  private static final class Limit {
    private final int capacity;
    private final int before;
    private int running;

    Limit(int capacity, int running) {
      this.capacity = capacity;
      this.before = running;
      this.running = running;
    }
  }

  /** The locked limits of one transaction. */
  public static final class Slots {
    private final Map<String, Limit> limits;

    private Slots(Map<String, Limit> limits) {
      this.limits = limits;
    }

    /** Takes a slot of {@code scope}; false when none is free. */
    public boolean take(String scope) {
      Limit limit = limits.get(scope);
      if (limit == null) {
        return true;
      }
      if (limit.running >= limit.capacity) {
        return false;
      }
      limit.running++;
      return true;
    }

    /** Gives a slot of {@code scope} back. */
    public void giveBack(String scope) {
      Limit limit = limits.get(scope);
      if (limit != null) {
        // A limit set while work was running has not counted that work.
        limit.running = Math.max(0, limit.running - 1);
      }
    }

    /**
     * Promotes parked jobs into the slots that were given back, the longest waiting first; returns
     * how many.
     */
    public int promote(Connection tx, Instant now) throws SQLException {
      List<Map.Entry<String, Limit>> roomy =
          limits.entrySet().stream()
              .filter(entry -> entry.getValue().running < entry.getValue().before)
              .toList();
      Map<String, Integer> promoted = new HashMap<>();
      Columns.of(roomy)
          .add("text", Map.Entry::getKey)
          .add("int", entry -> entry.getValue().capacity - entry.getValue().running)
          .value(Timestamp.from(now))
          .query(
              tx,
              """
              update job set waits_for = null, run_at = t.now,
                granted = case when s.scope like 'channel:%' then s.scope end
              from unnest(?, ?) as s (scope, free),
                lateral (select subject, kind from job where waits_for = s.scope order by run_at limit s.free for update) as w,
                (select ?::timestamptz as now) as t
              where job.subject = w.subject and job.kind = w.kind
              returning s.scope
              """,
              row -> row.getString(1))
          .forEach(scope -> promoted.merge(scope, 1, Integer::sum));
      limits.forEach((scope, limit) -> limit.running += promoted.getOrDefault(scope, 0));
      return promoted.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Writes the counts. */
    public void write(Pipeline writes) {
      Columns.of(
              limits.entrySet().stream()
                  .filter(e -> e.getValue().running != e.getValue().before)
                  .toList())
          .add("text", Map.Entry::getKey)
          .add("int", entry -> entry.getValue().running)
          .into(
              writes,
              """
              update work_limit set running = s.running from unnest(?, ?) as s (scope, running) where work_limit.scope = s.scope
              """);
    }
  }
}
