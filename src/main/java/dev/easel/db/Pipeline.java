package dev.easel.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Writes that go to the database together: the driver sends statements that stand in one text in
 * one round trip, and on the hot paths it is the round trips that cost. They run in the order in
 * which they were added, in the transaction of the connection.
 */
public final class Pipeline {
  private final List<Write> writes = new ArrayList<>();

  private record Write(String sql, Columns<?> columns, IntConsumer onCount) {}

  /**
   * Adds a write; {@code onCount} is told how many rows it touched. Left out when there are no rows
   * to send.
   */
  void add(String sql, Columns<?> columns, IntConsumer onCount) {
    if (!columns.isEmpty()) {
      writes.add(new Write(sql, columns, onCount));
    }
  }

  /** Runs the writes that {@code adding} adds. */
  public static void run(Connection tx, Consumer<Pipeline> adding) throws SQLException {
    Pipeline pipeline = new Pipeline();
    adding.accept(pipeline);
    pipeline.run(tx);
  }

  /** Runs what was added, and forgets it. */
  public void run(Connection tx) throws SQLException {
    if (writes.isEmpty()) {
      return;
    }
    String sql = String.join(";\n", writes.stream().map(Write::sql).toList());
    try (PreparedStatement statement = tx.prepareStatement(sql)) {
      int index = 1;
      for (Write write : writes) {
        index = write.columns.bind(tx, statement, index);
      }
      statement.execute();
      for (Write write : writes) {
        write.onCount.accept(statement.getUpdateCount());
        statement.getMoreResults();
      }
    }
    writes.clear();
  }
}
