package dev.easel.webhook;

import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import dev.easel.webhook.Deliveries.State;
import dev.easel.webhook.Deliveries.Try;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * What becomes of endpoints by what they answer: nothing is sent any more to one that says that it
 * is gone, or that has answered nothing but failures for five days.
 */
final class EndpointHealth {
  /** What a receiver answers that wants to hear nothing any more (Standard Webhooks 1.0.0). */
  static final int GONE = 410;

  private static final Duration PATIENCE = Duration.ofDays(5);

  private EndpointHealth() {}

  /** What is heard of an endpoint; of several together, the last of these counts. */
  enum Health {
    FAILED,
    SUCCEEDED,
    GONE;

    Health stronger(Health other) {
      return compareTo(other) > 0 ? this : other;
    }
  }

  /** What a try says of its endpoint that leaves its delivery at {@code state}. */
  static Health of(Try made, State state) {
    if (state == State.DELIVERED) {
      return Health.SUCCEEDED;
    }
    return made.status().equals(Optional.of(GONE)) ? Health.GONE : Health.FAILED;
  }

  /**
   * Notes what is heard of endpoints, and locks those alone that it changes.
   *
   * @param onDisabled told of those that are disabled now, and why
   */
  static void update(
      Pipeline writes, Map<UUID, Health> heard, Instant now, BiConsumer<UUID, String> onDisabled) {
    Columns.of(heard.entrySet())
        .add("uuid", Map.Entry::getKey)
        .add("boolean", endpoint -> endpoint.getValue() == Health.SUCCEEDED)
        .add("boolean", endpoint -> endpoint.getValue() == Health.GONE)
        .value(Timestamp.from(now.minus(PATIENCE)))
        .value(Timestamp.from(now))
        .query(
            writes,
            """
            with heard as materialized (
              select e.id, succeeded, gone, t.now,
                not succeeded and (gone or coalesce(failing_since <= t.limit, false)) as hopeless
              from unnest(?, ?, ?) as h (id, succeeded, gone),
                (select ?::timestamptz as limit, ?::timestamptz as now) as t, webhook_endpoint as e
              where e.id = h.id and case when succeeded then failing_since is not null
                else disabled_at is null and (gone or failing_since is null or failing_since <= t.limit) end
              order by e.id for update of e
            )
            update webhook_endpoint set
              failing_since = case when not succeeded then coalesce(failing_since, now) end,
              disabled_at = case when hopeless then now else disabled_at end,
              disabled_reason = case when not hopeless then disabled_reason
                when gone then 'It answered 410 Gone.' else 'Nothing but failures for 5 days.' end
            from heard where webhook_endpoint.id = heard.id
            returning webhook_endpoint.id, case when hopeless then disabled_reason else '' end
            """,
            row -> Map.entry(row.getObject(1, UUID.class), row.getString(2)),
            endpoint -> {
              if (!endpoint.getValue().isEmpty()) {
                onDisabled.accept(endpoint.getKey(), endpoint.getValue());
              }
            });
  }
}
