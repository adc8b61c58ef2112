package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.FileTerms;
import dev.easel.account.OwnFileTerms;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On what terms each account's files are kept, in memory: nobody asks the database for them. Read
 * again when they were changed, on {@link OwnFileTerms#CHANGES}, and once a minute.
 */
public final class LiveFileTerms implements Function<AccountId, FileTerms>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveFileTerms.class);
  private static final Duration TICK = Duration.ofMinutes(1);

  private final Database database;
  private final FileTerms usual;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Map<AccountId, FileTerms> others = Map.of();

  /** The terms as they are now; {@code usual} for who has no own ones. */
  public LiveFileTerms(Database database, FileTerms usual) {
    this.database = database;
    this.usual = usual;
    read();
    Thread.ofVirtual().name("file-terms").start(this::readForEver);
  }

  @Override
  public FileTerms apply(AccountId account) {
    return others.getOrDefault(account, usual);
  }

  private void readForEver() {
    try {
      while (!closed.await(TICK.toSeconds(), TimeUnit.SECONDS)) {
        refresh();
      }
    } catch (InterruptedException stopped) {
      log.debug("file terms are read no more");
    }
  }

  /** Reads them again; when the database is away, they stay as they were known. */
  public void refresh() {
    try {
      read();
    } catch (DatabaseException away) {
      log.debug("cannot read the file terms: {}", away.getMessage());
    }
  }

  private synchronized void read() {
    Map<AccountId, FileTerms> fresh = new HashMap<>();
    database.read(OwnFileTerms::all).forEach((account, own) -> fresh.put(account, usual.with(own)));
    others = Map.copyOf(fresh);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
