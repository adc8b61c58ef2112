package dev.easel.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadFactory;
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
          "deadlock_timeout = '1h'",
          "wal_writer_delay = '10s'",
          "bgwriter_delay = '10s'");

  private final Path data;
  private final EmbeddedPostgres postgres;
  private final Jdbi administration;

  private RecklessServer(Path data, EmbeddedPostgres postgres) {
    this.data = data;
    this.postgres = postgres;
    Database.Address address = postgres.administration();
    this.administration = Jdbi.create(address.url(), address.user(), address.password());
  }

  /** Starts one, in a directory of its own below {@code target}. */
  public static RecklessServer start() {
    try {
      Files.createDirectories(Path.of("target"));
      Path data = Files.createTempDirectory(Path.of("target"), "reckless-server-");
      Path home = Files.createDirectories(data.resolve("postgres"));
      Files.writeString(home.resolve("custom.conf"), "max_connections = 120\n");
      RecklessServer server = new RecklessServer(data, EmbeddedPostgres.start(data));
      server.administration.useHandle(tx -> {
        SETTINGS.forEach(setting -> tx.execute("alter system set " + setting));
        tx.execute("select pg_reload_conf()");
      });
      try (Database template = Database.open(server.postgres.address(), 2)) {
        template.migrate();
      }
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
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
   * A database whose connections come from {@code pool}, and whose group commits run on threads of
   * {@code committers}.
   */
  public static Database on(DataSource pool, ThreadFactory committers) {
    return new Database(pool, committers);
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
