package dev.easel.catalog;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A model as one dialect sells it.
 *
 * @param dialect who sells it, a lower-case word: {@code omni}
 * @param id the public id in that dialect
 * @param aliases other ids that mean the same
 * @param model id of the model
 * @param fields which of the dialect's fields are accepted, and what they mean; all others are
 *     ignored. The prompt comes first, then the order given
 * @param price what a request costs
 * @param state whether it can be asked for
 */
public record Listing(
    String dialect,
    String id,
    List<String> aliases,
    String model,
    List<Field> fields,
    Price price,
    Availability state) {
  public Listing {
    if (!dialect.matches("[a-z]+")) {
      throw new IllegalArgumentException("a dialect is a lower-case word, not " + dialect);
    }
    Ids.check(id);
    aliases.forEach(Ids::check);
    aliases = List.copyOf(aliases);
    fields =
        fields.stream()
            .sorted(Comparator.comparing(field -> !field.parameter().equals("prompt")))
            .toList();
    Set<String> taken = new HashSet<>();
    for (Field field : fields) {
      if (!taken.add(field.parameter())) {
        throw new IllegalArgumentException("two fields mean " + field.parameter());
      }
    }
  }

  /**
   * A field that the dialect accepts.
   *
   * @param name what the dialect calls it
   * @param parameter what Easel calls it
   */
  public record Field(String name, String parameter) {
    public Field {
      if (name.isBlank() || parameter.isBlank()) {
        throw new IllegalArgumentException("a field has a name and a parameter");
      }
    }
  }
}
