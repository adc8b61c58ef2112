package dev.easel.catalog;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A listing's field for whoever fills it in: JSON Schema in the dialect's own words. Forms, the
 * tools of assistants and lists of models are drawn from it.
 *
 * @param definition what it may be in the model's terms; see {@link FieldDefinition}
 */
record FieldSchema(Field field, ObjectNode definition) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What the field may be, as it is written; {@code preset} is what it is when it is not there. */
  ObjectNode with(Optional<JsonNode> preset) {
    ObjectNode schema = JSON.objectNode();
    if (field.values().isEmpty()) {
      schema.setAll((ObjectNode) SizeRule.without(definition).deepCopy());
    } else {
      boolean isNumber =
          definition.path("type").asString("").equals("integer")
              && field.values().keySet().stream()
                  .allMatch(word -> Entry.WHOLE.matcher(word).matches());
      ArrayNode allowed = schema.put("type", isNumber ? "integer" : "string").putArray("enum");
      field.values().keySet().forEach(word -> allowed.add(literal(word, isNumber)));
      definition.optional("description").ifPresent(text -> schema.set("description", text));
    }
    preset.ifPresent(value -> schema.set("default", value));
    return field
        .meaning()
        .flatMap(Field.Meaning::open)
        .map(open -> orOpen(schema, open))
        .orElse(schema);
  }

  private static ObjectNode orOpen(ObjectNode schema, String open) {
    ObjectNode either = JSON.objectNode();
    JsonNode text = schema.remove("description");
    if (text != null) {
      either.set("description", text);
    }
    boolean isNumber = Entry.WHOLE.matcher(open).matches();
    ArrayNode ways = either.putArray("anyOf").add(schema);
    ways.addObject().set("const", literal(open, isNumber));
    return either;
  }

  private static JsonNode literal(String word, boolean isNumber) {
    return isNumber ? JSON.numberNode(Long.parseLong(word)) : JSON.stringNode(word);
  }

  /** The word of the field that stands for a value of its parameter, if there is one. */
  Optional<JsonNode> written(JsonNode value) {
    return field.values().isEmpty()
        ? Optional.of(value)
        : field.values().entrySet().stream()
            .filter(word -> word.getValue().equals(value))
            .<JsonNode>map(word ->
                literal(
                    word.getKey(),
                    value.isIntegralNumber() && Entry.WHOLE.matcher(word.getKey()).matches()))
            .findFirst();
  }
}
