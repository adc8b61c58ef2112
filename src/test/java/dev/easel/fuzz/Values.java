package dev.easel.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes values that a schema of the document allows. */
final class Values {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final JsonNode document;
  private final String url;
  private final Known known;

  /** Their addresses are often of files that {@code known} has, on the server at {@code url}. */
  Values(JsonNode document, String url, Known known) {
    this.document = document;
    this.url = url;
    this.known = known;
  }

  /** A value of {@code schema}. */
  JsonNode of(JsonNode schema, Dice dice) {
    JsonNode whole = chosen(followed(schema), dice);
    Optional<JsonNode> listed = listed(whole, dice);
    if (listed.isPresent()) {
      return listed.get().deepCopy();
    }
    JsonNode types = whole.path("type");
    String type =
        types.isArray()
            ? types.get(dice.below(types.size())).stringValue()
            : types.asString(whole.has("properties") ? "object" : "string");
    return switch (type) {
      case "object" -> object(whole, dice);
      case "array" -> array(whole, dice);
      case "integer", "number" -> JSON.numberNode(integer(whole, dice));
      case "boolean" -> JSON.booleanNode(dice.happens(50));
      case "null" -> JSON.nullNode();
      default -> JSON.stringNode(text(whole, dice));
    };
  }

  JsonNode followed(JsonNode schema) {
    if (!schema.has("$ref")) {
      return schema;
    }
    ObjectNode all = ((ObjectNode) schema).deepCopy();
    JsonNode target = followed(document.at(schema.path("$ref").asString().substring(1)));
    all.remove("$ref");
    target.forEachEntry((name, value) -> {
      if (!all.has(name)) {
        all.set(name, value);
      }
    });
    return all;
  }

  /** The schema with one of its alternatives in it. */
  private JsonNode chosen(JsonNode schema, Dice dice) {
    JsonNode alternatives = schema.has("anyOf") ? schema.path("anyOf") : schema.path("oneOf");
    if (alternatives.isEmpty()) {
      return schema;
    }
    ObjectNode all = ((ObjectNode) schema).deepCopy();
    all.remove(List.of("anyOf", "oneOf"));
    JsonNode one = chosen(followed(alternatives.get(dice.below(alternatives.size()))), dice);
    one.forEachEntry((name, value) -> {
      switch (name) {
        case "properties" ->
            all.withObjectProperty("properties").setAll((ObjectNode) value.deepCopy());
        case "required" -> {
          ArrayNode required = all.withArrayProperty("required");
          value.forEach(required::add);
        }
        default -> all.set(name, value);
      }
    });
    return all;
  }

  private static Optional<JsonNode> listed(JsonNode schema, Dice dice) {
    if (schema.has("const")) {
      return Optional.of(schema.path("const"));
    }
    JsonNode values = schema.has("enum") ? schema.path("enum") : schema.path("examples");
    if (!values.isEmpty() && (schema.has("enum") || dice.happens(90))) {
      return Optional.of(values.get(dice.below(values.size())));
    }
    return schema.has("default") && dice.happens(30)
        ? Optional.of(schema.path("default"))
        : Optional.empty();
  }

  private ObjectNode object(JsonNode schema, Dice dice) {
    ObjectNode object = JSON.objectNode();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asString()));
    schema
        .path("properties")
        .forEachEntry((name, property) -> {
          if (required.contains(name) || dice.happens(25)) {
            object.set(name, of(property, dice));
          }
        });
    return object;
  }

  private ArrayNode array(JsonNode schema, Dice dice) {
    ArrayNode array = JSON.arrayNode();
    int least = schema.path("minItems").asInt(0);
    int most = Math.min(schema.path("maxItems").asInt(3), least + 3);
    int size = least + dice.below(most - least + 1);
    JsonNode items = schema.has("items") ? schema.path("items") : address();
    for (int i = 0; i < size; i++) {
      array.add(of(items, dice));
    }
    return array;
  }

  private static ObjectNode address() {
    return JSON.objectNode().put("type", "string").put("format", "uri");
  }

  private static long integer(JsonNode schema, Dice dice) {
    long least = schema.path("minimum").asLong(0);
    long most = Math.min(schema.path("maximum").asLong(100), least + 1_000);
    return switch (dice.below(4)) {
      case 0 -> least;
      case 1 -> most;
      default -> least + dice.below((int) (most - least + 1));
    };
  }

  private String text(JsonNode schema, Dice dice) {
    boolean isAddress = schema.path("format").asString("").equals("uri");
    if (isAddress || schema.path("description").asString("").contains("picture")) {
      return switch (dice.below(4)) {
        case 0 -> "https://example.com/" + dice.below(100) + ".png";
        case 1 -> isAddress ? url + "/files/" + known.file(dice) : Form.PIXEL;
        default -> url + "/files/" + known.file(dice);
      };
    }
    int least = schema.path("minLength").asInt(0);
    String text = dice.pick("a red kite", "水墨山水", "Zen garden 🌸 at dawn", "a \"b\" \\ c\nd");
    return text.length() < least ? text.repeat(least) : text;
  }
}
