package dev.easel.webhook;

import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
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

  /** Notes that endpoints have answered well. */
  static void succeeded(Pipeline writes, Collection<UUID> endpoints) {
    Columns.of(new TreeSet<>(endpoints))
        .add("uuid", id -> id)
        .into(
            writes,
            """
            with failing as materialized (
              select id from webhook_endpoint where id = any (?) and failing_since is not null
              order by id for update
            )
            update webhook_endpoint set failing_since = null from failing where webhook_endpoint.id = failing.id
            """);
  }

  /**
   * Notes that endpoints have failed.
   *
   * @param failed whether each has said that it is gone
   * @param onDisabled told of those that are disabled now, and why
   */
  static void failed(
      Pipeline writes,
      Map<UUID, Boolean> failed,
      Instant now,
      BiConsumer<UUID, String> onDisabled) {
    Columns.of(failed.entrySet())
        .add("uuid", Map.Entry::getKey)
        .add("boolean", Map.Entry::getValue)
        .value(Timestamp.from(now.minus(PATIENCE)))
        .value(Timestamp.from(now))
        .query(
            writes,
            """
            with failed as materialized (
              select e.id, gone, gone or coalesce(failing_since <= t.limit, false) as hopeless, t.now
              from unnest(?, ?) as f (id, gone), (select ?::timestamptz as limit, ?::timestamptz as now) as t,
                webhook_endpoint as e
              where e.id = f.id and disabled_at is null and (gone or failing_since is null or failing_since <= t.limit)
              order by e.id for update of e
            )
            update webhook_endpoint set failing_since = coalesce(failing_since, now),
              disabled_at = case when hopeless then now end,
              disabled_reason = case when gone then 'It answered 410 Gone.'
                when hopeless then 'Nothing but failures for 5 days.' end
            from failed where webhook_endpoint.id = failed.id
            returning webhook_endpoint.id, coalesce(disabled_reason, '')
            """,
            row -> Map.entry(row.getObject(1, UUID.class), row.getString(2)),
            endpoint -> {
              if (!endpoint.getValue().isEmpty()) {
                onDisabled.accept(endpoint.getKey(), endpoint.getValue());
              }
            });
  }
}
