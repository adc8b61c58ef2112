package dev.easel.task;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.AccountId;
import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.Inputs;
import dev.easel.asset.Picture;
import dev.easel.asset.StoredFile;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what is stored for whom: enters what customers send, tells who has no room for more, and
 * which names once led to files.
 */
public final class FileRegister implements Inputs.Register {
  private static final Logger log = LoggerFactory.getLogger(FileRegister.class);

  /** How long a file that is being deleted is waited for, when the same one is sent again. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Database database;
  private final Function<AccountId, FileTerms> terms;
  private final InstantSource clock;

  /** Of accounts with a quota; so short that who makes room sees it. */
  private final Cache<AccountId, Long> used =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofSeconds(1)).build();

  /** The register in {@code database}. */
  public FileRegister(
      Database database, Function<AccountId, FileTerms> terms, InstantSource clock) {
    this.database = database;
    this.terms = terms;
    this.clock = clock;
  }

  /** An account that has as much stored as it may. */
  public record Full(long used, long quota) {}

  /** Whether {@code account} has no room; asks the database only about accounts with a quota. */
  public Optional<Full> full(AccountId account) {
    OptionalLong quota = terms.apply(account).quota();
    if (quota.isEmpty()) {
      return Optional.empty();
    }
    long bytes = used.get(account, this::used);
    return bytes >= quota.getAsLong()
        ? Optional.of(new Full(bytes, quota.getAsLong()))
        : Optional.empty();
  }

  /** How many bytes {@code account} has stored. */
  long used(AccountId account) {
    return database.read(tx ->
        tx.createQuery(
                """
                select coalesce(sum(bytes), 0)::bigint from (
                  select bytes from asset where account_id = :account and gone_at is null
                  union all
                  select bytes from input where account_id = :account and gone_at is null) as kept
                """)
            .bind("account", account.value())
            .mapTo(Long.class)
            .one());
  }

  /** Whether a file of that name was given up; false when nobody can tell. */
  public boolean isPast(String name) {
    try {
      return database.read(tx ->
          tx.createQuery(
                  "select exists (select from asset where name = :name and gone_at is not null)")
              .bind("name", name)
              .mapTo(Boolean.class)
              .one());
    } catch (DatabaseException away) {
      log.debug("cannot tell what became of {}: {}", name, away.getMessage());
      return false;
    }
  }

  /**
   * Enters files that are about to be stored, or have been before: they are kept anew from now on.
   */
  @Override
  public void expect(AccountId account, Collection<Picture> files) {
    List<Picture> inOrder =
        files.stream().sorted(Comparator.comparing(Picture::name)).distinct().toList();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!database.transaction(tx -> enter(tx, account, inOrder))) {
      if (System.nanoTime() - end > 0) {
        throw new DatabaseException(
            "a file that was sent again is still being deleted", new IllegalStateException());
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("interrupted", interrupted);
    }
  }

  /** False when one of them is being deleted at this moment; then none is entered. */
  private boolean enter(Handle tx, AccountId account, List<Picture> files) {
    Instant now = clock.instant();
    Optional<Instant> end = terms.apply(account).end(FileKind.INPUT, now);
    for (Picture file : files) {
      int entered =
          tx.createUpdate(
                  """
                  insert into input (name, account_id, bytes, expires_at)
                  values (:name, :account, :bytes, coalesce(:end, 'infinity'::timestamptz))
                  on conflict (name) do update set expires_at = greatest(input.expires_at, excluded.expires_at)
                  where input.gone_at is null
                  """)
              .bind("name", file.name())
              .bind("account", account.value())
              .bind("bytes", file.content().length)
              .bind("end", end.map(Timestamp::from).orElse(null))
              .execute();
      if (entered == 0) {
        tx.rollback();
        return false;
      }
    }
    return true;
  }

  /** Notes that files are complete. Lost in a crash, it leaves rows that claim nothing. */
  @Override
  public void stored(Collection<StoredFile> files) {
    Timestamp now = Timestamp.from(clock.instant());
    database.transaction(tx -> {
      tx.execute("set local synchronous_commit to off");
      for (StoredFile file :
          files.stream().sorted(Comparator.comparing(StoredFile::name)).toList()) {
        tx.createUpdate(
                """
                update input set stored_at = :now, bytes = :bytes, sha256 = :sha256
                where name = :name and stored_at is null
                """)
            .bind("now", now)
            .bind("bytes", file.bytes())
            .bind("sha256", HexFormat.of().parseHex(file.sha256()))
            .bind("name", file.name())
            .execute();
      }
      return files.size();
    });
  }
}
