package dev.easel.catalog;

import dev.easel.db.Database;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue as it stands in the database, kept up to date: told of a change a node has it at
 * once, untold within a few seconds. Whoever serves a request asks once and keeps what it got.
 *
 * <p>A catalogue that makes no sense changes nothing: the one before stays, with an alert.
 */
public final class LiveCatalog implements Supplier<Catalog>, AutoCloseable {
  /** The channel on which the database announces that the catalogue has changed. */
  public static final String CHANGES = "easel_catalog";

  private static final Logger log = LoggerFactory.getLogger(LiveCatalog.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(3);

  private final Database database;
  private final Consumer<Catalog> prepare;
  private final Semaphore told = new Semaphore(0);
  private final Thread thread;
  private volatile Catalog current;
  private volatile boolean closed;

  /** How often the catalogue had changed when it was last looked at, for good or ill. */
  private long changes;

  /**
   * Loads the catalogue, and follows it from then on.
   *
   * @param prepare is given every catalogue before anybody else sees it; a CatalogException says
   *     that it cannot be used
   * @throws CatalogException when there is none yet that can be used
   */
  public LiveCatalog(Database database, Consumer<Catalog> prepare) {
    this.database = database;
    this.prepare = prepare;
    CatalogTables.Edition first = database.read(CatalogTables::edition);
    changes = first.changes();
    current = first.read();
    prepare.accept(current);
    thread = Thread.ofPlatform().name("catalog").daemon().start(this::follow);
  }

  /** The catalogue as it is now. */
  @Override
  public Catalog get() {
    return current;
  }

  /** Something may have changed: looks at once. Never blocks. */
  public void changed() {
    told.release();
  }

  private void follow() {
    while (!closed) {
      try {
        told.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException stopped) {
        return;
      }
      told.drainPermits();
      if (!closed) {
        look();
      }
    }
  }

  private void look() {
    try {
      if (database.read(CatalogTables::changes) != changes) {
        take(database.read(CatalogTables::edition));
      }
    } catch (RuntimeException away) {
      // The catalogue is as good as it was; it is looked at again.
      log.debug("the catalogue cannot be looked at", away);
    }
  }

  private void take(CatalogTables.Edition edition) {
    try {
      Catalog next = edition.read();
      prepare.accept(next);
      current = next;
      log.info("the catalogue has changed");
    } catch (CatalogException senseless) {
      log.error(
          "ALERT: the catalogue in the database cannot be used, the one before stays: {}",
          senseless.getMessage());
    }
    changes = edition.changes();
  }

  @Override
  public void close() {
    closed = true;
    told.release();
    try {
      thread.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
