package dev.easel.webhook;

import dev.easel.account.AccountId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Deliveries as people look them up: what was owed to whom, and what became of it. */
public final class DeliveryLog {
  private DeliveryLog() {}

  /** How a delivery stands. */
  public enum State {
    PENDING,
    DELIVERED,
    EXHAUSTED;

    /** As it is written everywhere. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** All of them, for people. */
    public static String allWords() {
      return Stream.of(values()).map(State::word).collect(Collectors.joining(", "));
    }

    /** The one that is written as {@code word}. */
    public static Optional<State> of(String word) {
      return Stream.of(values()).filter(state -> state.word().equals(word)).findFirst();
    }
  }

  /**
   * A delivery.
   *
   * @param task that ended; the delivery itself for a test
   * @param endpoint empty for the callback that a request asked for
   * @param shape what its body looks like: that of a dialect, else {@code event}
   * @param tries how often it was tried, over all replays
   * @param nextTryAt when it is due, while it is pending
   * @param lastTry the newest of its tries
   */
  public record Entry(
      UUID id,
      AccountId account,
      UUID task,
      Optional<UUID> endpoint,
      EventType event,
      String shape,
      String url,
      State state,
      int tries,
      Instant createdAt,
      Optional<Instant> finishedAt,
      Optional<Instant> nextTryAt,
      Optional<Try> lastTry) {}

  /**
   * One time that a delivery was sent.
   *
   * @param status the receiver's HTTP status
   * @param failure why there was none
   * @param answer the beginning of what the receiver answered
   */
  public record Try(
      int number,
      Instant startedAt,
      Duration duration,
      OptionalInt status,
      Optional<String> failure,
      Optional<String> answer) {}

  /**
   * Which deliveries are wanted: all that fit what is given.
   *
   * @param before those that are older than the delivery of that id
   */
  public record Filter(
      Optional<UUID> endpoint, Optional<UUID> task, Optional<State> state, Optional<UUID> before) {}

  private static final String ENTRY =
      """
      select d.*, job.run_at, t.number, t.started_at, t.duration_millis, t.status, t.failure, t.answer
      from delivery d
      left join job on job.subject = d.id and job.kind = 'webhook' and d.state = 'pending'
      left join lateral (select * from delivery_try where delivery_id = d.id order by number desc limit 1) t on true
      """;

  /** The newest {@code most} of an account's deliveries that fit {@code filter}. */
  public static List<Entry> page(Handle tx, AccountId account, Filter filter, int most) {
    Query query =
        tx.createQuery(
            ENTRY
                + "where d.account_id = :account"
                + conditions(filter)
                + " order by d.id desc limit :most");
    filter.endpoint().ifPresent(endpoint -> query.bind("endpoint", endpoint));
    filter.task().ifPresent(task -> query.bind("task", task));
    filter.before().ifPresent(before -> query.bind("before", before));
    return query
        .bind("account", account.value())
        .bind("most", most)
        .map((rs, _) -> entry(rs))
        .list();
  }

  /**
   * Only what is asked for, with the state as a constant: each has an index that it is found by.
   */
  private static String conditions(Filter filter) {
    StringBuilder sql = new StringBuilder();
    filter.endpoint().ifPresent(_ -> sql.append(" and d.endpoint_id = :endpoint"));
    filter.task().ifPresent(_ -> sql.append(" and d.task_id = :task"));
    filter.before().ifPresent(_ -> sql.append(" and d.id < :before"));
    filter
        .state()
        .map(state ->
            switch (state) {
              case PENDING -> " and d.state = 'pending'";
              case DELIVERED -> " and d.state = 'delivered'";
              case EXHAUSTED -> " and d.state = 'exhausted'";
            })
        .ifPresent(sql::append);
    return sql.toString();
  }

  /** The account's delivery of that id. */
  public static Optional<Entry> find(Handle tx, AccountId account, UUID id) {
    return tx.createQuery(ENTRY + "where d.id = :id and d.account_id = :account")
        .bind("id", id)
        .bind("account", account.value())
        .map((rs, _) -> entry(rs))
        .findOne();
  }

  /** The delivery of that id, whosever it is: for operators. */
  public static Optional<Entry> find(Handle tx, UUID id) {
    return tx.createQuery(ENTRY + "where d.id = :id")
        .bind("id", id)
        .map((rs, _) -> entry(rs))
        .findOne();
  }

  /** The tries of a delivery, the first one first. */
  public static List<Try> tries(Handle tx, UUID delivery) {
    return tx.createQuery("select * from delivery_try where delivery_id = :id order by number")
        .bind("id", delivery)
        .map((rs, _) -> attempt(rs))
        .list();
  }

  private static Entry entry(ResultSet rs) throws SQLException {
    return new Entry(
        rs.getObject("id", UUID.class),
        new AccountId(rs.getLong("account_id")),
        rs.getObject("task_id", UUID.class),
        Optional.ofNullable(rs.getObject("endpoint_id", UUID.class)),
        EventType.stored(rs.getString("event")),
        rs.getString("shape"),
        rs.getString("url"),
        State.of(rs.getString("state")).orElseThrow(),
        rs.getInt("tries"),
        rs.getTimestamp("created_at").toInstant(),
        instant(rs, "finished_at"),
        instant(rs, "run_at"),
        rs.getTimestamp("started_at") == null ? Optional.empty() : Optional.of(attempt(rs)));
  }

  private static Try attempt(ResultSet rs) throws SQLException {
    int status = rs.getInt("status");
    return new Try(
        rs.getInt("number"),
        rs.getTimestamp("started_at").toInstant(),
        Duration.ofMillis(rs.getInt("duration_millis")),
        status == 0 ? OptionalInt.empty() : OptionalInt.of(status),
        Optional.ofNullable(rs.getString("failure")),
        Optional.ofNullable(rs.getString("answer")));
  }

  private static Optional<Instant> instant(ResultSet rs, String column) throws SQLException {
    return Optional.ofNullable(rs.getTimestamp(column)).map(Timestamp::toInstant);
  }
}
