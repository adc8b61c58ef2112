package dev.easel.sim;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

  private static final Map<String, Optional<String>> LOCKED_TABLES = new ConcurrentHashMap<>();

  private final TreeSet<String> held = new TreeSet<>();

  /** Rows of a table that a statement has locked; their first column is their key. */
  record Locked(String table, ResultSet rows) {}

  /** What the statement {@code sql} has locked, if it does that; {@code rows} are its answer. */
  static Optional<Locked> locked(String sql, @Nullable ResultSet rows) {
    return LOCKED_TABLES
        .computeIfAbsent(sql, LockOrder::lockedTable)
        .map(table -> new Locked(table, Objects.requireNonNull(rows, sql)));
  }

  private static Optional<String> lockedTable(String sql) {
    Matcher found = LOCKING.matcher(sql.strip());
    return found.matches() ? Optional.of(found.group(1)) : Optional.empty();
  }

  /** Looks at the rows that were locked; says what is wrong with their order. */
  Optional<String> check(Locked locked) throws SQLException {
    Optional<String> wrong = Optional.empty();
    String table = locked.table;
    ResultSet rows = locked.rows;
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
