package dev.easel.catalog;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a listing asks of several fields together, in the dialect's words: when all conditions are
 * met, the demand counts.
 */
public record Rule(Conditions conditions, Demand demand) {

  /**
   * When a rule counts.
   *
   * @param with fields that are all there
   * @param without fields none of which is there
   * @param when fields that have one of these values, defaults included
   */
  public record Conditions(List<String> with, List<String> without, List<Choice> when) {
    public Conditions {
      with = List.copyOf(with);
      without = List.copyOf(without);
      when = List.copyOf(when);
      if (with.isEmpty() && without.isEmpty() && when.isEmpty()) {
        throw new IllegalArgumentException("a rule has a condition: with, without or when");
      }
    }
  }

  /** A field and some of its values, as they are written. */
  public record Choice(String field, Set<String> words) {
    public Choice {
      words = Collections.unmodifiableSet(new LinkedHashSet<>(words));
    }
  }

  /** What is asked for. */
  public sealed interface Demand {
    /** These fields have to be there. */
    record Needs(List<String> fields) implements Demand {
      public Needs {
        fields = List.copyOf(fields);
      }
    }

    /** None of these fields may be there. */
    record Excludes(List<String> fields) implements Demand {
      public Excludes {
        fields = List.copyOf(fields);
      }
    }

    /** If the field has a value, it is one of these. */
    record Only(Choice choice) implements Demand {}

    /** The field has none of these values. */
    record Never(Choice choice) implements Demand {}
  }
}
