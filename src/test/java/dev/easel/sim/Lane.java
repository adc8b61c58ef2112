package dev.easel.sim;

import dev.easel.asset.AssetNames;
import dev.easel.asset.MasterKey;
import dev.easel.db.Database;
import dev.easel.db.RecklessServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A server on which one run follows the other. Two runs on one server would not be independent: it
 * cleans pages up as the transactions of both allow.
 */
final class Lane implements AutoCloseable {

  /** Three nodes, and room for those that are just replaced. */
  private static final int CONNECTIONS = 4 * SimulatedDatabase.CONNECTIONS;

  /** What runs write. */
  private static final List<String> TABLES =
      List.of(
          "account",
          "api_key",
          "transfer",
          "task",
          "attempt",
          "asset",
          "job",
          "work_limit",
          "idempotency",
          "breaker");

  /** Those whose rows the database numbers. */
  private static final List<String> NUMBERED = List.of("account", "api_key", "transfer");

  private static final int RUNS_PER_TRUNCATION = 6;

  private final RecklessServer server = RecklessServer.start();
  private final Database outside;
  private final Backends backends;
  private final Connection look;
  private final PreparedStatement liveTasks;
  private int cleaned;
  private final AssetNames names = new AssetNames(MasterKey.parse("0".repeat(64)));

  /** Starts the server. */
  Lane() throws SQLException {
    Database.Address address = server.create("lane");
    outside = Database.open(address, 1);
    backends = new Backends(() -> connect(address), CONNECTIONS, connect(server.create("aside")));
    look = connect(address);
    liveTasks = look.prepareStatement("select count(*) from task where finished_at is null");
  }

  private static Connection connect(Database.Address address) throws SQLException {
    Properties how = new Properties();
    how.setProperty("user", address.user());
    how.setProperty("password", address.password());
    how.setProperty("reWriteBatchedInserts", "true");
    // Planned once, so that a plan depends on nothing that happened in runs before.
    how.setProperty("prepareThreshold", "1");
    how.setProperty(
        "options",
        "-c plan_cache_mode=force_generic_plan -c jit=off"
            + " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off");
    return DriverManager.getConnection(address.url(), how);
  }

  /** The database as nobody in the simulation sees it: without faults. */
  Database outside() {
    return outside;
  }

  Backends backends() {
    return backends;
  }

  AssetNames names() {
    return names;
  }

  /** How many tasks are not final. */
  long liveTasks() {
    try (ResultSet row = liveTasks.executeQuery()) {
      row.next();
      return row.getLong(1);
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /**
   * Forgets the run before. Rows are deleted, because truncating has every statement planned again;
   * but what is deleted stays in the files, and makes everything slower before long.
   */
  void clean() throws SQLException {
    backends.clear();
    if (cleaned++ % RUNS_PER_TRUNCATION == 0) {
      outside.read(tx ->
          tx.execute("truncate %s restart identity cascade".formatted(String.join(", ", TABLES))));
      return;
    }
    List<String> deletions = new ArrayList<>(List.of("set session_replication_role = replica"));
    TABLES.forEach(table -> deletions.add("delete from " + table));
    NUMBERED.forEach(table ->
        deletions.add(
            "select setval(pg_get_serial_sequence('%s', 'id'), 1, false)".formatted(table)));
    try (Statement statement = look.createStatement()) {
      statement.execute(String.join(";\n", deletions));
    }
  }

  @Override
  public void close() throws SQLException {
    look.close();
    backends.close();
    outside.close();
    server.close();
  }
}
