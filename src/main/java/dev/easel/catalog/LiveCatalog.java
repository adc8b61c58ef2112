package dev.easel.catalog;

import dev.easel.db.Database;
import java.time.Duration;
import java.util.Optional;
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
 * <p>A catalogue that makes no sense changes nothing: the one before stays, with an alert. At the
 * start the one before is the newest version that makes sense.
 */
public final class LiveCatalog implements Supplier<Catalog>, AutoCloseable {
  /** The channel on which the database announces that the catalogue has changed. */
  public static final String CHANGES = "easel_catalog";

  private static final Logger log = LoggerFactory.getLogger(LiveCatalog.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(3);

  private final Database database;
  private final Consumer<Catalog> check;
  private final Consumer<Catalog> prepare;
  private final Semaphore told = new Semaphore(0);
  private final Thread thread;
  private volatile Catalog current;
  private volatile boolean closed;

  /** What is wrong with what the database holds now; empty where that is what is served. */
  private volatile Optional<String> trouble = Optional.empty();

  /** How often the catalogue had changed when it was last looked at, for good or ill. */
  private long changes;

  /**
   * Loads the catalogue, and follows it from then on.
   *
   * @param check refuses a catalogue that no node could use with a CatalogException
   * @param prepare is given every catalogue before anybody else sees it; a CatalogException says
   *     that this node cannot use it
   * @throws CatalogException when there is none yet that makes sense, or this node cannot use it
   */
  public LiveCatalog(Database database, Consumer<Catalog> check, Consumer<Catalog> prepare) {
    this.database = database;
    this.check = check;
    this.prepare = prepare;
    CatalogTables.Edition first = database.read(CatalogTables::edition);
    changes = first.changes();
    current = usable(first);
    prepare.accept(current);
    thread = Thread.ofPlatform().name("catalog").daemon().start(this::follow);
  }

  private Catalog usable(CatalogTables.Edition first) {
    try {
      Catalog present = first.read();
      check.accept(present);
      return present;
    } catch (CatalogException senseless) {
      CatalogVersions.Known former =
          database.read(tx -> CatalogVersions.newest(tx, check)).orElseThrow(() -> senseless);
      trouble(senseless, "version " + former.version() + " is served instead");
      return former.catalog();
    }
  }

  private void trouble(CatalogException senseless, String meanwhile) {
    log.error(
        "ALERT: the catalogue in the database cannot be used, {}: {}",
        meanwhile,
        senseless.inBrief());
    trouble =
        Optional.of(
            "cannot be used as it stands in the database" + senseless.places() + ", " + meanwhile);
  }

  /**
   * What is wrong with the catalogue in the database, for everybody to read: where, and what is
   * served meanwhile. Why, the log says.
   */
  public Optional<String> trouble() {
    return trouble;
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
      check.accept(next);
      prepare.accept(next);
      current = next;
      trouble = Optional.empty();
      log.info("the catalogue has changed");
    } catch (CatalogException senseless) {
      trouble(senseless, "the one before stays");
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
