package dev.easel.sim;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.AutoSave;
import org.postgresql.jdbc.PgConnection;

/**
 * One real connection to PostgreSQL, with a real thread that waits for its answers. Serves one
 * simulated connection after the other.
 */
final class Backend implements AutoCloseable {
  private final PgConnection connection;
  private final int pid;
  private final Thread worker;
  private volatile @Nullable Call given;
  private volatile @Nullable Thread boss;
  private volatile boolean closed;
  private boolean savepoints;
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
