package dev.easel.task;

import dev.easel.asset.AssetStore;
import dev.easel.db.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;

/**
 * Deletes tasks that are over, as far as their customers can tell: they are not shown any more, and
 * their files are gone. The row stays, because credits were moved for it.
 */
public final class Removals {
  /** Announced to the other nodes when a task was deleted. */
  public static final String CHANGES = "easel_removals";

  private final Database database;
  private final InstantSource clock;
  private final AssetStore store;
  private final Snapshots snapshots;
  private final Runnable announce;

  /**
   * Deletes files from {@code store}.
   *
   * @param announce tells the other nodes, who may remember the task
   */
  public Removals(
      Database database,
      InstantSource clock,
      AssetStore store,
      Snapshots snapshots,
      Runnable announce) {
    this.database = database;
    this.clock = clock;
    this.store = store;
    this.snapshots = snapshots;
    this.announce = announce;
  }

  /**
   * Deletes {@code task}, which must be final. Doing it again changes nothing.
   *
   * @throws UncheckedIOException when a file could not be deleted; the task is not shown any more,
   *     the file is still at its address
   */
  public void remove(Task task) {
    if (!task.state().isFinal()) {
      throw new IllegalArgumentException("a live task is not deleted: " + task.id());
    }
    database.transaction(tx ->
        tx.createUpdate(
                """
                update task set deleted_at = :now
                where id = :id and finished_at is not null and deleted_at is null
                """)
            .bind("now", clock.instant())
            .bind("id", task.id().value())
            .execute());
    snapshots.removed(task.id());
    announce.run();
    if (task.state() instanceof TaskState.Succeeded succeeded) {
      succeeded.results().forEach(this::delete);
    }
  }

  private void delete(Asset result) {
    try {
      store.delete(result.name());
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot delete " + result.name(), failed);
    }
  }
}
