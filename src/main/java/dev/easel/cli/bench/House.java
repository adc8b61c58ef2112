package dev.easel.cli.bench;

import dev.easel.account.Account;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.catalog.CatalogTables;
import dev.easel.db.Database;
import dev.easel.db.EmbeddedPostgres;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A data directory in which everything is as in production, fsync included, but that {@code
 * gpt-image-2} goes to the {@code instant} provider; 100 accounts without a cap, and one that may
 * run a single task at a time.
 */
final class House implements AutoCloseable {
  private static final int ACCOUNTS = 100;
  private static final long PLENTY = 1_000_000_000_000L;

  private final Path data;
  private final List<String> keys = new ArrayList<>();
  private String narrowKey = "";

  private House(Path data) {
    this.data = data;
  }

  /** Builds one in the system's temporary directory. */
  static House build() throws IOException {
    House house = new House(Files.createTempDirectory("easel-bench-"));
    house.withDatabase((database, _) -> {
      database.migrate();
      database.transaction(tx -> {
        house.furnish(tx, Instant.now());
        return true;
      });
    });
    return house;
  }

  private void furnish(Handle tx, Instant now) {
    CatalogTables.installDefaults(tx, now);
    tx.execute(
        """
        insert into channel (id, provider, settings, created_at) values ('instant', 'instant', '{}', ?)
        """,
        Timestamp.from(now));
    tx.execute("update route set channel = 'instant' where model = 'gpt-image-2'");
    for (int i = 0; i < ACCOUNTS; i++) {
      keys.add(account(tx, "bench-" + i, 0, now));
    }
    narrowKey = account(tx, "narrow", 1, now);
  }

  private static String account(Handle tx, String name, int cap, Instant now) {
    Account account = Accounts.create(tx, name, Account.Role.CUSTOMER, now).orElseThrow();
    WorkLimits.set(tx, WorkLimits.ofAccount(account.id()), cap);
    KeySecret secret = KeySecret.random();
    Keys.create(tx, account.id(), "bench", secret, Key.Rules.NONE, now);
    try {
      Ledger.credit(tx.getConnection(), account.id(), PLENTY, "bench", now);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return secret.text();
  }

  /** Does something with the database while no server runs on it. */
  void withDatabase(DatabaseWork work) {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
        Database database = Database.open(postgres.address(), 4)) {
      work.run(database, postgres.address());
    }
  }

  /** Uses the database directly. */
  interface DatabaseWork {
    void run(Database database, Database.Address address);
  }

  /** Where the database of the running server is. */
  Database.Address runningDatabase() {
    return EmbeddedPostgres.running(data).orElseThrow();
  }

  /** Starts a server on this house in a process of its own. */
  RunningServer serve(Map<String, String> settings) throws IOException {
    return RunningServer.start(data, settings);
  }

  /** The key of one of the accounts. */
  String key(long number) {
    return keys.get((int) (number % ACCOUNTS));
  }

  /** The key of the account that may run one task at a time. */
  String narrowKey() {
    return narrowKey;
  }

  @Override
  public void close() throws IOException {
    Files.walkFileTree(
        data,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** A server in a process of its own. */
  record RunningServer(Process process, URI base) implements AutoCloseable {
    private static final String READY = "Easel is ready at ";

    static RunningServer start(Path data, Map<String, String> settings) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // The launcher starts a benchmark with the options that it starts a server with.
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), "dev.easel.Easel", "serve"));
      command.addAll(List.of("--data", data.toString(), "--port", "0"));
      ProcessBuilder builder = new ProcessBuilder(command);
      settings.forEach((flag, value) -> builder.command().addAll(List.of(flag, value)));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      Process process = builder.start();
      try {
        return new RunningServer(process, readyAt(process.inputReader()));
      } catch (UncheckedIOException | IOException failed) {
        process.destroyForcibly();
        throw failed;
      }
    }

    private static URI readyAt(BufferedReader output) throws IOException {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(READY)) {
          return URI.create(line.substring(READY.length()).strip());
        }
      }
      throw new IOException("the server ended before it was ready");
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }
}
