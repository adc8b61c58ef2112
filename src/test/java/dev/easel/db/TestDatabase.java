package dev.easel.db;

import dev.easel.blackbox.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;

/**
 * Fresh, migrated databases for tests, on one embedded server per test run.
 *
 * <p>The server starts with the first one, in a directory of its own below {@code target}, and goes
 * away with the run.
 */
public final class TestDatabase {
  private static final int CONNECTIONS = 8;
  private static final AtomicInteger CREATED = new AtomicInteger();

  private TestDatabase() {}

  /** A new database with all tables and no rows; the caller closes it. */
  public static Database create() {
    return Database.open(address(), CONNECTIONS);
  }

  /** Where a new database with all tables and no rows is: for a node that opens it itself. */
  public static Database.Address address() {
    return Server.ONE.copy("test_" + CREATED.incrementAndGet());
  }

  /** Where {@code database}, which was made here, is: for who comes by another way. */
  public static Database.Address addressOf(Database database) {
    String name =
        database.read(tx -> tx.createQuery("select current_database()").mapTo(String.class).one());
    return Server.ONE.named(name);
  }

  /** A network in front of the server at {@code address}. */
  public static FaultProxy inFrontOf(Database.Address address) {
    URI server = URI.create(address.url().substring("jdbc:".length()));
    try {
      return new FaultProxy(server.getHost(), server.getPort());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The same database as {@code address}, by way of {@code network}. */
  public static Database.Address through(FaultProxy network, Database.Address address) {
    String path = URI.create(address.url().substring("jdbc:".length())).getPath();
    return new Database.Address(
        "jdbc:postgresql://127.0.0.1:" + network.port() + path, address.user(), address.password());
  }

  /** Started by the first use. */
  private record Server(EmbeddedPostgres postgres) {
    static final Server ONE = start();

    private static Server start() {
      try {
        Files.createDirectories(Path.of("target"));
        Path data =
            PreparedDatabase.in(Files.createTempDirectory(Path.of("target"), "test-database-"));
        // Several classes may have pools open at once.
        Files.writeString(data.resolve("postgres/custom.conf"), "max_connections = 300\n");
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(postgres, data)));
        return new Server(postgres);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    /**
     * Whoever ends this process waits for 30 seconds at most. So the server is not ended in order,
     * which would write hundreds of databases to disk, and what removes them goes on without us.
     */
    private static void remove(EmbeddedPostgres postgres, Path data) {
      try {
        Path file = data.resolve("postgres/cluster/postmaster.pid");
        new ProcessBuilder("kill", "-QUIT", Files.readAllLines(file).getFirst()).start().waitFor();
        postgres.close();
        new ProcessBuilder("rm", "-rf", data.toString()).start();
      } catch (IOException | InterruptedException left) {
        System.err.println(data + " is left: " + left);
      }
    }

    /**
     * Copies the application's own database, the template, which nobody may be using meanwhile: one
     * copy at a time.
     */
    synchronized Database.Address copy(String name) {
      Database.Address template = postgres.address();
      Database.Address administration = postgres.administration();
      Jdbi.create(administration.url(), administration.user(), administration.password())
          .useHandle(handle ->
              handle.execute(
                  "create database %s template %s owner %s"
                      .formatted(name, PostgresHome.NAME, template.user())));
      return named(name);
    }

    Database.Address named(String name) {
      Database.Address template = postgres.address();
      String url = template.url().replaceFirst("/\\w+$", "/" + name);
      return new Database.Address(url, template.user(), template.password());
    }
  }
}
