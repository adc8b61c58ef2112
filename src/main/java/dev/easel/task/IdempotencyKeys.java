package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The idempotency keys of one admission transaction, locked: what was accepted under them before,
 * and what is accepted under them now.
 */
final class IdempotencyKeys {
  private final Map<Scoped, Kept> kept;
  private final Map<Scoped, Kept> fresh = new LinkedHashMap<>();

  private IdempotencyKeys(Map<Scoped, Kept> kept) {
    this.kept = kept;
  }

  /** A key within its account. */
  record Scoped(AccountId account, String key) {}

  private record Kept(TaskId task, String fingerprint, String answer, Instant at) {}

  /**
   * Has {@code locks} lock {@code keys} until the end of the transaction, also those that nobody
   * has used yet, and then read what was kept under them, which is known when that has run.
   */
  static IdempotencyKeys lock(Pipeline locks, Collection<Scoped> keys, Instant now) {
    List<Scoped> distinct = List.copyOf(new LinkedHashSet<>(keys));
    scoped(distinct)
        .query(
            locks,
            """
            select pg_advisory_xact_lock(hash) from (
              select distinct hashtextextended(account_id || ':' || key, 0) as hash
              from unnest(?, ?) as k (account_id, key) order by hash) as h
            """,
            _ -> true,
            _ -> {});
    Map<Scoped, Kept> kept = new HashMap<>();
    scoped(distinct)
        .value(
            now.minus(Idempotency.KEPT).atOffset(ZoneOffset.UTC)) // a Timestamp's type is not known
        .query(
            locks,
            """
            select i.account_id, i.key, i.task_id, i.fingerprint, i.answer, i.created_at
            from unnest(?, ?) as k (account_id, key)
            join idempotency i on i.account_id = k.account_id and i.key = k.key
            where i.created_at > ?
            """,
            row ->
                Map.entry(
                    new Scoped(new AccountId(row.getLong(1)), row.getString(2)),
                    new Kept(
                        new TaskId(row.getObject(3, UUID.class)),
                        row.getString(4),
                        row.getString(5),
                        row.getTimestamp(6).toInstant())),
            entry -> kept.put(entry.getKey(), entry.getValue()));
    return new IdempotencyKeys(kept);
  }

  /**
   * What a request is answered because of what was accepted under its key before; empty when
   * nothing was, and for a first try, which follows nothing. What is kept may well be later than
   * {@code now}: that was looked at before the locks were waited for, and the clocks of two nodes
   * differ.
   */
  Optional<Admitted> answer(AccountId account, Idempotency idempotency, Instant now) {
    Kept before = kept.get(new Scoped(account, idempotency.key()));
    if (before == null
        || idempotency.isFirstTry()
        || !before.at.isAfter(now.minus(idempotency.reach()))) {
      return Optional.empty();
    }
    return Optional.of(
        before.fingerprint.equals(idempotency.fingerprint())
            ? new Admitted.Replayed(before.answer)
            : new Admitted.IdempotencyConflict());
  }

  /**
   * Notes that a request was accepted under its key: the next one in this transaction follows it.
   */
  void accepted(AccountId account, Idempotency idempotency, TaskId task, Instant now) {
    Scoped scoped = new Scoped(account, idempotency.key());
    Kept accepted = new Kept(task, idempotency.fingerprint(), idempotency.answer(), now);
    kept.put(scoped, accepted);
    fresh.put(scoped, accepted);
  }

  /** Keeps what was accepted; what is older than 72 hours is replaced. */
  void write(Pipeline writes, Instant now) {
    Columns.of(fresh.entrySet())
        .add("bigint", e -> e.getKey().account.value())
        .add("text", e -> e.getKey().key)
        .add("uuid", e -> e.getValue().task.value())
        .add("text", e -> e.getValue().fingerprint)
        .add("text", e -> e.getValue().answer)
        .value(Timestamp.from(now))
        .into(
            writes,
            """
            insert into idempotency (account_id, key, task_id, fingerprint, answer, created_at)
            select k.*, t.now from unnest(?, ?, ?, ?, ?) as k, (select ?::timestamptz as now) as t
            on conflict (account_id, key) do update
            set task_id = excluded.task_id, fingerprint = excluded.fingerprint, answer = excluded.answer,
              created_at = excluded.created_at
            """);
  }

  private static Columns<Scoped> scoped(List<Scoped> keys) {
    return Columns.of(keys).add("bigint", k -> k.account.value()).add("text", Scoped::key);
  }
}
