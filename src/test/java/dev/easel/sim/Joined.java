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
 * Writes that stand in one text, made one by one: the server plans each of them once, rather than
 * once for each of the many texts that it is part of. They remain one step.
 */
final class Joined implements InvocationHandler {
  private static final String SEPARATOR = ";\n";

  private final List<Part> parts = new ArrayList<>();
  private int next;
  private int shown;

  private record Part(PreparedStatement statement, int firstParameter) {}

  Joined(Connection connection, String sql) throws SQLException {
    int parameters = 0;
    for (String text : sql.split(SEPARATOR, -1)) {
      parts.add(new Part(connection.prepareStatement(text), parameters));
      parameters += Math.toIntExact(text.chars().filter(c -> c == '?').count());
    }
  }

  static boolean is(String sql) {
    return sql.contains(SEPARATOR);
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
    return false;
  }
}
