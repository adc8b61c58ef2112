package dev.easel.webhook;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import dev.easel.engine.Lane;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;

/** The tables of deliveries and of their tries. One method, one statement. */
public final class Deliveries {
  private Deliveries() {}

  /**
   * A task that has ended.
   *
   * @param dialect it was asked for in, whose callback it is
   * @param callback where its request asked to be told
   */
  public record Ended(
      UUID task, AccountId account, EventType event, String dialect, Optional<String> callback) {}

  /**
   * Has {@code writes} write what is owed to those who want to hear of {@code ended}, and the jobs
   * that bring it: to the request's callback, and to each endpoint of the account that wants the
   * event. Ids follow from the time, the task and the endpoint.
   *
   * @param onCount told how many deliveries that are
   */
  public static void owe(
      Pipeline writes, Collection<Ended> ended, Instant now, IntConsumer onCount) {
    Columns.of(ended)
        .add("uuid", Ended::task)
        .add("bigint", task -> task.account.value())
        .add("text", task -> task.event.word())
        .add("text", task -> Shape.ofCallback(task.dialect).word())
        .add("text", task -> task.callback.orElse(null))
        .value(Timestamp.from(now))
        .value(now.toEpochMilli())
        .value(Sender.KIND)
        .value(Lane.ASIDE.number())
        .into(
            writes,
            // The id is a UUIDv7: milliseconds, then bits of a hash.
            """
            with ended as (
              select * from unnest(?, ?, ?, ?, ?) as e (task_id, account_id, event, shape, callback)
            ), t as (
              select ?::timestamptz as now, substr(int8send(?), 3) as millis, ?::text as kind, ?::smallint as lane
            ), news as (
              select task_id, account_id, event, null::uuid as endpoint_id, shape, callback as url
              from ended where callback is not null
              union all
              select task_id, ended.account_id, event, endpoint.id, 'event', endpoint.url
              from ended join webhook_endpoint as endpoint on endpoint.account_id = ended.account_id
              where disabled_at is null and (events = '{}' or event = any (events))
            ), hashed as (
              select news.*, millis || substr(sha256(uuid_send(task_id) || coalesce(uuid_send(endpoint_id), '')), 1, 10) as bits
              from news, t
            ), owed as (
              insert into delivery (id, account_id, task_id, endpoint_id, created_at, shape, event, url)
              select encode(set_byte(set_byte(bits, 6, 112 | (get_byte(bits, 6) & 15)),
                  8, 128 | (get_byte(bits, 8) & 63)), 'hex')::uuid,
                account_id, task_id, endpoint_id, now, shape, event, url
              from hashed, t
              returning id, account_id
            )
            insert into job (subject, kind, account_id, run_at, lane)
            select id, kind, account_id, now, lane from owed, t
            """,
            onCount);
  }

  /**
   * A delivery as a try finds it.
   *
   * @param isPending whether it is still owed
   * @param owedSince when its task ended, or when somebody last asked for it over again
   * @param firstAt when the first try began
   * @param signer whose secrets sign it
   */
  record Found(
      Delivery delivery,
      boolean isPending,
      Instant owedSince,
      Optional<Instant> firstAt,
      Optional<Signer> signer) {}

  /**
   * Who signs: an endpoint, with one secret or two, or an account. Encrypted as they are stored.
   */
  sealed interface Signer {
    @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
    record OfAccount(byte[] secret) implements Signer {}

    record OfEndpoint(boolean isDisabled, List<byte[]> secrets) implements Signer {}
  }

  /** The deliveries of {@code ids} that exist. */
  static Map<UUID, Found> find(Connection tx, Collection<UUID> ids, Instant now)
      throws SQLException {
    Map<UUID, Found> found = new HashMap<>();
    Columns.of(ids)
        .value(Timestamp.from(now))
        .add("uuid", id -> id)
        .query(
            tx,
            """
            select delivery.id, delivery.account_id, task_id, endpoint_id, delivery.created_at, tries, shape, event,
              coalesce(endpoint.url, delivery.url) as url, state, coalesce(replayed_at, delivery.created_at) as owed_since, first.started_at as first_at, key.secret as key,
              endpoint.disabled_at is not null as disabled, endpoint.secret,
              case when previous_until > ? then previous_secret end as previous_secret
            from delivery
            left join delivery_try as first on first.delivery_id = delivery.id and first.number = 1
            left join webhook_endpoint as endpoint on endpoint.id = endpoint_id
            left join webhook_key as key on key.account_id = delivery.account_id and endpoint_id is null
            where delivery.id = any (?)
            """,
            Deliveries::found)
        .forEach(each -> found.put(each.delivery.id(), each));
    return found;
  }

  private static Found found(ResultSet row) throws SQLException {
    Delivery delivery =
        new Delivery(
            row.getObject("id", UUID.class),
            new AccountId(row.getLong("account_id")),
            row.getObject("task_id", UUID.class),
            Optional.ofNullable(row.getObject("endpoint_id", UUID.class)),
            row.getTimestamp("created_at").toInstant(),
            row.getInt("tries"),
            Shape.stored(row.getString("shape")),
            EventType.stored(row.getString("event")),
            row.getString("url"));
    return new Found(
        delivery,
        row.getString("state").equals("pending"),
        row.getTimestamp("owed_since").toInstant(),
        Optional.ofNullable(row.getTimestamp("first_at")).map(Timestamp::toInstant),
        signer(row));
  }

  private static Optional<Signer> signer(ResultSet row) throws SQLException {
    byte[] ofEndpoint = row.getBytes("secret");
    byte[] previous = row.getBytes("previous_secret");
    if (ofEndpoint != null) {
      List<byte[]> secrets = previous == null ? List.of(ofEndpoint) : List.of(ofEndpoint, previous);
      return Optional.of(new Signer.OfEndpoint(row.getBoolean("disabled"), secrets));
    }
    return Optional.ofNullable(row.getBytes("key")).map(Signer.OfAccount::new);
  }

  /**
   * How a try ended.
   *
   * @param status of the answer; empty when none came
   * @param text the beginning of the answer, or why none came
   */
  record Try(
      Delivery delivery, Instant startedAt, long millis, Optional<Integer> status, String text) {
    int number() {
      return delivery.tries() + 1;
    }
  }

  static void insertTries(Pipeline writes, Collection<Try> tries) {
    Columns.of(tries)
        .add("uuid", made -> made.delivery.id())
        .add("int", Try::number)
        .add("timestamptz", made -> Timestamp.from(made.startedAt))
        .add("int", Try::millis)
        .add("int", made -> made.status.orElse(null))
        .add("text", made -> made.status.isPresent() ? null : made.text)
        .add("text", made -> made.status.isPresent() ? made.text : null)
        .into(
            writes,
            """
            insert into delivery_try (delivery_id, number, started_at, duration_millis, status, failure, answer)
            select * from unnest(?, ?, ?, ?, ?, ?, ?)
            """);
  }

  /** How a delivery stands after a try. */
  enum State {
    PENDING("pending"),
    DELIVERED("delivered"),
    EXHAUSTED("exhausted");

    private final String word;

    State(String word) {
      this.word = word;
    }
  }

  /** A delivery after a try. */
  record Standing(Try last, State state) {}

  static void update(Pipeline writes, Collection<Standing> deliveries, Instant now) {
    Columns.of(deliveries)
        .value(Timestamp.from(now))
        .add("uuid", standing -> standing.last.delivery.id())
        .add("int", standing -> standing.last.number())
        .add("text", standing -> standing.state.word)
        .add("text", standing -> standing.last.delivery.url())
        .into(
            writes,
            """
            update delivery set tries = s.tries, state = s.state, url = s.url,
              finished_at = case when s.state <> 'pending' then ?::timestamptz end
            from unnest(?, ?, ?, ?) as s (id, tries, state, url) where delivery.id = s.id
            """);
  }
}
