package dev.easel.catalog;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a listing's field may be, as JSON Schema: what the model says of the parameter that it
 * means, narrowed by what the listing says. It never allows more than the model.
 */
final class FieldDefinition {
  /** A keyword to the one that it must not fall below, or exceed. */
  private static final List<String> LOWER = List.of("minLength", "minimum", "minItems");

  private static final List<String> UPPER = List.of("maxLength", "maximum", "maxItems");

  private FieldDefinition() {}

  /**
   * The definition of a field.
   *
   * @throws IllegalArgumentException when the field does not fit the model
   */
  static ObjectNode of(Field field, ParameterSchema model) {
    if (field.meaning().isEmpty()) {
      return unattached(field);
    }
    Field.Meaning meaning = field.meaning().get();
    JsonNode own = model.definition(meaning.parameter());
    if (meaning.item() && !own.path("type").asString().equals("array")) {
      throw new IllegalArgumentException(
          "means an item of %s, which is no list".formatted(meaning.parameter()));
    }
    ObjectNode narrowed = (ObjectNode) (meaning.item() ? own.path("items") : own).deepCopy();
    narrowed.remove("default");
    ObjectNode bounds = field.bounds();
    if (bounds.remove(Field.MAX_BYTES) != null && !isOfLinks(narrowed)) {
      throw new IllegalArgumentException(Field.MAX_BYTES + " is for addresses of files");
    }
    for (Map.Entry<String, JsonNode> bound : bounds.properties()) {
      narrow(narrowed, bound.getKey(), bound.getValue());
    }
    return narrowed;
  }

  private static void narrow(ObjectNode definition, String keyword, JsonNode bound) {
    JsonNode own = definition.path(keyword);
    if (own.isNumber()
        && ((LOWER.contains(keyword) && bound.asLong() < own.asLong())
            || (UPPER.contains(keyword) && bound.asLong() > own.asLong()))) {
      throw new IllegalArgumentException(
          "%s %s is beyond the model's %s".formatted(keyword, bound.asString(), own.asString()));
    }
    definition.set(keyword, bound);
  }

  /** Of a field that only the dialect reads. */
  private static ObjectNode unattached(Field field) {
    ObjectNode definition = field.bounds();
    if (definition.has("minimum") && definition.has("maximum")) {
      return definition.put("type", "integer");
    }
    if (field.values().isEmpty() && !definition.has("maxLength")) {
      throw new IllegalArgumentException(
          "a field that means no parameter has values, maxLength, or minimum and maximum");
    }
    return definition.put("type", "string");
  }

  /** Whether what is defined is an address, or a list of them. */
  private static boolean isOfLinks(JsonNode definition) {
    return isLink(definition) || isLink(definition.path("items"));
  }

  /** Whether what is defined is an address. */
  static boolean isLink(JsonNode definition) {
    return definition.path("format").asString("").equals("uri");
  }
}
