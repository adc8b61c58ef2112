package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many rows in one statement. */
@ExtendWith(Invariants.class)
class ColumnsTest {
  private record Row(@Nullable UUID id, @Nullable String text, int number) {}

  @Test
  void columnsAndValuesBindInTheirOrder(Database database) throws SQLException {
    List<Row> rows =
        List.of(new Row(new UUID(1, 2), "{\"quoted\", \\slash, NULL}", 1), new Row(null, null, 2));
    try (Connection tx = database.connection()) {
      List<String> read =
          Columns.of(rows)
              .value("first")
              .add("uuid", Row::id)
              .add("text", Row::text)
              .value(3)
              .add("int", Row::number)
              .query(
                  tx,
                  """
                  select concat_ws('|', ?, a.id, coalesce(a.text, 'nothing'), a.n)
                  from unnest(?, ?) with ordinality as a (id, text, n)
                  where a.n < ? and a.n = any (?) order by a.n
                  """,
                  row -> row.getString(1));
      assertThat(read)
          .containsExactly(
              "first|00000000-0000-0001-0000-000000000002|{\"quoted\", \\slash, NULL}|1",
              "first|nothing|2");
    }
  }

  @Test
  void withoutRowsNothingIsAsked(Database database) throws SQLException {
    try (Connection tx = database.connection()) {
      Columns<Row> none = Columns.<Row>of(List.of()).add("int", Row::number);
      Pipeline.run(tx, writes -> none.into(writes, "this is not SQL"));
      assertThat(none.query(tx, "nor this", row -> row.getString(1))).isEmpty();
    }
  }

  @Test
  void aPipelineRunsItsWritesInOrderAndTellsEachItsCount(Database database) throws SQLException {
    List<Integer> counts = new ArrayList<>();
    try (Connection tx = database.connection()) {
      tx.createStatement().execute("create temp table noted (n int)");
      Pipeline writes = new Pipeline();
      Columns.of(List.of(1, 2, 3))
          .add("int", n -> n)
          .into(writes, "insert into noted select unnest(?)", counts::add);
      Columns.of(List.of(9))
          .value(1)
          .add("int", n -> n)
          .into(writes, "update noted set n = n + ? from unnest(?) as x where n < x", counts::add);
      Columns.<Integer>of(List.of())
          .add("int", n -> n)
          .into(writes, "this is not SQL", counts::add);
      Columns.of(List.of(4))
          .add("int", n -> n)
          .into(writes, "delete from noted using unnest(?) as x where n = x", counts::add);
      writes.run(tx);
      writes.run(tx); // nothing is left to run
      assertThat(counts).containsExactly(3, 3, 1);
    }
  }
}
