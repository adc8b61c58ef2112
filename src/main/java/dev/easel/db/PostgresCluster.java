package dev.easel.db;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/** Makes the cluster (initdb, the role, the database) and writes its configuration. */
final class PostgresCluster {
  /**
   * For a small machine that does thousands of small commits a second, and keeps every one.
   *
   * <p>The operator's custom.conf may change the first part; below it stands what Easel's promises
   * rest on. Parallel queries would need more of /dev/shm than a container has.
   */
  private static final String CONFIGURATION =
      """
      # Written by Easel at every start. Your own settings belong into ../custom.conf.
      max_connections = 60
      shared_buffers = 128MB
      effective_cache_size = 512MB
      work_mem = 8MB
      maintenance_work_mem = 64MB
      random_page_cost = 1.1
      jit = off
      max_parallel_workers_per_gather = 0
      max_parallel_maintenance_workers = 0
      wal_compression = on
      wal_buffers = 16MB
      min_wal_size = 256MB
      max_wal_size = 2GB
      checkpoint_timeout = 15min
      autovacuum_naptime = 15s
      autovacuum_vacuum_cost_limit = 1000
      timezone = 'UTC'
      log_timezone = 'UTC'
      lc_messages = 'C'
      log_line_prefix = '%m [%p] %q%u@%d '
      log_min_duration_statement = 5s
      include_if_exists = '../custom.conf'

      listen_addresses = '127.0.0.1'
      unix_socket_directories = ''
      password_encryption = 'scram-sha-256'
      logging_collector = off
      log_destination = 'stderr'
      fsync = on
      full_page_writes = on
      synchronous_commit = on
      """;

  /** On macOS a plain fsync stops at the disk's own cache. */
  private static final String MAC = "wal_sync_method = fsync_writethrough\n";

  private static final String CHARACTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private PostgresCluster() {}

  /**
   * Makes the cluster if there is none yet. It appears under its name when it is complete.
   *
   * @throws DatabaseException when initdb fails, or the cluster there is another version's
   */
  static void make(PostgresHome home, PostgresUser user) throws IOException {
    if (Files.exists(home.cluster())) {
      check(home);
      user.own(home.cluster());
      Files.setPosixFilePermissions(home.cluster(), PosixFilePermissions.fromString("rwx------"));
      return;
    }
    Path fresh = Files.createTempDirectory(home.directory(), "initdb-");
    user.own(fresh);
    String password = randomPassword();
    initdb(home, user, fresh, password);
    createDatabase(home, user, fresh, password);
    Files.move(secret(home, password), home.password(), ATOMIC_MOVE, REPLACE_EXISTING);
    Files.move(fresh, home.cluster(), ATOMIC_MOVE);
    sync(home.directory());
  }

  /** A file with the password, which only its owner can read. */
  private static Path secret(PostgresHome home, String password) throws IOException {
    Path secret = Files.createTempFile(home.directory(), "initdb-", ".password");
    Files.writeString(secret, password + "\n", US_ASCII);
    sync(secret);
    return secret;
  }

  private static void check(PostgresHome home) throws IOException {
    String major = Files.readString(home.cluster().resolve("PG_VERSION")).strip();
    if (!major.equals(PostgresBinaries.MAJOR)) {
      throw new DatabaseException(
          ("%s was made by PostgreSQL %s, and this is %s: make a backup with the Easel that made it,"
                  + " and restore that here")
              .formatted(home.cluster(), major, PostgresBinaries.MAJOR));
    }
    if (!Files.exists(home.password())) {
      throw new DatabaseException(home.password() + " is missing: put it back from a backup");
    }
  }

  private static void initdb(PostgresHome home, PostgresUser user, Path fresh, String password)
      throws IOException {
    Path secret = secret(home, password);
    user.own(secret);
    PostgresUser.Ran initdb =
        user.run(
            "",
            home.program("initdb"),
            "--pgdata=" + fresh,
            "--username=postgres",
            "--pwfile=" + secret,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
            "--sync-method=" + (isMac() ? "fsync" : "syncfs"));
    Files.delete(secret);
    if (!initdb.isSuccess()) {
      throw new DatabaseException(
          "initdb failed in " + home.directory() + ": " + initdb.lastLines());
    }
  }

  /** Easel's role owns one database, and is no administrator: a hole in the SQL ends there. */
  private static void createDatabase(
      PostgresHome home, PostgresUser user, Path fresh, String password) {
    String sql =
        """
        create role %1$s login password '%2$s'
        create database %1$s owner %1$s
        """
            .formatted(PostgresHome.NAME, password);
    PostgresUser.Ran server =
        user.run(
            sql,
            home.program("postgres"),
            "--single",
            "-D",
            fresh.toString(),
            "-c",
            "exit_on_error=on",
            "postgres");
    if (!server.isSuccess()) {
      throw new DatabaseException("cannot create the database: " + server.lastLines());
    }
  }

  /** Writes the configuration of the next start. */
  static void configure(PostgresHome home, int port) throws IOException {
    Files.writeString(
        home.cluster().resolve("postgresql.conf"),
        CONFIGURATION + "port = " + port + "\n" + (isMac() ? MAC : ""));
  }

  private static boolean isMac() {
    return System.getProperty("os.name", "").startsWith("Mac");
  }

  private static String randomPassword() {
    StringBuilder password = new StringBuilder();
    new SecureRandom()
        .ints(32, 0, CHARACTERS.length())
        .forEach(index -> password.append(CHARACTERS.charAt(index)));
    return password.toString();
  }

  /** Brings the content of a file or a directory to the disk. */
  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
