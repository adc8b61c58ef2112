package dev.easel.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** A pool of connections to one PostgreSQL database that holds Easel's tables. */
public final class Database implements AutoCloseable {
  /** The oldest server version that the SQL here is written for. */
  private static final int OLDEST_SERVER = 15;

  private final DataSource pool;
  private final Jdbi jdbi;
  private final ThreadFactory committers;

  /**
   * A database whose connections come from {@code pool}.
   *
   * @param committers makes the thread of each {@link Batch}
   */
  Database(DataSource pool, ThreadFactory committers) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.committers = committers;
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
    config.setConnectionTimeout(2_000);
    config.addDataSourceProperty("ApplicationName", "easel");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    // Hot statements are planned once per connection, after the second use.
    config.addDataSourceProperty("prepareThreshold", "2");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "60");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    try {
      Database database =
          new Database(new HikariDataSource(config), Thread.ofPlatform().daemon().factory());
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
    return Flyway.configure(Database.class.getClassLoader())
        .dataSource(pool)
        .locations("classpath:db/migration")
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

  /** Runs {@code work} on one snapshot of the whole database, which it must not change. */
  public <T> T snapshot(Function<Handle, T> work) {
    try {
      return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, work::apply);
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

  /** A connection of the pool, for plain JDBC on the hot paths; the caller closes it. */
  public Connection connection() throws SQLException {
    return pool.getConnection();
  }

  /**
   * Groups items that arrive together into transactions of at most {@code most}; the caller closes
   * it.
   *
   * @param name names the group in logs
   */
  public <I, O> Batch<I, O> batch(String name, int most, Batch.Work<I, O> work) {
    return new Batch<>(name, this, most, work, committers);
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
   * @param url {@code jdbc:postgresql://host:port/name}, or several hosts for failover
   */
  public record Address(String url, String user, String password) {
    @Override
    public String toString() {
      return url + " as " + user;
    }
  }
}
