package dev.easel.task;

import dev.easel.asset.AssetStore;
import dev.easel.asset.Thumbnails;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Handler;
import dev.easel.engine.Jobs;
import dev.easel.engine.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Deletes tasks that are over, as far as their customers can tell: they are not shown any more, and
 * their files are gone. The row stays, because credits were moved for it.
 *
 * <p>The files are deleted by a job, written together with the mark on the row: whatever dies in
 * between, they go.
 */
public final class Removals implements Handler {
  /** Announced to the other nodes when a task was deleted. */
  public static final String CHANGES = "easel_removals";

  /** The kind of the job that deletes a task's files. */
  public static final String KIND = "removal";

  private final Database database;
  private final InstantSource clock;
  private final AssetStore store;
  private final Snapshots snapshots;
  private final Runnable removed;

  /**
   * Deletes files from {@code store}.
   *
   * @param removed tells the nodes that a task was deleted, which they may remember, and that its
   *     files are to be
   */
  public Removals(
      Database database,
      InstantSource clock,
      AssetStore store,
      Snapshots snapshots,
      Runnable removed) {
    this.database = database;
    this.clock = clock;
    this.store = store;
    this.snapshots = snapshots;
    this.removed = removed;
  }

  /**
   * Deletes {@code task}, which must be final; its files follow at once. Doing it again changes
   * nothing.
   */
  public void remove(Task task) {
    if (!task.state().isFinal()) {
      throw new IllegalArgumentException("a live task is not deleted: " + task.id());
    }
    Instant now = clock.instant();
    database.transaction(tx -> {
      boolean isFirst = mark(tx, task.id(), now);
      if (isFirst && task.state() instanceof TaskState.Succeeded) {
        insertJob(tx, task, now);
      }
      return isFirst;
    });
    snapshots.removed(task.id());
    removed.run();
  }

  private static boolean mark(Handle tx, TaskId task, Instant now) {
    return tx.createUpdate(
                """
                update task set deleted_at = :now
                where id = :id and finished_at is not null and deleted_at is null
                """)
            .bind("now", now)
            .bind("id", task.value())
            .execute()
        > 0;
  }

  private static void insertJob(Handle tx, Task task, Instant now) {
    Jobs.NewJob job =
        new Jobs.NewJob(task.id().value(), KIND, task.request().account(), now, Optional.empty());
    try {
      Pipeline.run(tx.getConnection(), writes -> Jobs.insert(writes, List.of(job)));
    } catch (SQLException away) {
      throw new DatabaseException("cannot delete the files of " + task.id(), away);
    }
  }

  /**
   * Deletes the files of the lease's task.
   *
   * @throws UncheckedIOException when one could not be deleted; the engine tries again later
   */
  @Override
  public void run(Lease lease) {
    Claim claim = lease.claim();
    files(new TaskId(claim.subject())).forEach(this::delete);
    try (Connection tx = database.connection()) {
      Pipeline.run(tx, writes -> Jobs.finish(writes, List.of(claim)));
    } catch (SQLException away) {
      throw new DatabaseException("cannot finish the removal of " + claim.subject(), away);
    }
  }

  private List<String> files(TaskId task) {
    return database.read(tx ->
        tx.createQuery("select name from asset where task_id = :id order by position")
            .bind("id", task.value())
            .mapTo(String.class)
            .list());
  }

  private void delete(String file) {
    try {
      store.delete(file);
      store.delete(Thumbnails.nameFor(file)); // after its file, so that none is made behind it
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot delete " + file, failed);
    }
  }
}
