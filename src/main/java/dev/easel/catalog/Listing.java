package dev.easel.catalog;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A model as one dialect sells it.
 *
 * @param dialect who sells it, a lower-case word: {@code omni}
 * @param id the public id in that dialect
 * @param aliases other ids that mean the same
 * @param model id of the model
 * @param request what may be asked
 * @param price what a request costs
 * @param state whether it can be asked for
 */
public record Listing(
    String dialect,
    String id,
    List<String> aliases,
    String model,
    Request request,
    Price price,
    Availability state) {
  public Listing {
    if (!dialect.matches("[a-z]+")) {
      throw new IllegalArgumentException("a dialect is a lower-case word, not " + dialect);
    }
    Ids.check(id);
    aliases.forEach(Ids::check);
    aliases = List.copyOf(aliases);
  }

  /**
   * What may be asked.
   *
   * @param fields the dialect's fields that are accepted; all others are ignored. The prompt comes
   *     first, then the order given. Of several that mean one parameter the first that is there
   *     counts; a list takes what all of them say
   * @param rules what is asked of several fields together
   */
  public record Request(List<Field> fields, List<Rule> rules) {
    public Request {
      fields =
          fields.stream().sorted(Comparator.comparing(field -> !field.means("prompt"))).toList();
      rules = List.copyOf(rules);
      Set<String> names = new HashSet<>();
      for (Field field : fields) {
        if (!names.add(field.name())) {
          throw new IllegalArgumentException("field " + field.name() + " is there twice");
        }
      }
    }
  }

  /** The fields that are accepted, in the order in which problems are told. */
  public List<Field> fields() {
    return request.fields();
  }

  /** The field of this name, if it is accepted. */
  public Optional<Field> field(String name) {
    return fields().stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /** The same in another state. */
  public Listing in(Availability other) {
    return new Listing(dialect, id, aliases, model, request, price, other);
  }
}
