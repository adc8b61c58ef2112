package dev.easel.sim;

import static java.sql.ResultSet.CONCUR_READ_ONLY;
import static java.sql.ResultSet.TYPE_SCROLL_INSENSITIVE;

import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.CachedQuery;
import org.postgresql.core.Query;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;

/**
 * One real connection to PostgreSQL, with a real thread that waits for its answers. Serves one
 * simulated connection after the other.
 */
final class Backend implements AutoCloseable {
  private static final Field QUERY = queryOfStatements();

  private final PgConnection connection;
  private final int pid;
  private final Thread worker;
  private volatile @Nullable Call given;
  private volatile @Nullable Thread boss;
  private volatile boolean closed;
  private volatile boolean savepoints;
  private final Map<String, Query> queries = new HashMap<>();
  private String role = "";

  Backend(Connection connection) throws SQLException {
    this.connection = connection.unwrap(PgConnection.class);
    this.pid = this.connection.getBackendPID();
    this.worker = Thread.ofPlatform().name("backend-" + pid).daemon().start(this::work);
  }

  /** What it is used for. */
  String role() {
    return role;
  }

  void role(String use) {
    role = use;
  }

  PgConnection connection() {
    return connection;
  }

  /** The number of its process at the server. */
  int pid() {
    return pid;
  }

  boolean isInTransaction() {
    return connection.getTransactionState() != TransactionState.IDLE;
  }

  /** Makes a call that nothing can hold up. */
  void make(Call call) throws SQLException {
    savepoints(false);
    call.make();
  }

  /**
   * Begins a call that another transaction may hold up.
   *
   * @param savepoint whether it can be taken back without losing what its transaction did before
   */
  void begin(Call call, boolean savepoint) throws SQLException {
    savepoints(savepoint);
    boss = Thread.currentThread();
    given = call;
    LockSupport.unpark(worker);
  }

  /** Whether the call that is being made can be taken back. */
  boolean canTakeBack() {
    return savepoints;
  }

  /** Prepares a statement whose rows can be read twice. */
  PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql, TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
  }

  /**
   * Prepares several statements that stand in one text. The driver would have the server plan each
   * of them for each text that it is part of; here it is planned once for all of them.
   */
  PreparedStatement prepareTogether(String sql) throws SQLException {
    PreparedStatement statement = prepare(sql);
    Query[] own = Objects.requireNonNull(queryOf(statement).getSubqueries());
    for (int i = 0; i < own.length; i++) {
      Query fresh = own[i];
      own[i] = queries.computeIfAbsent(fresh.getNativeSql(), _ -> fresh);
    }
    return statement;
  }

  private static Query queryOf(PreparedStatement statement) {
    try {
      return ((CachedQuery) Objects.requireNonNull(QUERY.get(statement))).query;
    } catch (IllegalAccessException impossible) {
      throw new LinkageError("the driver has changed", impossible);
    }
  }

  private static Field queryOfStatements() {
    try {
      Field query =
          Class.forName("org.postgresql.jdbc.PgPreparedStatement")
              .getDeclaredField("preparedQuery");
      query.setAccessible(true);
      return query;
    } catch (ReflectiveOperationException changed) {
      throw new LinkageError("the driver has changed", changed);
    }
  }

  /** The driver sets a savepoint in the same round trip. */
  private void savepoints(boolean wanted) {
    if (wanted != savepoints) {
      connection.setAutosave(wanted ? AutoSave.ALWAYS : AutoSave.NEVER);
      savepoints = wanted;
    }
  }

  /** Waits for the call that was begun, but not longer than {@code patience}. */
  static boolean hasReturned(Call call, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (!call.isDone()) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      LockSupport.parkNanos(call, left);
    }
    return true;
  }

  private void work() {
    while (!closed) {
      Call call = given;
      if (call == null) {
        LockSupport.park(this);
      } else {
        given = null;
        call.make();
        LockSupport.unpark(boss);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    closed = true;
    LockSupport.unpark(worker);
    connection.close();
  }
}
