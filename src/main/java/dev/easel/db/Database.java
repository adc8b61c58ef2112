package dev.easel.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** A pool of connections to one PostgreSQL database that holds Easel's tables. */
public final class Database implements AutoCloseable {
  /** The oldest server version that the SQL here is written for. */
  private static final int OLDEST_SERVER = 15;

  /**
   * What the server keeps to on the pool's connections. Nobody waits for a lock for long; a
   * transaction whose client has gone without a word lets go of its locks; and so does the session
   * of a machine that has lost its power, which the server would otherwise keep for hours. What it
   * says is committed is on its disk, whatever others have set; a stronger promise is left as it
   * is.
   */
  private static final String SESSION =
      """
      set lock_timeout = '500ms';
      set idle_in_transaction_session_timeout = '10s';
      set tcp_keepalives_idle = 30;
      set tcp_keepalives_interval = 10;
      set tcp_keepalives_count = 3;
      select set_config('synchronous_commit', 'on', false)
      where current_setting('synchronous_commit') = 'off'
      """;

  private final DataSource pool;
  private final Jdbi jdbi;
  private final Threads threads;

  /**
   * A database whose connections come from {@code pool}.
   *
   * @param threads those of each {@link Batch}
   */
  Database(DataSource pool, Threads threads) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.threads = threads;
  }

  /**
   * Connects; does not migrate.
   *
   * @throws DatabaseException when the server cannot be reached, refuses the password, or is too
   *     old
   */
  public static Database open(Address address, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("easel");
    config.setJdbcUrl(address.url());
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(Math.min(2, connections));
    config.setConnectionTimeout(1_000);
    config.setValidationTimeout(500);
    config.setConnectionInitSql(SESSION);
    config.setExceptionOverride(new RefusedWrites());
    address.opening().forEach(config::addDataSourceProperty);
    config.addDataSourceProperty("ApplicationName", "easel");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    // Hot statements are planned once per connection, after the second use.
    config.addDataSourceProperty("prepareThreshold", "2");
    // A network that swallows everything holds nobody up for longer than this.
    config.addDataSourceProperty("socketTimeout", "10");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    try {
      Database database = new Database(new HikariDataSource(config), Threads.OF_MACHINE);
      database.checkVersion();
      return database;
    } catch (RuntimeException failed) {
      throw new DatabaseException(
          "cannot use the database " + address.url() + ": " + rootMessage(failed), failed);
    }
  }

  private void checkVersion() {
    int version =
        jdbi.withHandle(tx -> tx.createQuery("show server_version_num").mapTo(Integer.class).one());
    if (version / 10_000 < OLDEST_SERVER) {
      close();
      throw new IllegalStateException(
          "it is PostgreSQL " + version / 10_000 + ", Easel needs " + OLDEST_SERVER + " or newer");
    }
  }

  /** Brings the schema to this program's version; returns how many migrations ran. */
  public int migrate() {
    return flyway().migrate().migrationsExecuted;
  }

  /** The number of the last migration that ran. */
  public String schemaVersion() {
    return String.valueOf(flyway().info().current().getVersion());
  }

  private Flyway flyway() {
    FluentConfiguration flyway =
        Flyway.configure(Database.class.getClassLoader()).locations("classpath:db/migration");
    if (!(pool instanceof HikariDataSource ours)) {
      return flyway.dataSource(pool).load();
    }
    // A migration takes as long as it takes: connections of its own have none of the pool's limits.
    Address address = new Address(ours.getJdbcUrl(), ours.getUsername(), ours.getPassword());
    return flyway
        .dataSource(address.url(), address.user(), address.password())
        .jdbcProperties(address.opening())
        .load();
  }

  /**
   * Runs {@code work} in a transaction of its own: committed when it returns, rolled back when it
   * throws.
   */
  public <T> T transaction(Function<Handle, T> work) {
    try {
      return jdbi.inTransaction(work::apply);
    } catch (JdbiException failed) {
      throw DatabaseException.of("transaction", failed);
    }
  }

  /**
   * Runs {@code work} on one snapshot of the whole database, which it must not change. It may take
   * long.
   */
  public <T> T snapshot(Function<Handle, T> work) {
    try {
      return jdbi.inTransaction(
          TransactionIsolationLevel.REPEATABLE_READ,
          tx -> {
            tx.getConnection().setNetworkTimeout(Runnable::run, 0); // the pool sets it back
            return work.apply(tx);
          });
    } catch (SQLException failed) {
      throw DatabaseException.of("snapshot", failed);
    } catch (JdbiException failed) {
      throw DatabaseException.of("snapshot", failed);
    }
  }

  /** Runs {@code work} on a connection in auto-commit mode: for single statements. */
  public <T> T read(Function<Handle, T> work) {
    try {
      return jdbi.withHandle(work::apply);
    } catch (JdbiException failed) {
      throw DatabaseException.of("read", failed);
    }
  }

  /**
   * The server's time, for whoever asks for it once; a node has a {@link DatabaseClock}.
   *
   * <p>Takes a connection of its own.
   */
  public Instant now() {
    return read(tx -> tx.createQuery("select clock_timestamp()").mapTo(Instant.class).one());
  }

  /** A connection of the pool, for plain JDBC on the hot paths; the caller closes it. */
  public Connection connection() throws SQLException {
    return pool.getConnection();
  }

  /**
   * Closes the connections of the pool, those in use when they are given back: the server behind
   * them is not the right one any more.
   */
  void leaveServer() {
    if (pool instanceof HikariDataSource ours) {
      ours.getHikariPoolMXBean().softEvictConnections();
    }
  }

  /**
   * Groups items that arrive together into transactions of at most {@code most}; the caller closes
   * it.
   *
   * @param name names the group in logs
   */
  public <I, O> Batch<I, O> batch(String name, int most, Batch.Work<I, O> work) {
    return new Batch<>(name, this, most, work, threads);
  }

  /** The same for items that are only read, together but in no transaction. */
  public <I, O> Batch<I, O> reads(String name, int most, Batch.Reading<I, O> reading) {
    return batch(name, most, reading);
  }

  @Override
  public void close() {
    if (pool instanceof HikariDataSource ours) {
      ours.close();
    }
  }

  private static String rootMessage(Throwable failed) {
    Throwable cause = failed;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /**
   * Where a database is and how to sign in.
   *
   * @param url {@code jdbc:postgresql://host:port/name}, or several hosts for failover: the one
   *     that takes writes is used
   */
  public record Address(String url, String user, String password) {
    private static final int ANSWERED_WITHIN_SECONDS = 2;

    /**
     * What every connection is opened with, besides user and password. What the URL says counts
     * more, such as another {@code targetServerType}.
     */
    Map<String, String> opening() {
      return Map.of(
          "targetServerType",
          "primary",
          "connectTimeout",
          String.valueOf(ANSWERED_WITHIN_SECONDS),
          // For all hosts together: one that has lost its power must not use up the next one's.
          "loginTimeout",
          String.valueOf(ANSWERED_WITHIN_SECONDS * hosts()));
    }

    private int hosts() {
      Properties read = Driver.parseURL(url, new Properties());
      String hosts = read == null ? null : PGProperty.PG_HOST.getOrDefault(read);
      return hosts == null ? 1 : hosts.split(",").length;
    }

    @Override
    public String toString() {
      return url + " as " + user;
    }
  }
}
