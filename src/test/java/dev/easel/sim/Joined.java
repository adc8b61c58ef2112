package dev.easel.sim;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Statements that stand in one text, made one by one: the server plans each of them once, rather
 * than once for each of the many texts that it is part of. They remain one step.
 */
final class Joined implements InvocationHandler {
  private static final String SEPARATOR = ";\n";
  private static final String COMMIT = SEPARATOR + "COMMIT";

  private final List<LockOrder.Locking> locking = new ArrayList<>();

  private final List<Part> parts = new ArrayList<>();
  private int next;
  private int shown;

  private final boolean commits;
  private final Connection connection;

  private record Part(PreparedStatement statement, int firstParameter) {}

  Joined(Connection connection, String sql) throws SQLException {
    this.connection = connection;
    this.commits = commits(sql);
    int parameters = 0;
    for (String text :
        (commits ? sql.substring(0, sql.length() - COMMIT.length()) : sql).split(SEPARATOR, -1)) {
      PreparedStatement statement = LockOrder.prepare(connection, text, locking);
      parts.add(new Part(statement, parameters));
      parameters += Math.toIntExact(text.chars().filter(c -> c == '?').count());
    }
  }

  /** Whether the transaction is committed with the last statement. */
  static boolean commits(String sql) {
    return sql.endsWith(COMMIT);
  }

  static boolean is(String sql) {
    return sql.contains(SEPARATOR);
  }

  /** Those of the statements that lock rows. */
  List<LockOrder.Locking> locking() {
    return locking;
  }

  @Override
  public @Nullable Object invoke(
      Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "setArray", "setObject" -> {
        set(method, Objects.requireNonNull(arguments));
        yield null;
      }
      case "execute" -> execute();
      case "getResultSet" -> parts.get(shown).statement.getResultSet();
      case "getUpdateCount" -> parts.get(shown).statement.getUpdateCount();
      case "getMoreResults" -> {
        shown++;
        yield false;
      }
      case "close" -> {
        for (Part part : parts) {
          part.statement.close();
        }
        yield null;
      }
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  private void set(Method method, @Nullable Object[] arguments) throws Throwable {
    int parameter = (Integer) Objects.requireNonNull(arguments[0]);
    Part of = parts.getFirst();
    for (Part part : parts) {
      of = part.firstParameter < parameter ? part : of;
    }
    @Nullable Object[] own = arguments.clone();
    own[0] = parameter - of.firstParameter;
    try {
      method.invoke(of.statement, own);
    } catch (InvocationTargetException thrown) {
      throw Objects.requireNonNull(thrown.getCause());
    }
  }

  /** Goes on, when it is made again, with the part that was taken back. */
  private boolean execute() throws SQLException {
    while (next < parts.size()) {
      parts.get(next).statement.execute();
      next++;
    }
    if (commits) {
      connection.commit();
    }
    return false;
  }
}
