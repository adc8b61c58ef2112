package dev.easel.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A field of a request that a listing accepts.
 *
 * @param name what the dialect calls it
 * @param meaning what it sets; empty for what only the dialect reads: it is checked, no more
 * @param values the only values that it may have, as they are written, each with the parameter's
 *     value that it stands for; empty for all that the parameter and {@code bounds} allow
 * @param bounds keywords of JSON Schema that narrow the parameter's own: {@code maxItems}, …; and
 *     {@code maxBytes} of the files that addresses lead to
 * @param presence whether it has to be there, and what happens when it is not
 */
public record Field(
    String name,
    Optional<Meaning> meaning,
    Map<String, JsonNode> values,
    ObjectNode bounds,
    Presence presence) {
  /** No keyword of JSON Schema: how large a file may be that is at an address. */
  static final String MAX_BYTES = "maxBytes";

  /** What can stand in {@code bounds}, in the order in which it is read. */
  static final List<String> BOUNDS =
      List.of(
          "minLength",
          "maxLength",
          "minimum",
          "maximum",
          "minItems",
          "maxItems",
          "pattern",
          "examples",
          MAX_BYTES);

  public Field {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a field has a name");
    }
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    bounds = bounds.deepCopy();
    if (!values.isEmpty() && !bounds.isEmpty()) {
      throw new IllegalArgumentException("a field has values or bounds, not both");
    }
    if (presence.required() && presence.preset().isPresent()) {
      throw new IllegalArgumentException("a field that is required has no default");
    }
  }

  /**
   * What a field sets.
   *
   * @param parameter what Easel calls it
   * @param item whether the field is one item of a list: {@code image_url} beside {@code
   *     image_urls}
   * @param open the value, as it is written, that leaves the parameter to the model: {@code -1} for
   *     a duration
   */
  public record Meaning(String parameter, boolean item, Optional<String> open) {
    private static final String ITEM = "[]";

    public Meaning {
      if (parameter.isBlank()) {
        throw new IllegalArgumentException("a field means a parameter");
      }
    }

    /** From what {@link #written} writes. */
    static Meaning of(String text, Optional<String> open) {
      boolean item = text.endsWith(ITEM);
      return new Meaning(
          item ? text.substring(0, text.length() - ITEM.length()) : text, item, open);
    }

    /** The parameter, and whether it is one item of it: {@code images[]}. */
    String written() {
      return item ? parameter + ITEM : parameter;
    }
  }

  /**
   * Whether a field has to be there, and how.
   *
   * @param required whether a request without it is refused
   * @param preset what it is when it is not there, in the dialect's words; it goes before the
   *     model's own default
   * @param quoted whether a number, or true and false, may come as text
   */
  public record Presence(boolean required, Optional<JsonNode> preset, boolean quoted) {
    /** As the model says. */
    static final Presence USUAL = new Presence(false, Optional.empty(), false);
  }

  /** A copy: changing it changes nothing here. */
  @Override
  public ObjectNode bounds() {
    return bounds.deepCopy();
  }

  /** The parameter that it sets, if any. */
  public Optional<String> parameter() {
    return meaning.map(Meaning::parameter);
  }

  boolean means(String parameter) {
    return meaning.isPresent() && meaning.get().parameter().equals(parameter);
  }
}
