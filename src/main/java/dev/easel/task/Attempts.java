package dev.easel.task;

import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import dev.easel.provider.Failure;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The attempt table. One method, one statement; what a statement may change, its guard says. */
final class Attempts {
  private Attempts() {}

  /** The attempts of {@code ids}, oldest first; known when {@code reads} has run. */
  static Map<TaskId, List<Attempt>> load(Pipeline reads, Collection<TaskId> ids) {
    Map<TaskId, List<Attempt>> attempts = new HashMap<>();
    Columns.of(ids)
        .add("uuid", TaskId::value)
        .query(
            reads,
            "select * from attempt where task_id = any (?) order by task_id, piece, number",
            row -> new OfTask(new TaskId(row.getObject("task_id", UUID.class)), attempt(row)),
            row -> attempts.computeIfAbsent(row.task, _ -> new ArrayList<>()).add(row.attempt));
    return attempts;
  }

  /** An attempt of a task, as it is to be written. */
  record OfTask(TaskId task, Attempt attempt) {}

  /** Begins attempts: they are about to be sent. */
  static void insert(Pipeline writes, Collection<OfTask> attempts) {
    Columns.of(attempts)
        .add("uuid", a -> a.attempt.id())
        .add("uuid", a -> a.task.value())
        .add("smallint", a -> a.attempt.piece())
        .add("smallint", a -> a.attempt.number())
        .add("text", a -> a.attempt.channel())
        .add("text", a -> a.attempt.upstreamModel())
        .add("timestamptz", a -> Timestamp.from(a.attempt.createdAt()))
        .add("timestamptz", a -> Timestamp.from(a.attempt.lookAt()))
        .into(
            writes,
            """
            insert into attempt (id, task_id, piece, number, channel, upstream_model, created_at, look_at, state)
            select a.*, 'sending' from unnest(?, ?, ?, ?, ?, ?, ?, ?) as a
            """);
  }

  /** Writes what became of attempts that are under way. */
  static void update(Pipeline writes, Collection<OfTask> attempts, Instant now) {
    List<Row> rows = attempts.stream().map(a -> Row.of(a.attempt, now)).toList();
    Columns.of(rows)
        .add("uuid", Row::id)
        .add("text", Row::state)
        .add("text", Row::upstreamId)
        .add("timestamptz", row -> timestamp(row.acceptedAt))
        .add("timestamptz", row -> timestamp(row.finishedAt))
        .add("text", row -> row.failure == null ? null : row.failure.kind().name())
        .add("text", row -> row.failure == null ? null : row.failure.message())
        .add("smallint", Row::outputs)
        .add("text", Row::filmMillis)
        .add("jsonb", Row::copies)
        .add("timestamptz", row -> Timestamp.from(row.lookAt))
        .into(
            writes,
            """
            update attempt set state = a.state, upstream_id = coalesce(a.upstream_id, attempt.upstream_id),
              accepted_at = coalesce(a.accepted_at, attempt.accepted_at), finished_at = a.finished_at,
              failure_kind = a.failure_kind, failure_message = a.failure_message, outputs = a.outputs,
              film_millis = a.film_millis::int[], copies = a.copies, look_at = a.look_at
            from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              as a (id, state, upstream_id, accepted_at, finished_at, failure_kind, failure_message, outputs,
                film_millis, copies, look_at)
            where attempt.id = a.id and attempt.finished_at is null
            """);
  }

  /** Those of {@code ids} whose submission nobody knows the answer of: whether each is given up. */
  static Map<UUID, Boolean> unanswered(Connection tx, Collection<UUID> ids) throws SQLException {
    Map<UUID, Boolean> unanswered = new HashMap<>();
    Columns.of(ids)
        .add("uuid", id -> id)
        .query(
            tx,
            """
            select id, finished_at is not null from attempt
            where id = any (?) and state in ('sending', 'unknown') and resolved_at is null
            """,
            row -> unanswered.put(row.getObject(1, UUID.class), row.getBoolean(2)));
    return unanswered;
  }

  /**
   * Notes what became known of attempts that have been given up: a refusal cost nothing; of
   * anything else only the upstream's id is new, it stays for the operator.
   */
  static void learn(Pipeline writes, Collection<Attempt> attempts, Instant now) {
    List<Row> rows = attempts.stream().map(a -> Row.of(a, now)).toList();
    Columns.of(rows)
        .add("uuid", Row::id)
        .add("text", Row::state)
        .add("text", Row::upstreamId)
        .add("text", row -> row.failure == null ? null : row.failure.kind().name())
        .add("text", row -> row.failure == null ? null : row.failure.message())
        .into(
            writes,
            """
            update attempt set upstream_id = coalesce(a.upstream_id, attempt.upstream_id),
              state = case a.state when 'rejected' then 'rejected' else attempt.state end,
              failure_kind = case a.state when 'rejected' then a.failure_kind end,
              failure_message = case a.state when 'rejected' then a.failure_message end
            from unnest(?, ?, ?, ?, ?) as a (id, state, upstream_id, failure_kind, failure_message)
            where attempt.id = a.id and attempt.state = 'unknown' and attempt.finished_at is not null
            """);
  }

  /** The task that an attempt is of, with all its attempts. */
  static Optional<Situation> situationOf(Connection tx, UUID attempt) throws SQLException {
    List<TaskId> ids =
        Columns.of(List.of(attempt))
            .add("uuid", id -> id)
            .query(
                tx,
                "select task_id from attempt where id = any (?)",
                row -> new TaskId(row.getObject(1, UUID.class)));
    Map<TaskId, List<Attempt>> attempts = Pipeline.get(tx, reads -> load(reads, ids));
    return Tasks.load(tx, ids).stream()
        .map(task -> new Situation(task, attempts.getOrDefault(task.id(), List.of())))
        .findFirst();
  }

  /** Notes what an operator has found out about an attempt that was given up. */
  static boolean resolve(Connection tx, UUID attempt, Unknowns.Finding finding, Timestamp now)
      throws SQLException {
    try (PreparedStatement update =
        tx.prepareStatement(
            """
            update attempt set resolved_at = ?, resolution = ?, cost = ?, upstream_id = coalesce(?, upstream_id)
            where id = ? and state = 'unknown' and finished_at is not null and resolved_at is null
            """)) {
      update.setTimestamp(1, now);
      switch (finding) {
        case Unknowns.Finding.Nothing _ -> {
          update.setString(2, "nothing");
          update.setBigDecimal(3, BigDecimal.ZERO);
          update.setString(4, null);
        }
        case Unknowns.Finding.Accepted(String upstreamId) -> {
          update.setString(2, "produced");
          update.setBigDecimal(3, null);
          update.setString(4, upstreamId);
        }
        case Unknowns.Finding.Bought(Optional<BigDecimal> cost) -> {
          update.setString(2, "cost");
          update.setBigDecimal(3, cost.orElse(null));
          update.setString(4, null);
        }
      }
      update.setObject(5, attempt);
      return update.executeUpdate() == 1;
    }
  }

  private static Attempt attempt(ResultSet row) throws SQLException {
    String state = row.getString("state");
    return new Attempt(
        row.getObject("id", UUID.class),
        row.getInt("piece"),
        row.getInt("number"),
        row.getString("channel"),
        row.getString("upstream_model"),
        Tasks.instant(row, "created_at"),
        Tasks.instant(row, "look_at"),
        switch (state) {
          case "sending" -> new Attempt.State.Sending();
          case "accepted" ->
              new Attempt.State.Accepted(
                  row.getString("upstream_id"), Tasks.instant(row, "accepted_at"));
          case "unknown" ->
              row.getTimestamp("finished_at") == null
                  ? new Attempt.State.Unknown()
                  : new Attempt.State.GivenUp();
          case "rejected" -> new Attempt.State.Rejected(Tasks.failure(row));
          case "storing" -> Copies.read(row.getString("copies"));
          case "produced" -> new Attempt.State.Produced(row.getInt("outputs"), lengths(row));
          case "failed" -> new Attempt.State.Failed(Tasks.failure(row));
          default -> throw new IllegalStateException("an attempt in the unknown state " + state);
        });
  }

  private static List<Duration> lengths(ResultSet row) throws SQLException {
    @Nullable Array millis = row.getArray("film_millis");
    return millis == null
        ? List.of()
        : Arrays.stream((Integer[]) millis.getArray()).map(Duration::ofMillis).toList();
  }

  /** An attempt's state, taken apart into columns. */
  private record Row(
      UUID id,
      String state,
      @Nullable String upstreamId,
      @Nullable Instant acceptedAt,
      @Nullable Instant finishedAt,
      @Nullable Failure failure,
      @Nullable Integer outputs,
      @Nullable String filmMillis,
      @Nullable String copies,
      Instant lookAt) {

    /** As PostgreSQL writes a list: one in which lists stand cannot be sent otherwise. */
    private static @Nullable String filmMillis(List<Duration> lengths) {
      return lengths.isEmpty()
          ? null
          : lengths.stream()
              .map(length -> String.valueOf(length.toMillis()))
              .collect(Collectors.joining(",", "{", "}"));
    }

    static Row of(Attempt attempt, Instant now) {
      UUID id = attempt.id();
      Instant lookAt = attempt.lookAt();
      return switch (attempt.state()) {
        case Attempt.State.Sending _ ->
            new Row(id, "sending", null, null, null, null, null, null, null, lookAt);
        case Attempt.State.Accepted(String upstreamId, Instant acceptedAt) ->
            new Row(id, "accepted", upstreamId, acceptedAt, null, null, null, null, null, lookAt);
        case Attempt.State.Unknown _ ->
            new Row(id, "unknown", null, null, null, null, null, null, null, lookAt);
        case Attempt.State.Storing storing ->
            new Row(
                id, "storing", null, null, null, null, null, null, Copies.write(storing), lookAt);
        case Attempt.State.GivenUp _ ->
            new Row(id, "unknown", null, null, now, null, null, null, null, lookAt);
        case Attempt.State.Rejected(Failure failure) ->
            new Row(id, "rejected", null, null, now, failure, null, null, null, lookAt);
        case Attempt.State.Produced(int outputs, List<Duration> lengths) ->
            new Row(
                id, "produced", null, null, now, null, outputs, filmMillis(lengths), null, lookAt);
        case Attempt.State.Failed(Failure failure) ->
            new Row(id, "failed", null, null, now, failure, null, null, null, lookAt);
      };
    }
  }

  private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
    return instant == null ? null : Timestamp.from(instant);
  }
}
