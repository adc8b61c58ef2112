package dev.easel.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Many rows as a few array parameters, for statements of the form {@code … from unnest(?, ?, …)}:
 * one round trip and one plan, however many rows. Columns bind to the statement's placeholders in
 * the order in which they were added; single values may stand between them.
 */
public final class Columns<T> {
  private final Collection<T> rows;
  private final List<Binding> bindings = new ArrayList<>();

  private Columns(Collection<T> rows) {
    this.rows = rows;
  }

  /** Starts from {@code rows}. */
  public static <T> Columns<T> of(Collection<T> rows) {
    return new Columns<>(rows);
  }

  /** Adds a column of the PostgreSQL type {@code type} (such as {@code uuid} or {@code bigint}). */
  public Columns<T> add(String type, Function<T, @Nullable Object> value) {
    @Nullable Object[] column = new Object[rows.size()];
    int i = 0;
    for (T row : rows) {
      column[i++] = value.apply(row);
    }
    bindings.add((tx, statement, index) -> {
      Array array = tx.createArrayOf(type, column);
      statement.setArray(index, array);
    });
    return this;
  }

  /** Adds a single value. */
  public Columns<T> value(Object value) {
    bindings.add((tx, statement, index) -> statement.setObject(index, value));
    return this;
  }

  /** Has a statement run by {@code pipeline} whose answer concerns nobody. */
  public void into(Pipeline pipeline, String sql) {
    pipeline.write(sql, this);
  }

  /** Has a write run by {@code pipeline}; {@code onCount} is told how many rows it touched. */
  public void into(Pipeline pipeline, String sql, IntConsumer onCount) {
    pipeline.write(sql, this, onCount);
  }

  /**
   * Has a statement that answers with rows run by {@code pipeline}; {@code onRow} is given each.
   */
  public <R> void query(Pipeline pipeline, String sql, RowReader<R> reader, Consumer<R> onRow) {
    pipeline.query(sql, this, row -> onRow.accept(reader.read(row)));
  }

  /** Runs a statement that answers with rows. Answers with none when there are no rows to send. */
  public <R> List<R> query(Connection tx, String sql, RowReader<R> reader) throws SQLException {
    List<R> answers = new ArrayList<>();
    Pipeline alone = new Pipeline();
    query(alone, sql, reader, answers::add);
    alone.run(tx);
    return answers;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Binds to the placeholders from {@code first} on; returns the one after the last. */
  int bind(Connection tx, PreparedStatement statement, int first) throws SQLException {
    int index = first;
    for (Binding binding : bindings) {
      binding.set(tx, statement, index++);
    }
    return index;
  }

  /** Turns the current row into a value. */
  public interface RowReader<R> {
    /** Reads the row on which {@code row} stands. */
    R read(ResultSet row) throws SQLException;
  }

  private interface Binding {
    void set(Connection tx, PreparedStatement statement, int index) throws SQLException;
  }
}
