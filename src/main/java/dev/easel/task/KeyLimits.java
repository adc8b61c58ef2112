package dev.easel.task;

import dev.easel.account.KeyId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * What the limited keys of one admission transaction may still spend; locked. Limits count credits
 * when they are held.
 */
final class KeyLimits {
  private final LocalDate today;
  private final Map<KeyId, Spending> spending = new LinkedHashMap<>();

  private KeyLimits(LocalDate today) {
    this.today = today;
  }

  private record Spending(
      KeyId key, OptionalLong totalLimit, OptionalLong dailyLimit, long total, long day) {
    Spending plus(long credits) {
      return new Spending(key, totalLimit, dailyLimit, total + credits, day + credits);
    }
  }

  /**
   * Has {@code locks} lock {@code keys} until the end of the transaction, in id order; what they
   * may spend is known when that has run.
   */
  static KeyLimits lock(Pipeline locks, Collection<KeyId> keys, Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    KeyLimits limits = new KeyLimits(today);
    Columns.of(new TreeSet<>(keys))
        .value(today)
        .add("bigint", KeyId::value)
        .query(
            locks,
            """
            select id, total_limit, daily_limit, used_total, case when used_on = ? then used_today else 0 end
            from api_key where id = any (?) order by id for no key update
            """,
            row -> {
              long total = row.getLong(2);
              OptionalLong totalLimit =
                  row.wasNull() ? OptionalLong.empty() : OptionalLong.of(total);
              long daily = row.getLong(3);
              OptionalLong dailyLimit =
                  row.wasNull() ? OptionalLong.empty() : OptionalLong.of(daily);
              return new Spending(
                  new KeyId(row.getLong(1)),
                  totalLimit,
                  dailyLimit,
                  row.getLong(4),
                  row.getLong(5));
            },
            key -> limits.spending.put(key.key, key));
    return limits;
  }

  /** Why {@code key} may not spend {@code credits}; empty when it may. */
  Optional<Admitted> refuse(KeyId key, long credits) {
    Spending spent = spent(key);
    long leftInAll = spent.totalLimit.orElse(Long.MAX_VALUE) - spent.total;
    if (credits > leftInAll) {
      return Optional.of(new Admitted.KeyLimitExceeded(Admitted.Period.TOTAL, leftInAll, credits));
    }
    long leftToday = spent.dailyLimit.orElse(Long.MAX_VALUE) - spent.day;
    if (credits > leftToday) {
      return Optional.of(new Admitted.KeyLimitExceeded(Admitted.Period.DAY, leftToday, credits));
    }
    return Optional.empty();
  }

  /** Counts {@code credits} against the key's limits. */
  void spend(KeyId key, long credits) {
    spending.put(key, spent(key).plus(credits));
  }

  private Spending spent(KeyId key) {
    Spending spent = spending.get(key);
    if (spent == null) {
      throw new IllegalArgumentException("key " + key + " was not locked");
    }
    return spent;
  }

  /** Writes what has been spent. */
  void write(Pipeline writes) {
    List<Spending> rows = List.copyOf(spending.values());
    Columns.of(rows)
        .value(today)
        .add("bigint", row -> row.key.value())
        .add("bigint", Spending::total)
        .add("bigint", Spending::day)
        .into(
            writes,
            """
            update api_key set used_on = ?, used_total = s.total, used_today = s.day
            from unnest(?, ?, ?) as s (id, total, day) where api_key.id = s.id
            """);
  }
}
