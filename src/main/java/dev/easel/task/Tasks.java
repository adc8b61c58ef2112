package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Quote;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import dev.easel.provider.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The task and asset tables. One method, one statement; what a statement may change, its guard
 * says.
 */
final class Tasks {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final HexFormat HEX = HexFormat.of();

  private Tasks() {}

  static void insert(Pipeline writes, Collection<Task> tasks) {
    Columns.of(tasks)
        .add("uuid", task -> task.id().value())
        .add("bigint", task -> task.request().account().value())
        .add("bigint", task -> task.request().key().value())
        .add("timestamptz", task -> Timestamp.from(task.createdAt()))
        .add("bigint", task -> task.request().credits())
        .add("smallint", task -> task.request().outputs())
        .add("smallint", task -> task.request().pieceSize())
        .add("text", task -> task.request().kind().word())
        .add("text", task -> task.request().model())
        .add("text", task -> task.request().origin().dialect())
        .add("text", task -> task.request().origin().listing())
        .add("jsonb", task -> task.request().parameters().toString())
        .add("text", task -> task.request().origin().body().orElseThrow())
        .add("text", task -> task.request().origin().callback().orElse(null))
        .add("jsonb", task -> lengths(task.request().quote()))
        .into(
            writes,
            """
            insert into task (id, account_id, key_id, created_at, credits, outputs, piece_size, kind, model, dialect, listing,
              parameters, body, callback, lengths, state)
            select t.*, 'queued' from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as t
            """);
  }

  /** What each length costs, as JSON from seconds to credits; null where the price is settled. */
  private static @Nullable String lengths(Quote quote) {
    if (!quote.isOpen()) {
      return null;
    }
    ObjectNode json = JSON.createObjectNode();
    quote.lengths().forEach(length -> json.put(String.valueOf(length.seconds()), length.credits()));
    return json.toString();
  }

  private static Quote quote(long credits, @Nullable String lengths) {
    if (lengths == null) {
      return new Quote(credits);
    }
    // PostgreSQL sorts keys by how long they are first: numbers come in their order.
    List<Quote.Length> all =
        JSON.readTree(lengths).properties().stream()
            .map(length ->
                new Quote.Length(Integer.parseInt(length.getKey()), length.getValue().longValue()))
            .toList();
    return new Quote(credits, all);
  }

  /** The tasks of {@code ids} that exist, with their results. */
  static List<Task> load(Connection tx, Collection<TaskId> ids) throws SQLException {
    return Pipeline.get(tx, reads -> load(reads, ids)).tasks();
  }

  /** Tasks that are read. */
  static final class Loaded {
    private final Map<TaskId, TaskRow> rows = new LinkedHashMap<>();

    private Loaded() {}

    /** Those that exist. */
    List<Task> tasks() {
      return rows.values().stream().map(TaskRow::task).toList();
    }
  }

  /**
   * Has {@code reads} read the tasks of {@code ids} that exist, with their results: one statement,
   * so that both are of one moment. A request's body comes with the first of its results only, and
   * not at all where it is too large to be held.
   */
  static Loaded load(Pipeline reads, Collection<TaskId> ids) {
    Loaded loaded = new Loaded();
    Map<TaskId, TaskRow> tasks = loaded.rows;
    Columns.of(ids)
        .value(Origin.LARGEST_HELD)
        .add("uuid", TaskId::value)
        .query(
            reads,
            """
            select id, task.account_id, key_id, dialect, listing, callback, model, kind, piece_size, credits, lengths,
              task.created_at, state, started_at, finished_at, percent, captured, cancel_asked_at, failure_kind,
              failure_message, parameters,
              case
                when octet_length(body) > ? then null
                when position > 0 and exists (
                  select from asset as earlier where earlier.task_id = id and earlier.position < asset.position) then null
                else body end as body,
              position, name, media_type, bytes, sha256, width, height, duration_millis,
              nullif(expires_at, 'infinity') as expires_at
            from task left join asset on asset.task_id = task.id
            where task.id = any (?) and deleted_at is null order by position
            """,
            row -> {
              TaskId id = new TaskId(row.getObject("id", UUID.class));
              TaskRow task = tasks.get(id);
              if (task == null) {
                task = TaskRow.of(id, row);
                tasks.put(id, task);
              }
              return row.getString("name") == null || task.results.add(asset(row));
            },
            _ -> {});
    return loaded;
  }

  /** The request of a task as it was sent; empty when its row is there no more. */
  static Optional<String> body(Connection tx, TaskId id) throws SQLException {
    return Columns.of(List.of(id))
        .add("uuid", TaskId::value)
        .query(tx, "select body from task where id = any (?)", row -> row.getString(1))
        .stream()
        .findFirst();
  }

  /** A part of an account's tasks, but for those that it has deleted. */
  static List<Task> list(Connection tx, AccountId account, Page page) throws SQLException {
    List<TaskId> ids = new ArrayList<>();
    try (PreparedStatement statement = tx.prepareStatement(sql(page))) {
      statement.setLong(1, account.value());
      statement.setObject(2, page.after().map(TaskId::value).orElse(null));
      statement.setObject(3, page.after().map(TaskId::value).orElse(null));
      statement.setInt(4, page.most());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(new TaskId(rows.getObject(1, UUID.class)));
        }
      }
    }
    Map<TaskId, Task> tasks = new HashMap<>();
    load(tx, ids).forEach(task -> tasks.put(task.id(), task));
    return ids.stream().map(tasks::get).toList();
  }

  /** The kind stands in the text, so that an index of that kind alone can serve. */
  private static String sql(Page page) {
    String kind = page.kind().map(it -> " and kind = '" + it.word() + "'").orElse("");
    return switch (page.order()) {
      case NEWEST_FIRST ->
          """
          select id from task
          where account_id = ? and (?::uuid is null or id < ?::uuid) and deleted_at is null%s
          order by id desc limit ?
          """
              .formatted(kind);
      case OLDEST_FIRST ->
          """
          select id from task
          where account_id = ? and (?::uuid is null or id > ?::uuid) and deleted_at is null%s
          order by id limit ?
          """
              .formatted(kind);
    };
  }

  /** How a live task is doing, without what never changes. */
  record Pulse(TaskId id, String state, int percent) {
    /** Whether nothing has happened to {@code task} since it was read. */
    boolean isOf(Task task) {
      return switch (task.state()) {
        case TaskState.Queued _ -> state.equals("queued");
        case TaskState.Running running -> state.equals("running") && percent == running.percent();
        case TaskState.Succeeded _, TaskState.Failed _, TaskState.Canceled _ -> true;
      };
    }
  }

  static List<Pulse> pulses(Connection tx, Collection<TaskId> ids) throws SQLException {
    return Columns.of(ids)
        .add("uuid", TaskId::value)
        .query(
            tx,
            "select id, state, percent from task where id = any (?)",
            row ->
                new Pulse(
                    new TaskId(row.getObject(1, UUID.class)), row.getString(2), row.getInt(3)));
  }

  /** Notes that running tasks are to be stopped. */
  static void stop(Pipeline writes, Collection<TaskId> tasks, Instant now) {
    Columns.of(tasks)
        .value(Timestamp.from(now))
        .add("uuid", TaskId::value)
        .into(
            writes,
            "update task set cancel_asked_at = ? where id = any (?) and finished_at is null");
  }

  /** Forgets that running tasks were to be stopped: a provider would not. */
  static void doNotStop(Pipeline writes, Collection<TaskId> tasks) {
    Columns.of(tasks)
        .add("uuid", TaskId::value)
        .into(writes, "update task set cancel_asked_at = null where id = any (?)");
  }

  /** Queued tasks begin to run; running ones stay as they are. */
  static void begin(Pipeline writes, Collection<TaskId> tasks, Instant now) {
    Columns.of(tasks)
        .value(Timestamp.from(now))
        .add("uuid", TaskId::value)
        .into(
            writes,
            "update task set state = 'running', started_at = ? where id = any (?) and state = 'queued'");
  }

  /** How far a running task is. */
  record Percent(TaskId task, int percent) {}

  static void progress(Pipeline writes, Collection<Percent> tasks) {
    Columns.of(tasks)
        .add("uuid", t -> t.task.value())
        .add("smallint", Percent::percent)
        .into(
            writes,
            """
            update task set percent = p.percent from unnest(?, ?) as p (id, percent)
            where task.id = p.id and state = 'running' and task.percent < p.percent
            """);
  }

  /** A task in its final state, as it is to be written. */
  record Ending(TaskId task, String state, long captured, @Nullable Failure failure) {}

  /**
   * Ends live tasks.
   *
   * @throws IllegalStateException when one of them was final already
   */
  static void finish(Pipeline writes, Collection<Ending> endings, Instant now) {
    Columns.of(endings)
        .value(Timestamp.from(now))
        .add("uuid", ending -> ending.task.value())
        .add("text", Ending::state)
        .add("bigint", Ending::captured)
        .add("text", ending -> ending.failure == null ? null : ending.failure.kind().name())
        .add("text", ending -> ending.failure == null ? null : ending.failure.message())
        .into(
            writes,
            """
            update task set finished_at = ?, state = e.state, captured = e.captured, failure_kind = e.failure_kind,
              failure_message = e.failure_message, percent = case e.state when 'succeeded' then 100 else percent end
            from unnest(?, ?, ?, ?, ?) as e (id, state, captured, failure_kind, failure_message)
            where task.id = e.id and task.finished_at is null
            """,
            finished -> {
              if (finished != endings.size()) {
                throw new IllegalStateException(
                    endings.size() + " tasks were to end, " + finished + " were live");
              }
            });
  }

  /**
   * A task that somebody wants canceled.
   *
   * @param isAsked whether its providers have been asked to stop, and have not answered
   */
  record Cancelable(String state, boolean isAsked) {}

  /** How {@code ids} stand, known when {@code reads} has run. */
  static Map<TaskId, Cancelable> cancelable(Pipeline reads, Collection<TaskId> ids) {
    Map<TaskId, Cancelable> found = new HashMap<>();
    Columns.of(ids)
        .add("uuid", TaskId::value)
        .query(
            reads,
            "select id, state, cancel_asked_at is not null from task where id = any (?)",
            row ->
                Map.entry(
                    new TaskId(row.getObject(1, UUID.class)),
                    new Cancelable(row.getString(2), row.getBoolean(3))),
            entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /** A result of a task. */
  record AssetOf(Task task, int position, Asset asset) {}

  static void insertAssets(Pipeline writes, Collection<AssetOf> assets, Instant now) {
    Columns.of(assets)
        .add("uuid", a -> a.task.id().value())
        .add("bigint", a -> a.task.request().account().value())
        .add("smallint", AssetOf::position)
        .add("text", a -> a.asset.name())
        .add("text", a -> a.asset.mediaType())
        .add("bigint", a -> a.asset.bytes())
        .add("bytea", a -> "\\x" + a.asset.sha256())
        .add("int", a -> a.asset.width().isPresent() ? a.asset.width().getAsInt() : null)
        .add("int", a -> a.asset.height().isPresent() ? a.asset.height().getAsInt() : null)
        .add(
            "bigint",
            a -> a.asset.durationMillis().isPresent() ? a.asset.durationMillis().getAsLong() : null)
        .add("timestamptz", a -> a.asset.expiresAt().map(Timestamp::from).orElse(null))
        .value(Timestamp.from(now))
        .into(
            writes,
            """
            insert into asset (task_id, account_id, position, name, media_type, bytes, sha256, width, height,
              duration_millis, expires_at, created_at)
            select a.task_id, a.account_id, a.position, a.name, a.media_type, a.bytes, a.sha256, a.width, a.height,
              a.duration_millis, coalesce(a.expires_at, 'infinity'), t.now
            from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as a (task_id, account_id, position, name, media_type, bytes,
              sha256, width, height, duration_millis, expires_at), (select ?::timestamptz as now) as t
            """);
  }

  /** A task's row, and its results as their rows come. */
  private record TaskRow(
      TaskRequest request,
      Instant createdAt,
      Function<List<Asset>, TaskState> state,
      List<Asset> results) {

    static TaskRow of(TaskId id, ResultSet row) throws SQLException {
      TaskRequest request =
          new TaskRequest(
              id,
              new AccountId(row.getLong("account_id")),
              new KeyId(row.getLong("key_id")),
              new Origin(
                  row.getString("dialect"),
                  row.getString("listing"),
                  Optional.ofNullable(row.getString("body")),
                  Optional.ofNullable(row.getString("callback"))),
              row.getString("model"),
              MediaKind.of(row.getString("kind")),
              new Parameters((ObjectNode) JSON.readTree(row.getString("parameters"))),
              row.getInt("piece_size"),
              quote(row.getLong("credits"), row.getString("lengths")));
      return new TaskRow(request, instant(row, "created_at"), stateOf(row), new ArrayList<>());
    }

    Task task() {
      return new Task(request, createdAt, state.apply(results));
    }
  }

  /** The state, but for the results that a task which succeeded has. */
  private static Function<List<Asset>, TaskState> stateOf(ResultSet row) throws SQLException {
    String state = row.getString("state");
    if (state.equals("succeeded")) {
      Instant startedAt = instant(row, "started_at");
      Instant finishedAt = instant(row, "finished_at");
      long captured = row.getLong("captured");
      return results -> new TaskState.Succeeded(startedAt, finishedAt, captured, results);
    }
    TaskState known =
        switch (state) {
          case "queued" -> new TaskState.Queued();
          case "running" ->
              new TaskState.Running(
                  instant(row, "started_at"),
                  row.getInt("percent"),
                  row.getTimestamp("cancel_asked_at") != null);
          case "failed" -> new TaskState.Failed(instant(row, "finished_at"), failure(row));
          case "canceled" -> new TaskState.Canceled(instant(row, "finished_at"));
          default -> throw new IllegalStateException("a task in the unknown state " + state);
        };
    return _ -> known;
  }

  private static Asset asset(ResultSet row) throws SQLException {
    int width = row.getInt("width");
    OptionalInt optionalWidth = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(width);
    int height = row.getInt("height");
    OptionalInt optionalHeight = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(height);
    long duration = row.getLong("duration_millis");
    OptionalLong optionalDuration =
        row.wasNull() ? OptionalLong.empty() : OptionalLong.of(duration);
    return new Asset(
        row.getString("name"),
        row.getString("media_type"),
        row.getLong("bytes"),
        HEX.formatHex(row.getBytes("sha256")),
        optionalWidth,
        optionalHeight,
        optionalDuration,
        Optional.ofNullable(row.getTimestamp("expires_at")).map(Timestamp::toInstant));
  }

  static Failure failure(ResultSet row) throws SQLException {
    return new Failure(
        Failure.Kind.valueOf(row.getString("failure_kind")),
        String.valueOf(row.getString("failure_message")));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getTimestamp(column).toInstant();
  }
}
