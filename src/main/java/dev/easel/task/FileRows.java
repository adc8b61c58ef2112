package dev.easel.task;

import dev.easel.account.AccountId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * The rows of stored files: of results (asset) and of what customers sent (input). A row that was
 * given up claims no file any more; what deletes the file was written with it.
 */
final class FileRows {
  private FileRows() {}

  /** Gives up a task's results, to be deleted by the job about it. */
  static void giveUp(Handle tx, TaskId task, Instant now) {
    tx.createUpdate(
            """
            with gone as (
              update asset set gone_at = :now where task_id = :task and gone_at is null returning name
            )
            insert into file_removal (job, name) select :task, name from gone
            """)
        .bind("now", Timestamp.from(now))
        .bind("task", task.value())
        .execute();
  }

  /** Gives up to {@code most} results up whose time is over, to be deleted by {@code job}. */
  static int expireResults(Handle tx, UUID job, Instant now, int most) {
    return expire(tx, "asset", job, now, most);
  }

  /** The same for what customers sent. */
  static int expireInputs(Handle tx, UUID job, Instant now, int most) {
    return expire(tx, "input", job, now, most);
  }

  private static int expire(Handle tx, String table, UUID job, Instant now, int most) {
    return giveUp(tx, table, "expires_at <= :now and gone_at is null order by expires_at", now)
        .bind("most", most)
        .bind("job", job)
        .execute();
  }

  /** Gives up to {@code most} results and as many inputs of {@code account} up, for {@code job}. */
  static int giveUp(Handle tx, UUID job, AccountId account, Instant now, int most) {
    return Stream.of("asset", "input")
        .mapToInt(table ->
            giveUp(tx, table, "account_id = :account and gone_at is null", now)
                .bind("most", most)
                .bind("job", job)
                .bind("account", account.value())
                .execute())
        .sum();
  }

  private static Update giveUp(Handle tx, String table, String which, Instant now) {
    return tx.createUpdate(
            """
            with due as materialized (
              select name from %s where %s limit :most for update skip locked
            ), gone as (
              update %s as file set gone_at = :now from due where file.name = due.name returning file.name
            )
            insert into file_removal (job, name) select :job, name from gone
            """
                .formatted(table, which, table))
        .bind("now", Timestamp.from(now));
  }
}
