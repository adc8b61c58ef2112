package dev.easel.engine;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;

/**
 * How much may run at once, of an account or on a channel. A work limit is a queue, never a
 * refusal: a job that finds no free slot is parked outside the due index, and is promoted when a
 * slot is given back: of a channel in turn for each account that waits. A promoted job has its slot
 * from then on: of an account until its task ends, of a channel as a grant that its next attempt
 * uses. A scope without a limit is not counted.
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

  /** Sets the limit of a scope in which nothing runs yet. */
  public static void set(Handle tx, String scope, int capacity) {
    set(tx, scope, capacity, () -> 0);
  }

  /**
   * Sets a limit, or lifts it when {@code capacity} is 0. What runs already goes on; parked jobs
   * for which there is room now are promoted.
   *
   * @param running counts what runs already, for a scope that had no limit; nothing begins or ends
   *     meanwhile, so that everybody waits for it
   */
  public static void set(Handle tx, String scope, int capacity, IntSupplier running) {
    // What is so already needs no lock, and nobody waits for room that there is. Whoever is just
    // changing it comes after this.
    if (capacity(tx, scope) == capacity) {
      return;
    }
    // Whoever takes slots has locked their limits, and with them this table, to the end.
    tx.execute("lock table work_limit in exclusive mode");
    if (capacity == 0) {
      lift(tx, scope);
    } else if (capacity(tx, scope) == 0) {
      tx.execute(
          "insert into work_limit (scope, capacity, running) values (?, ?, ?)",
          scope,
          capacity,
          running.getAsInt());
    } else {
      tx.execute("update work_limit set capacity = ? where scope = ?", capacity, scope);
      promote(tx.getConnection(), scope);
    }
  }

  /** What the limit of a scope is; 0 when it has none. */
  private static int capacity(Handle tx, String scope) {
    return tx.createQuery("select capacity from work_limit where scope = :scope")
        .bind("scope", scope)
        .mapTo(Integer.class)
        .findOne()
        .orElse(0);
  }

  private static void lift(Handle tx, String scope) {
    tx.execute("delete from work_limit where scope = ?", scope);
    tx.createUpdate(
            """
            update job set waits_for = nullif(waits_for, :scope), granted = nullif(granted, :scope)
            where waits_for = :scope or granted = :scope
            """)
        .bind("scope", scope)
        .execute();
  }

  private static void promote(Connection tx, String scope) {
    try {
      Slots slots = Pipeline.get(tx, locks -> open(locks, List.of(scope)));
      slots.limit(scope).ifPresent(limit -> limit.hasNewRoom = true);
      Pipeline.run(tx, slots::promote);
      Pipeline.run(tx, slots::write);
    } catch (SQLException failed) {
      throw new ConnectionException(failed);
    }
  }

  /**
   * Has {@code locks} lock the limits of {@code scopes} until the end of the transaction, in their
   * order. The slots are known when that has run.
   */
  public static Slots open(Pipeline locks, Collection<String> scopes) {
    Map<String, Limit> limits = new TreeMap<>();
    Columns.of(new TreeSet<>(scopes))
        .add("text", scope -> scope)
        .query(
            locks,
            """
            select scope, capacity, running, last_account from work_limit
            where scope = any (?) order by scope for update
            """,
            row ->
                Map.entry(
                    row.getString(1), new Limit(row.getInt(2), row.getInt(3), row.getLong(4))),
            entry -> limits.put(entry.getKey(), entry.getValue()));
    return new Slots(Set.copyOf(scopes), limits);
  }

  /** A job that was given the {@code nth} of the free slots. */
  private record Promoted(String scope, long account, int nth) {}

  private static final class Limit {
    private final int capacity;
    private final int before;
    private final long lastBefore;
    private int running;

    /** The account that was given the last slot; 0 before the first. */
    private long last;

    /** Whether somebody may be waiting although there is room. */
    private boolean hasNewRoom;

    private int promoted;
    private int lastNth;

    Limit(int capacity, int running, long last) {
      this.capacity = capacity;
      this.before = running;
      this.running = running;
      this.last = last;
      this.lastBefore = last;
    }

    void promoted(Promoted job) {
      running++;
      promoted++;
      if (job.nth > lastNth) {
        last = job.account;
        lastNth = job.nth;
      }
    }

    boolean hasChanged() {
      return running != before || last != lastBefore;
    }

    int free() {
      return capacity - running;
    }
  }

  /** The locked limits of one transaction. */
  public static final class Slots {
    private final Set<String> scopes;
    private final Map<String, Limit> limits;

    private Slots(Set<String> scopes, Map<String, Limit> limits) {
      this.scopes = scopes;
      this.limits = limits;
    }

    /** Whether {@code scope} is locked, if it is limited at all. */
    public boolean covers(String scope) {
      return scopes.contains(scope);
    }

    /** Takes a slot of {@code scope} for {@code account}; false when none is free. */
    public boolean take(String scope, AccountId account) {
      Optional<Limit> limit = limit(scope);
      if (limit.isEmpty()) {
        return true;
      }
      if (limit.get().free() <= 0) {
        return false;
      }
      limit.get().running++;
      limit.get().last = account.value();
      return true;
    }

    /** Gives a slot of {@code scope} back. */
    public void giveBack(String scope) {
      limit(scope)
          .ifPresent(limit -> {
            limit.running--;
            limit.hasNewRoom = true;
          });
    }

    private Optional<Limit> limit(String scope) {
      if (!covers(scope)) {
        throw new IllegalArgumentException(scope + " was not locked");
      }
      return Optional.ofNullable(limits.get(scope));
    }

    /**
     * Has {@code writes} promote parked jobs into the slots that are free: of a channel one for
     * each account in turn, from the one after the last on, each account's longest waiting first.
     */
    public void promote(Pipeline writes) {
      Columns.of(limits.keySet().stream().filter(this::hasNewRoom).toList())
          .add("text", scope -> scope)
          .add("int", scope -> locked(scope).free())
          .add("bigint", scope -> locked(scope).last)
          .query(
              writes,
              // A turn is an account that waits, in the order of the turns; each account is looked
              // up for as many jobs as it can get at most, when all others get one.
              """
              with recursive turn (scope, free, last, account_id, is_second_lap, nth) as (
                select scope, free, last, last, false, 0 from unnest(?, ?, ?) as s (scope, free, last)
                union all
                select turn.scope, turn.free, turn.last, next.account_id, next.is_second_lap, turn.nth + 1
                from turn cross join lateral (
                  (select account_id, turn.is_second_lap from job
                   where waits_for = turn.scope and account_id > turn.account_id
                     and account_id <= case when turn.is_second_lap then turn.last else 9223372036854775807 end
                   order by account_id limit 1)
                  union all
                  (select account_id, true from job
                   where waits_for = turn.scope and account_id <= turn.last and not turn.is_second_lap
                   order by account_id limit 1)
                  order by is_second_lap limit 1) as next (account_id, is_second_lap)
                where turn.nth < turn.free
              ), fair as (
                select scope, free, turn.account_id, first.subject, first.kind,
                  row_number() over (partition by scope order by first.nth, turn.nth) as nth
                from (select *, max(nth) over (partition by scope) as turns from turn) as turn, lateral (
                  select subject, kind, row_number() over (order by run_at, subject) as nth from job
                  where waits_for = turn.scope and account_id = turn.account_id
                  order by run_at, subject limit turn.free - turn.turns + 1) as first
                where turn.nth > 0
              )
              update job set waits_for = null, granted = case when scope like 'channel:%' then scope end
              from fair
              where fair.nth <= free and job.subject = fair.subject and job.kind = fair.kind and waits_for = scope
              returning scope, fair.account_id, fair.nth
              """,
              row -> new Promoted(row.getString(1), row.getLong(2), row.getInt(3)),
              job -> locked(job.scope).promoted(job));
    }

    /** How many jobs were promoted. */
    public int promoted() {
      return limits.values().stream().mapToInt(limit -> limit.promoted).sum();
    }

    /** Whether slots are free for which somebody may be waiting. */
    public boolean haveNewRoom() {
      return limits.keySet().stream().anyMatch(this::hasNewRoom);
    }

    private boolean hasNewRoom(String scope) {
      return limit(scope).filter(limit -> limit.hasNewRoom && limit.free() > 0).isPresent();
    }

    private Limit locked(String scope) {
      return Objects.requireNonNull(limits.get(scope));
    }

    /** Writes the counts. */
    public void write(Pipeline writes) {
      Columns.of(limits.entrySet().stream().filter(e -> e.getValue().hasChanged()).toList())
          .add("text", Map.Entry::getKey)
          .add("int", entry -> entry.getValue().running)
          .add("bigint", entry -> entry.getValue().last)
          .into(
              writes,
              """
              update work_limit set running = s.running, last_account = s.last_account
              from unnest(?, ?, ?) as s (scope, running, last_account) where work_limit.scope = s.scope
              """);
    }
  }
}
