package dev.easel.cli.bench;

import dev.easel.db.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The bounds: the rows that a task costs, written by one JDBC loop in batches of 200 and nothing
 * else.
 */
final class BareRows {
  private static final int BATCH = 200;

  /** The rows of an accepted task: task, job, hold, and its account's balance. */
  private static final List<String> ACCEPTED =
      List.of(
          """
          create temp table fresh as
            select gen_random_uuid() as id, k.account_id, k.id as key_id from generate_series(1, 200) as n
            join api_key k on k.id = 1 + n % 100
          """,
          """
          insert into task (id, account_id, key_id, created_at, credits, outputs, kind, model, dialect, listing, parameters,
            body, state)
          select id, account_id, key_id, now(), 15, 1, 'image', 'gpt-image-2', 'omni', 'gpt-image-2',
            jsonb_build_object('n', 1, 'prompt', repeat('lighthouse ', 35)), repeat('lighthouse ', 41), 'queued'
          from fresh
          """,
          "insert into job (subject, kind, account_id, run_at) select id, 'bare', account_id, now() from fresh",
          """
          insert into transfer (account_id, kind, amount, hold_id, available_after, held_after, created_at)
          select account_id, 'hold', 15, id, 0, 15, now() from fresh
          """,
          """
          update account set available = available - s.spent, held = held + s.spent
          from (select account_id, sum(15) as spent from fresh group by account_id) as s where account.id = s.account_id
          """);

  /**
   * What is written until it has succeeded: claim, attempt, begin, end, capture, result, and the
   * job's deletion.
   */
  private static final List<String> FINISHED =
      List.of(
          "update job set claim = 1, lease_until = now(), node = 'bare' where subject in (select id from fresh)",
          """
          insert into attempt (id, task_id, created_at, look_at, piece, number, state, channel, upstream_model)
          select gen_random_uuid(), id, now(), now(), 0, 1, 'sending', 'instant', 'gpt-image-2' from fresh
          """,
          "update task set state = 'running', started_at = now() where id in (select id from fresh)",
          "update attempt set state = 'produced', outputs = 1, finished_at = now() where task_id in (select id from fresh)",
          """
          insert into asset (task_id, account_id, created_at, bytes, position, sha256, name, media_type)
          select id, account_id, now(), 8192, 0, sha256(id::text::bytea), id::text, 'image/png' from fresh
          """,
          """
          update task set state = 'succeeded', finished_at = now(), captured = 15, percent = 100
          where id in (select id from fresh)
          """,
          """
          insert into transfer (account_id, kind, amount, hold_id, available_after, held_after, created_at)
          select account_id, 'capture', 15, id, 0, 0, now() from fresh
          """,
          """
          update account set held = held - s.spent
          from (select account_id, sum(15) as spent from fresh group by account_id) as s where account.id = s.account_id
          """,
          "delete from job where subject in (select id from fresh)");

  private BareRows() {}

  /** Accepted tasks a second. */
  static double accepted(Database database, Duration length) {
    return perSecond(database, length, List.of(ACCEPTED));
  }

  /** Tasks a second from acceptance to success, in two transactions. */
  static double wholeLives(Database database, Duration length) {
    return perSecond(database, length, List.of(ACCEPTED, FINISHED));
  }

  private static double perSecond(
      Database database, Duration length, List<List<String>> transactions) {
    long startedAt = System.nanoTime();
    long batches = 0;
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      for (; System.nanoTime() - startedAt < length.toNanos(); batches++) {
        for (List<String> transaction : transactions) {
          run(connection, transaction);
        }
        run(connection, List.of("drop table fresh"));
      }
    } catch (SQLException failed) {
      throw new IllegalStateException("the bound could not be measured", failed);
    }
    return batches * BATCH / ((System.nanoTime() - startedAt) / 1e9);
  }

  private static void run(Connection connection, List<String> statements) throws SQLException {
    for (String sql : statements) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.execute();
      }
    }
    connection.commit();
  }
}
