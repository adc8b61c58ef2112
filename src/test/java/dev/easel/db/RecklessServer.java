package dev.easel.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * A server for simulations: nothing on it is meant to survive a power cut, and it does nothing by
 * itself, such as vacuum or search for deadlocks.
 */
public final class RecklessServer implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "fsync = off",
          "full_page_writes = off",
          "synchronous_commit = off",
          "autovacuum = off",
          "track_activities = off",
          "track_counts = off",
          "plan_cache_mode = force_generic_plan",
          "update_process_title = off",
          "compute_query_id = off",
          "deadlock_timeout = '1h'",
          "wal_writer_delay = '10s'",
          "bgwriter_delay = '10s'");

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;

  private final Path data;
  private final EmbeddedPostgres postgres;
  private final Jdbi administration;

  private RecklessServer(Path data, EmbeddedPostgres postgres) {
    this.data = data;
    this.postgres = postgres;
    Database.Address address = postgres.administration();
    this.administration = Jdbi.create(address.url(), address.user(), address.password());
  }

  /** Starts one, in a directory of its own. */
  public static RecklessServer start() {
    try {
      Path data = PreparedDatabase.in(Files.createTempDirectory(place(), "easel-reckless-server-"));
      Files.writeString(
          PostgresHome.of(data).directory().resolve("custom.conf"),
          """
          max_connections = 120
          wal_level = minimal
          max_wal_senders = 0
          # Measured: a tenth less work for it than with what it takes by itself.
          wal_buffers = 512kB
          """);
      RecklessServer server = new RecklessServer(data, EmbeddedPostgres.start(data));
      server.administration.useHandle(tx -> {
        SETTINGS.forEach(setting -> tx.execute("alter system set " + setting));
        tx.execute("select pg_reload_conf()");
        // Who may do that deletes rows without a look at those that refer to them.
        String user = server.postgres.address().user();
        tx.execute("grant set on parameter session_replication_role to " + user);
      });
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** In memory where there is some: truncating tables makes and deletes many files. */
  private static Path place() throws IOException {
    boolean isRoomy =
        Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOM;
    return isRoomy ? MEMORY : Files.createDirectories(Path.of("target"));
  }

  /** A new database with all tables and no rows. */
  public Database.Address create(String name) {
    Database.Address template = postgres.address();
    administration.useHandle(tx ->
        tx.execute(
            "create database %s template %s owner %s"
                .formatted(name, PostgresHome.NAME, template.user())));
    String url = template.url().replaceFirst("/\\w+$", "/" + name);
    return new Database.Address(url, template.user(), template.password());
  }

  /**
   * A database whose connections come from {@code pool}, and whose group commits run on {@code
   * threads}.
   */
  public static Database on(DataSource pool, Threads threads) {
    return new Database(pool, threads);
  }

  @Override
  public void close() {
    postgres.close();
    try (Stream<Path> tree = Files.walk(data)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
