package dev.easel.sim;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The database as one node sees it. Every statement, commit and rollback is a step: others may run
 * before it, the node may die before or after it, and the connection may be cut so that it or its
 * answer is lost.
 */
final class SimulatedDatabase implements DataSource {
  /** As many as a small pool has. */
  static final int CONNECTIONS = 8;

  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);
  private static final String LOCK_TIMEOUT_SETTING = "select set_config('lock_timeout', ?, true)";

  /** Time is simulated, so the server is told to set something else. */
  private static final String SIMULATED_TIMEOUT_SETTING =
      LOCK_TIMEOUT_SETTING.replace("lock_timeout", "easel.lock_timeout");

  private static final String CONNECTION_LOST = "08006";

  /** As the server writes it: fields that begin with their kind. */
  private static final String IDLE_FOR_TOO_LONG =
      "SFATAL\0VFATAL\0C25P03\0Mterminating connection due to idle-in-transaction timeout\0";

  private static final Map<String, String> LABELS = new ConcurrentHashMap<>();

  private final Scheduler scheduler;
  private final Backends backends;
  private final Faults faults;
  private final Node node;
  private final Set<OfConnection> open = new LinkedHashSet<>();
  private final Deque<Scheduler.Alarm> waiting = new ArrayDeque<>();

  /** The node that uses it. */
  interface Node {
    /** On one of its threads: it dies here. */
    void crash();

    /** On one of its threads: all of it stands still for a while. */
    void pause();

    /** Whether it has died. */
    boolean isDead();
  }

  SimulatedDatabase(Scheduler scheduler, Backends backends, Faults faults, Node node) {
    this.scheduler = scheduler;
    this.backends = backends;
    this.faults = faults;
    this.node = node;
  }

  @Override
  public Connection getConnection() throws SQLException {
    while (open.size() >= CONNECTIONS) {
      Scheduler.Alarm free = new Scheduler.Alarm();
      waiting.add(free);
      free.await();
    }
    Backend backend = backends.take(scheduler.role());
    OfConnection connection = new OfConnection(backend);
    open.add(connection);
    return proxy(Connection.class, connection);
  }

  /** The node is gone: so are its connections. */
  void abandon() throws SQLException {
    for (OfConnection connection : open) {
      backends.abandon(connection.backend);
    }
    open.clear();
  }

  /** The server hears nothing more of transactions: it ends them, and hangs up. */
  void endIdle() throws SQLException {
    for (OfConnection connection : List.copyOf(open)) {
      if (connection.backend.isInTransaction()) {
        scheduler.happened("server", "ends an idle transaction");
        connection.endedByServer();
        open.remove(connection);
        letIn();
      }
    }
  }

  private void letIn() {
    Scheduler.Alarm next = waiting.poll();
    if (next != null) {
      next.ring();
    }
  }

  /** A connection until it is closed or cut. */
  private final class OfConnection implements InvocationHandler {
    private final Backend backend;
    private Duration lockTimeout = LOCK_TIMEOUT;
    private final LockOrder locks = new LockOrder();
    private @Nullable Call last;
    private @Nullable Thread user;
    private Optional<SQLException> farewell = Optional.empty();
    private boolean cut;
    private boolean closed;

    OfConnection(Backend backend) {
      this.backend = backend;
    }

    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      return switch (method.getName()) {
        case "close" -> {
          close();
          yield null;
        }
        case "isClosed" -> closed || cut;
        default -> {
          requireOpen();
          yield use(proxy, method, arguments);
        }
      };
    }

    private @Nullable Object use(
        Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      return switch (method.getName()) {
        case "commit" -> step("commit", Faults.Place.COMMIT, call(real(), method, arguments, true));
        case "rollback", "setTransactionIsolation" ->
            step(
                method.getName(),
                Faults.Place.STATEMENT,
                call(real(), method, arguments, method.getName().equals("rollback")));
        case "prepareStatement" -> {
          String sql = (String) Objects.requireNonNull(Objects.requireNonNull(arguments)[0]);
          boolean ofTimeout = sql.equals(LOCK_TIMEOUT_SETTING);
          PreparedStatement statement;
          Locking locking;
          if (Joined.is(sql)) {
            Joined joined = new Joined(backend, sql);
            statement = proxy(PreparedStatement.class, joined);
            locking = joined::locked;
          } else {
            statement = backend.prepare(ofTimeout ? SIMULATED_TIMEOUT_SETTING : sql);
            locking =
                () ->
                    LockOrder.locked(sql, statement.getResultSet()).map(List::of).orElse(List.of());
          }
          yield proxy(
              PreparedStatement.class,
              new OfStatement(
                  this,
                  (Connection) proxy,
                  statement,
                  label(sql),
                  ofTimeout,
                  Joined.commits(sql),
                  locking));
        }
        case "createStatement" ->
            throw new UnsupportedOperationException("statements here are prepared");
        default -> plain(real(), method, arguments);
      };
    }

    void check(LockOrder.Locked locked) throws SQLException {
      locks.check(locked).ifPresent(scheduler::violated);
    }

    private Call call(
        Object target,
        Method method,
        @Nullable Object @Nullable [] arguments,
        boolean endsTransaction) {
      return new Call(backend, target, method, arguments, endsTransaction, lockTimeout);
    }

    /**
     * The server has rolled back and hung up. Nobody waits for a lock for as long: a call that is
     * still to be made again would long have been made, and be over, at a server.
     */
    void endedByServer() throws SQLException {
      cut = true;
      farewell = Optional.of(new PSQLException(new ServerErrorMessage(IDLE_FOR_TOO_LONG)));
      backends.abandon(backend);
      if (last != null && !last.isDone()) {
        last.fail(new SQLException("This connection has been closed.", CONNECTION_LOST));
        LockSupport.unpark(user);
      }
    }

    private Connection real() {
      return backend.connection();
    }

    private void close() throws SQLException {
      if (closed || cut) {
        return;
      }
      if (backend.isInTransaction()) {
        step(
            "rollback",
            Faults.Place.STATEMENT,
            call(real(), method(Connection.class, "rollback"), null, true));
      }
      closed = true;
      if (!cut) {
        giveBack();
      }
    }

    private void giveBack() throws SQLException {
      open.remove(this);
      backends.giveBack(backend);
      letIn();
    }

    private void requireOpen() throws SQLException {
      if (farewell.isPresent()) {
        SQLException last = farewell.get();
        farewell = Optional.empty();
        throw last;
      }
      if (closed || cut) {
        throw new SQLException("This connection has been closed.", CONNECTION_LOST);
      }
    }

    /** Cuts the connection: the server rolls back what was not committed. */
    private SQLException cut() throws SQLException {
      if (!cut) {
        cut = true;
        if (backend.isInTransaction()) {
          // The server notices at once.
          scheduler.await(call(real(), method(Connection.class, "rollback"), null, true));
        }
        giveBack();
      }
      return new SQLException(
          "An I/O error occurred while sending to the backend.", CONNECTION_LOST);
    }

    @Nullable Object step(String label, Faults.Place place, Call call) throws SQLException {
      scheduler.step(label);
      Faults.Fate fate = faults.at(place);
      switch (fate) {
        case CRASH_BEFORE -> {
          scheduler.note("-- crashes before it");
          node.crash();
        }
        case PAUSE -> node.pause();
        case LOST -> {
          scheduler.note("-- connection lost before it");
          throw cut();
        }
        case DONE, CRASH_AFTER, ANSWER_LOST -> {}
      }
      requireOpen();
      last = call;
      user = Thread.currentThread();
      scheduler.await(call);
      switch (fate) {
        case CRASH_AFTER -> {
          scheduler.note("-- crashes after it");
          node.crash();
        }
        case ANSWER_LOST -> {
          scheduler.note("-- connection lost after it");
          throw cut();
        }
        case DONE, CRASH_BEFORE, PAUSE, LOST -> {}
      }
      return call.answer();
    }
  }

  /** What a statement has locked. */
  private interface Locking {
    List<LockOrder.Locked> locked() throws SQLException;
  }

  /** A statement. */
  private record OfStatement(
      OfConnection connection,
      Connection proxy,
      PreparedStatement real,
      String label,
      boolean ofTimeout,
      boolean commits,
      Locking locking)
      implements InvocationHandler {
    @Override
    public @Nullable Object invoke(
        Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      String name = method.getName();
      if (name.startsWith("execute")) {
        connection.requireOpen();
        Object answer =
            connection.step(
                label,
                commits ? Faults.Place.COMMIT : Faults.Place.STATEMENT,
                connection.call(real, method, arguments, commits));
        for (LockOrder.Locked locked : locking.locked()) {
          connection.check(locked);
        }
        return answer;
      }
      if (ofTimeout && name.equals("setString")) {
        connection.lockTimeout = milliseconds(Objects.requireNonNull(arguments)[1]);
      }
      return name.equals("getConnection") ? proxy : plain(real, method, arguments);
    }
  }

  private static Duration milliseconds(@Nullable Object text) {
    return Duration.ofMillis(Long.parseLong(String.valueOf(text).replace("ms", "")));
  }

  private static @Nullable Object plain(
      Object target, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw Objects.requireNonNull(thrown.getCause());
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Method method(Class<?> type, String name) {
    try {
      return type.getMethod(name);
    } catch (NoSuchMethodException impossible) {
      throw new LinkageError("JDBC has changed", impossible);
    }
  }

  /** A statement's text in one line. */
  private static String label(String sql) {
    return LABELS.computeIfAbsent(
        sql,
        text -> {
          StringBuilder line = new StringBuilder();
          for (String statement : text.split(";\n", -1)) {
            String flat = statement.strip().replaceAll("\\s+", " ");
            line.append(line.isEmpty() ? "" : "; ").append(flat, 0, Math.min(flat.length(), 60));
          }
          return line.toString();
        });
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("nothing is wrapped");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
