package dev.easel.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Statements that go to the database together: the driver sends those that stand in one text in one
 * round trip, and on the hot paths it is the round trips that cost. They run in the order in which
 * they were added, in the transaction of the connection; each sees what those before it did, and
 * what others had committed when it began.
 */
public final class Pipeline {
  private final List<Part> parts = new ArrayList<>();

  private record Part(String sql, Columns<?> columns, Optional<Answer> answer) {}

  /** What is done with the answer to a statement, on which {@code statement} stands. */
  private interface Answer {
    void take(PreparedStatement statement) throws SQLException;
  }

  /** What is done with a row. */
  interface RowTaker {
    /** Takes the row on which {@code row} stands. */
    void take(ResultSet row) throws SQLException;
  }

  /** Adds a statement whose answer concerns nobody. Left out when there are no rows to send. */
  void write(String sql, Columns<?> columns) {
    add(sql, columns, Optional.empty());
  }

  /** Adds a write; {@code onCount} is told how many rows it touched. Left out as others are. */
  void write(String sql, Columns<?> columns, IntConsumer onCount) {
    add(sql, columns, Optional.of(statement -> onCount.accept(statement.getUpdateCount())));
  }

  /**
   * Adds a statement that answers with rows; {@code onRow} is given each. Left out when there are
   * no rows to send.
   */
  void query(String sql, Columns<?> columns, RowTaker onRow) {
    add(
        sql,
        columns,
        Optional.of(statement -> {
          try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
              onRow.take(rows);
            }
          }
        }));
  }

  private void add(String sql, Columns<?> columns, Optional<Answer> answer) {
    if (!columns.isEmpty()) {
      parts.add(new Part(sql, columns, answer));
    }
  }

  /** Runs what {@code adding} adds. */
  public static void run(Connection tx, Consumer<Pipeline> adding) throws SQLException {
    Pipeline pipeline = new Pipeline();
    adding.accept(pipeline);
    pipeline.run(tx);
  }

  /** Runs what {@code adding} adds, and answers with what it returned, which is known by then. */
  public static <T> T get(Connection tx, Function<Pipeline, T> adding) throws SQLException {
    Pipeline pipeline = new Pipeline();
    T answer = adding.apply(pipeline);
    pipeline.run(tx);
    return answer;
  }

  /** Runs what was added, and forgets it. */
  public void run(Connection tx) throws SQLException {
    if (!parts.isEmpty()) {
      execute(tx, text());
    }
  }

  /**
   * Runs what was added, and commits in the same round trip. When a statement fails, the server
   * passes over what follows it, and so over the COMMIT.
   *
   * @throws IllegalStateException when an answer is waited for: it would come after the COMMIT, too
   *     late to be a reason not to send it. Nothing is sent then
   */
  void commit(Connection tx) throws SQLException {
    if (parts.stream().anyMatch(part -> part.answer.isPresent())) {
      throw new IllegalStateException("answered only after the COMMIT: " + text());
    }
    if (parts.isEmpty()) {
      tx.commit();
    } else {
      execute(tx, text() + ";\nCOMMIT");
    }
  }

  private String text() {
    return String.join(";\n", parts.stream().map(Part::sql).toList());
  }

  private void execute(Connection tx, String sql) throws SQLException {
    try (PreparedStatement statement = tx.prepareStatement(sql)) {
      int index = 1;
      for (Part part : parts) {
        index = part.columns.bind(tx, statement, index);
      }
      statement.execute();
      for (Part part : parts) {
        if (part.answer.isPresent()) {
          part.answer.get().take(statement);
        }
        statement.getMoreResults();
      }
    }
    parts.clear();
  }
}
