package dev.easel.sim;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Statements that stand in one text. They go to the server in one round trip, as in production,
 * unless they may have to be taken back: then they are made one by one, so that those before the
 * one that is taken back stay. They are one step all the same.
 */
final class Joined implements InvocationHandler {
  private static final String SEPARATOR = ";\n";
  private static final String COMMIT = SEPARATOR + "COMMIT";

  private final Backend backend;
  private final String sql;
  private final List<Part> parts = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Statement> open = new ArrayList<>();

  /** How many parts have been made. */
  private int made;

  /** The part whose answer is shown. */
  private int shown;

  Joined(Backend backend, String sql) {
    this.backend = backend;
    this.sql = sql;
    for (String text : withoutCommit(sql).split(SEPARATOR, -1)) {
      int before = parts.isEmpty() ? 0 : parts.getLast().lastParameter;
      int own = Math.toIntExact(text.chars().filter(c -> c == '?').count());
      parts.add(new Part(text, before, before + own));
    }
  }

  /** One of the statements, and its answer. */
  private static final class Part {
    private final String sql;
    private final int firstParameter;
    private final int lastParameter;
    private @Nullable ResultSet rows;
    private int count;

    Part(String sql, int firstParameter, int lastParameter) {
      this.sql = sql;
      this.firstParameter = firstParameter;
      this.lastParameter = lastParameter;
    }

    void answered(Statement statement) throws SQLException {
      rows = statement.getResultSet();
      count = statement.getUpdateCount();
    }
  }

  /** A call that sets a parameter. */
  private record Parameter(Method setter, int index, @Nullable Object value) {
    void set(PreparedStatement statement, int before) throws SQLException {
      try {
        setter.invoke(statement, index - before, value);
      } catch (InvocationTargetException thrown) {
        throw new SQLException(thrown.getCause());
      } catch (IllegalAccessException impossible) {
        throw new LinkageError("JDBC has changed", impossible);
      }
    }
  }

  /** Whether the transaction is committed with the last statement. */
  static boolean commits(String sql) {
    return sql.endsWith(COMMIT);
  }

  static boolean is(String sql) {
    return sql.contains(SEPARATOR);
  }

  private static String withoutCommit(String sql) {
    return commits(sql) ? sql.substring(0, sql.length() - COMMIT.length()) : sql;
  }

  /** The rows that its statements have locked. */
  List<LockOrder.Locked> locked() {
    return parts.stream().flatMap(part -> LockOrder.locked(part.sql, part.rows).stream()).toList();
  }

  @Override
  public @Nullable Object invoke(
      Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "setArray", "setObject" -> {
        @Nullable Object[] set = Objects.requireNonNull(arguments);
        parameters.add(new Parameter(method, (Integer) Objects.requireNonNull(set[0]), set[1]));
        yield null;
      }
      case "execute" -> {
        if (made == 0 && !backend.canTakeBack()) {
          executeTogether();
        } else {
          executeOneByOne();
        }
        yield false;
      }
      case "getResultSet" -> parts.get(shown).rows;
      case "getUpdateCount" -> parts.get(shown).count;
      case "getMoreResults" -> {
        shown++;
        yield false;
      }
      case "close" -> {
        for (Statement statement : open) {
          statement.close();
        }
        yield null;
      }
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  private void executeTogether() throws SQLException {
    PreparedStatement statement = backend.prepareTogether(sql);
    open.add(statement);
    for (Parameter parameter : parameters) {
      parameter.set(statement, 0);
    }
    statement.execute();
    for (Part part : parts) {
      part.answered(statement);
      statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
    }
  }

  /** Goes on, when it is made again, with the part that was taken back. */
  private void executeOneByOne() throws SQLException {
    while (made < parts.size()) {
      Part part = parts.get(made);
      PreparedStatement statement = backend.prepare(part.sql);
      open.add(statement);
      for (Parameter parameter : parameters) {
        if (parameter.index > part.firstParameter && parameter.index <= part.lastParameter) {
          parameter.set(statement, part.firstParameter);
        }
      }
      statement.execute();
      part.answered(statement);
      made++;
    }
    if (commits(sql)) {
      backend.connection().commit();
    }
  }
}
