package dev.easel.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Rows for people and for scripts. */
final class Table {
  private Table() {}

  /** Aligned columns under a heading; numbers to the right. */
  static String text(List<String> columns, List<List<Object>> rows) {
    int[] widths =
        IntStream.range(0, columns.size())
            .map(i ->
                Math.max(
                    columns.get(i).length(),
                    rows.stream().mapToInt(row -> row.get(i).toString().length()).max().orElse(0)))
            .toArray();
    StringBuilder text = new StringBuilder();
    line(
        text,
        columns.stream()
            .<Object>map(column -> column.toUpperCase(Locale.ROOT).replace('_', ' '))
            .toList(),
        widths);
    rows.forEach(row -> line(text, row, widths));
    return text.toString();
  }

  private static void line(StringBuilder text, List<Object> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i).toString();
      String space = " ".repeat(widths[i] - cell.length());
      line.append(cells.get(i) instanceof Number ? space + cell : cell + space).append("  ");
    }
    text.append(line.toString().stripTrailing()).append(System.lineSeparator());
  }

  /** An object for each row. */
  static List<Map<String, Object>> objects(List<String> columns, List<List<Object>> rows) {
    return rows.stream()
        .map(row -> {
          Map<String, Object> object = new LinkedHashMap<>();
          for (int i = 0; i < columns.size(); i++) {
            object.put(columns.get(i), row.get(i));
          }
          return object;
        })
        .toList();
  }
}
