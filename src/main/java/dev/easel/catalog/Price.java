package dev.easel.catalog;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a listing costs: rows that are tried from the top; the first one whose conditions the
 * request meets is the price.
 */
public record Price(List<Row> rows) {
  /** So large that only a slip of the pen exceeds it; keeps every product within a long. */
  private static final long MOST_CREDITS = 1_000_000_000;

  public Price {
    rows = List.copyOf(rows);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a price has at least one row");
    }
  }

  /** The price of a request; empty when no row matches, and then the request is to be refused. */
  public Optional<Quote> quote(Parameters parameters) {
    for (Row row : rows) {
      if (row.matches(parameters)) {
        return row.quote(parameters);
      }
    }
    return Optional.empty();
  }

  /**
   * One row of a price table.
   *
   * @param when parameter to the values it may have, written as text; empty matches everything
   * @param credits how many, from 1
   * @param per for what
   */
  public record Row(Map<String, Set<String>> when, long credits, Per per) {
    public Row {
      if (credits < 1 || credits > MOST_CREDITS) {
        throw new IllegalArgumentException("credits must be from 1 to " + MOST_CREDITS);
      }
      when =
          when.entrySet().stream()
              .collect(
                  Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> Set.copyOf(e.getValue())));
    }

    private boolean matches(Parameters parameters) {
      return when.entrySet().stream()
          .allMatch(condition ->
              parameters
                  .written(condition.getKey())
                  .filter(condition.getValue()::contains)
                  .isPresent());
    }

    private Optional<Quote> quote(Parameters parameters) {
      OptionalLong units = per.units(parameters);
      return units.isPresent() && units.getAsLong() > 0
          ? Optional.of(new Quote(Math.multiplyExact(credits, units.getAsLong())))
          : Optional.empty();
    }
  }

  /** What is counted. */
  public enum Per {
    /** The request as a whole. */
    TASK,
    /** Each picture or film asked for. */
    OUTPUT,
    /** Each second of each film asked for. */
    SECOND;

    /** The unit as the catalogue writes it. */
    public String word() {
      return switch (this) {
        case TASK -> "task";
        case OUTPUT -> "output";
        case SECOND -> "second";
      };
    }

    /**
     * The unit that {@link #word()} names.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Per of(String word) {
      return Arrays.stream(values())
          .filter(per -> per.word().equals(word))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException("no unit " + word + "; there are task, output, second"));
    }

    private OptionalLong units(Parameters parameters) {
      return switch (this) {
        case TASK -> OptionalLong.of(1);
        case OUTPUT -> OptionalLong.of(parameters.n());
        case SECOND ->
            parameters.duration().isPresent()
                ? OptionalLong.of((long) parameters.duration().getAsInt() * parameters.n())
                : OptionalLong.empty();
      };
    }
  }
}
