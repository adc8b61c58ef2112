package dev.easel.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An embedded database with all tables and no rows, as files that are copied: to unpack the
 * programs, make the cluster and migrate takes seconds, and is needed once in a test run.
 */
public final class PreparedDatabase {
  private PreparedDatabase() {}

  /** Puts one into {@code data}, where no server has been started yet; returns {@code data}. */
  public static Path in(Path data) {
    try {
      Files.createDirectories(data);
      run("cp", "-a", Original.HOME.toString(), data.toString());
      return data;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Made by the first use. */
  private static final class Original {
    static final Path HOME = make();

    private static Path make() {
      try {
        Files.createDirectories(Path.of("target"));
        Path data = Files.createTempDirectory(Path.of("target"), "prepared-database-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> run("rm", "-rf", data.toString())));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
            Database database = Database.open(postgres.address(), 2)) {
          database.migrate();
        }
        PostgresHome home = PostgresHome.of(data);
        Files.delete(home.port());
        Files.delete(home.log());
        return home.directory();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  private static void run(String... command) {
    try {
      int code = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
