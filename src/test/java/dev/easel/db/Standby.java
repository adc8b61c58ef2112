package dev.easel.db;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A server that follows an embedded one: it can be read, and takes no writes until promoted. */
final class Standby implements AutoCloseable {
  private final Process process;
  private final int port;
  private final Database.Address administration;

  private Standby(Process process, int port, Database.Address administration) {
    this.process = process;
    this.port = port;
    this.administration = administration;
  }

  /**
   * Copies the server in {@code data}, which must be stopped; the copy follows it once it is
   * started.
   */
  static Path copy(Path data) throws IOException {
    PostgresHome home = PostgresHome.of(data);
    Path copy = home.directory().resolve("standby");
    try (Stream<Path> tree = Files.walk(home.cluster())) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Files.copy(path, copy.resolve(home.cluster().relativize(path).toString()));
      }
    }
    Files.createFile(copy.resolve("standby.signal"));
    return copy;
  }

  /** Starts {@code copy} behind {@code primary}, which runs in {@code data}. */
  static Standby start(Path data, Path copy, EmbeddedPostgres primary) throws IOException {
    PostgresHome home = PostgresHome.of(data);
    Database.Address administration = primary.administration();
    int port = freePort();
    Path settings = copy.resolve("postgresql.conf");
    Files.writeString(
        settings,
        Files.readString(settings)
            + """

            port = %d
            primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'
            """
                .formatted(
                    port,
                    portOf(administration),
                    administration.user(),
                    administration.password()));
    PostgresUser user = PostgresUser.of(home);
    user.own(copy);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
    Process process =
        user.process(List.of(home.program("postgres"), "-D", copy.toString()))
            .redirectInput(new File("/dev/null"))
            .redirectOutput(data.resolve("standby.log").toFile())
            .start();
    Standby standby =
        new Standby(
            process,
            port,
            new Database.Address(
                administration.url().replaceFirst(":\\d+/", ":" + port + "/"),
                administration.user(),
                administration.password()));
    while (!standby.answers("select 1")) {
      if (!process.isAlive()) {
        throw new IllegalStateException(Files.readString(data.resolve("standby.log")));
      }
      Thread.onSpinWait();
    }
    return standby;
  }

  static int portOf(Database.Address address) {
    return URI.create(address.url().substring("jdbc:".length())).getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** From now on it takes writes, and follows nobody. */
  void promote() {
    if (!answers("select pg_promote()")) {
      throw new IllegalStateException("cannot be promoted");
    }
  }

  private boolean answers(String sql) {
    try (Connection connection =
            DriverManager.getConnection(
                administration.url(), administration.user(), administration.password());
        Statement statement = connection.createStatement()) {
      return statement.execute(sql);
    } catch (SQLException away) {
      return false;
    }
  }

  @Override
  public void close() {
    PostgresUser.ourselves().run("", "sh", "-c", "kill -QUIT " + process.pid());
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A directory for a server of a test's own. */
  static Path directory(String name) {
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target")), name)
          .toRealPath();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
