package dev.easel.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A PostgreSQL server of our own, on one data directory: the zero-setup default.
 *
 * <p>Its files are in {@code DATA/postgres}: the unpacked programs, the cluster, the password, the
 * port and the log. It listens on 127.0.0.1 alone. It ends with this process, however that ends,
 * and is started again when it ends by itself.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final long LOG_LIMIT_BYTES = 16L << 20;

  private final PostgresHome home;
  private final DataLock lock;
  private final PostgresKeeper keeper;
  private final Database.Address address;
  private final Database.Address administration;

  private EmbeddedPostgres(
      PostgresHome home, DataLock lock, PostgresKeeper keeper, int port, String password) {
    this.home = home;
    this.lock = lock;
    this.keeper = keeper;
    this.address = home.address(port, password);
    this.administration = home.administration(port, password);
  }

  /**
   * Locks {@code data}, makes what is missing there, and starts the server; returns when it accepts
   * connections.
   *
   * @throws DatabaseException when another node is running on the directory, the platform has no
   *     embedded server, or the server does not start
   */
  public static EmbeddedPostgres start(Path data) {
    try {
      Files.createDirectories(data);
      Path real = data.toRealPath();
      DataLock lock = DataLock.take(real);
      boolean started = false;
      try {
        EmbeddedPostgres postgres = start(PostgresHome.of(real), lock);
        started = true;
        return postgres;
      } finally {
        if (!started) {
          lock.close();
        }
      }
    } catch (IOException | UncheckedIOException failed) {
      throw unusable(data, failed);
    }
  }

  private static EmbeddedPostgres start(PostgresHome home, DataLock lock) throws IOException {
    boolean root = PostgresUser.isRoot();
    Files.createDirectories(home.directory());
    // The server's user passes through to its own files.
    Files.setPosixFilePermissions(
        home.directory(), PosixFilePermissions.fromString(root ? "rwx--x--x" : "rwx------"));
    home.deleteUnfinished();
    PostgresBinaries.unpack(home);
    PostgresUser user = PostgresUser.of(home);
    PostgresCluster.make(home, user);
    PostgresLog log = new PostgresLog(home.log(), LOG_LIMIT_BYTES);
    PostgresKeeper keeper = new PostgresKeeper(home, new PostgresServer(home, user, log));
    String password = home.readPassword();
    home.deleteOtherBinaries();
    return new EmbeddedPostgres(home, lock, keeper, keeper.start(), password);
  }

  /**
   * The database of the server that another process keeps running on {@code data}, if one does: for
   * commands beside a running node.
   *
   * @throws DatabaseException when it may not be looked at
   */
  public static Optional<Database.Address> running(Path data) {
    try {
      if (!Files.exists(data)) {
        return Optional.empty();
      }
      PostgresHome home = PostgresHome.of(data.toRealPath());
      Optional<PostmasterFile> server =
          PostmasterFile.read(home.cluster()).filter(file -> file.isReady() && file.isAlive());
      return server.isPresent()
          ? Optional.of(home.address(server.get().port(), home.readPassword()))
          : Optional.empty();
    } catch (IOException failed) {
      throw unusable(data, failed);
    }
  }

  /** The application's database, owned by the role that the address names. */
  public Database.Address address() {
    return address;
  }

  /** The administrator's database, for what the application's role may not do. */
  Database.Address administration() {
    return administration;
  }

  /** Ends the server in order, cutting clients off, and unlocks the directory. */
  @Override
  public void close() {
    keeper.stop();
    try {
      lock.close();
    } catch (IOException failed) {
      throw unusable(home.directory(), failed);
    }
  }

  private static DatabaseException unusable(Path path, Exception failed) {
    String why =
        failed instanceof AccessDeniedException denied
            ? "access to " + denied.getFile() + " is denied, it may belong to another user"
            : failed.toString();
    return new DatabaseException("cannot keep a database in " + path + ": " + why, failed);
  }
}
