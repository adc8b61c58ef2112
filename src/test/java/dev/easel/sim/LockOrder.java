package dev.easel.sim;

import static java.sql.ResultSet.CONCUR_READ_ONLY;
import static java.sql.ResultSet.TYPE_SCROLL_INSENSITIVE;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order in which one transaction locks rows, so that no two can wait for each other: tables in
 * their order, rows of a table by their keys. Two transactions that break it meet in a circle once
 * in a thousand runs; that one of them breaks it is seen at once.
 */
final class LockOrder {
  private static final List<String> TABLES = List.of("work_limit", "job", "account", "api_key");

  /** A statement that does nothing but lock rows and read them; its first column is their key. */
  private static final Pattern LOCKING =
      Pattern.compile(
          "select [^;]*?\\b(work_limit|job|account|api_key)\\b[^;]*\\bfor (no key )?update( of \\w+)?\\s*",
          Pattern.DOTALL);

  private final TreeSet<String> held = new TreeSet<>();

  /** A statement that locks rows of a table, and answers with them. */
  record Locking(String table, PreparedStatement statement) {}

  /** Prepares a statement; if it locks rows, it is added to {@code locking}. */
  static PreparedStatement prepare(Connection connection, String sql, List<Locking> locking)
      throws SQLException {
    Matcher found = LOCKING.matcher(sql.strip());
    if (!found.matches()) {
      return connection.prepareStatement(sql);
    }
    PreparedStatement statement =
        connection.prepareStatement(sql, TYPE_SCROLL_INSENSITIVE, CONCUR_READ_ONLY);
    locking.add(new Locking(found.group(1), statement));
    return statement;
  }

  /** Looks at the rows that were locked; says what is wrong with their order. */
  Optional<String> locked(Locking locking) throws SQLException {
    Optional<String> wrong = Optional.empty();
    String table = locking.table;
    ResultSet rows = locking.statement.getResultSet();
    while (rows.next()) {
      String row = TABLES.indexOf(table) + " " + sortable(rows.getString(1));
      if (!held.add(row)) {
        continue; // it is only read again
      }
      if (row.compareTo(held.last()) < 0) {
        wrong = Optional.of("a row of %s is locked too late: %s".formatted(table, held));
      }
    }
    rows.beforeFirst();
    return wrong;
  }

  /** Numbers sort as numbers, other keys as they are written. */
  private static String sortable(String key) {
    return key.chars().allMatch(Character::isDigit) ? "%020d".formatted(Long.parseLong(key)) : key;
  }
}
