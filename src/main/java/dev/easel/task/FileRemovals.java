package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Thumbnails;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Handler;
import dev.easel.engine.Jobs;
import dev.easel.engine.Lane;
import dev.easel.engine.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The jobs that delete files. Which, stands in file_removal, written together with the job and the
 * marks on the files' rows: whatever dies in between, the files go.
 */
public final class FileRemovals implements Handler {
  /** The channel on which it is announced that there are files to be deleted. */
  public static final String CHANGES = "easel_files";

  /** The kind of the jobs that delete files whose time is over. */
  public static final String KIND = "files";

  /** The account of a job that is about files of several; no account's id. */
  static final AccountId SEVERAL = new AccountId(Long.MAX_VALUE);

  private final Database database;
  private final AssetStore store;

  /** Deletes files from {@code store}. */
  public FileRemovals(Database database, AssetStore store) {
    this.database = database;
    this.store = store;
  }

  /** Writes the job that deletes what stands in file_removal under {@code subject}. */
  static void insertJob(Handle tx, String kind, UUID subject, AccountId account, Instant now) {
    Jobs.NewJob job = new Jobs.NewJob(subject, kind, Lane.CLEARING, account, now, Optional.empty());
    try {
      Pipeline.run(tx.getConnection(), writes -> Jobs.insert(writes, List.of(job)));
    } catch (SQLException away) {
      throw new DatabaseException("cannot write the job that deletes files of " + subject, away);
    }
  }

  /**
   * Deletes the files of the lease's subject. One that cannot be deleted keeps no other.
   *
   * @throws UncheckedIOException when some could not be deleted; the engine tries those again later
   */
  @Override
  public void run(Lease lease) {
    Claim claim = lease.claim();
    List<String> deleted = new ArrayList<>();
    List<Kept> kept = new ArrayList<>();
    for (String name : names(claim.subject())) {
      if (!lease.isHeld()) {
        return; // another node is at it, and a customer may send the same file again after that
      }
      try {
        delete(name);
        deleted.add(name);
      } catch (IOException failed) {
        kept.add(new Kept(name, failed));
      }
    }
    note(claim, deleted, kept.isEmpty());
    if (!kept.isEmpty()) {
      Kept first = kept.getFirst();
      throw new UncheckedIOException(
          "%d files were deleted, %d could not be; the first of those is %s"
              .formatted(deleted.size(), kept.size(), first.name),
          first.reason);
    }
  }

  /** A file that could not be deleted. */
  private record Kept(String name, IOException reason) {}

  /** A task that the version before deleted has only its own rows. */
  private List<String> names(UUID job) {
    return database.read(tx ->
        tx.createQuery(
                """
                select name from file_removal where job = :job
                union
                select name from asset where task_id = :job
                order by name
                """)
            .bind("job", job)
            .mapTo(String.class)
            .list());
  }

  private void delete(String file) throws IOException {
    store.delete(file);
    store.delete(Thumbnails.nameFor(file)); // after its file, so that none is made behind it
  }

  /** Only whoever still holds the job may say that files are gone; the last of them ends it. */
  private void note(Claim claim, List<String> deleted, boolean isAll) {
    String held =
        isAll
            ? "delete from job where subject = ? and kind = ? and claim = ? returning subject"
            : "select subject from job where subject = ? and kind = ? and claim = ? for update";
    try (Connection tx = database.connection();
        PreparedStatement statement =
            tx.prepareStatement(
                """
                with held as (%s), gone as (
                  delete from file_removal using held where job = subject and name = any (?) returning name
                )
                delete from input using gone where input.name = gone.name and gone_at is not null
                """
                    .formatted(held))) {
      statement.setObject(1, claim.subject());
      statement.setString(2, claim.kind());
      statement.setLong(3, claim.number());
      statement.setArray(4, tx.createArrayOf("text", deleted.toArray()));
      statement.executeUpdate();
    } catch (SQLException away) {
      throw new DatabaseException("cannot note which files of " + claim.subject() + " went", away);
    }
  }
}
