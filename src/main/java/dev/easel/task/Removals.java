package dev.easel.task;

import dev.easel.asset.AssetStore;
import dev.easel.db.Database;
import dev.easel.engine.Handler;
import dev.easel.engine.Lease;
import java.time.Instant;
import java.time.InstantSource;
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
  private final FileRemovals files;
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
    this.files = new FileRemovals(database, store);
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
        FileRows.giveUp(tx, task.id(), now);
        FileRemovals.insertJob(tx, KIND, task.id().value(), task.request().account(), now);
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

  @Override
  public void run(Lease lease) {
    files.run(lease);
  }
}
