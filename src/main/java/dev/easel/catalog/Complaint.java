package dev.easel.catalog;

import com.networknt.schema.Error;
import dev.easel.catalog.Parsed.Invalid;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Puts what is wrong with a parameter into words for the developer who sent it. */
final class Complaint {
  private Complaint() {}

  /** A required parameter is not there. */
  static Invalid missing(String field, JsonNode definition) {
    return new Invalid(
        field,
        switch (definition.path("type").asString()) {
          case "string" -> "required, must not be blank";
          case "array" -> "required, must not be empty";
          default -> "required";
        });
  }

  /**
   * A parameter, or an item of it, breaks its schema.
   *
   * @param field the dialect's name of the parameter
   * @param definition the parameter's schema
   */
  static Invalid of(String field, JsonNode definition, Error error) {
    boolean inItem = error.getInstanceLocation().getNameCount() > 0;
    return new Invalid(
        inItem ? field + "[" + error.getInstanceLocation().getElement(0) + "]" : field,
        why(inItem ? definition.path("items") : definition, error));
  }

  private static String why(JsonNode definition, Error error) {
    JsonNode value = error.getInstanceNode();
    JsonNode limit = error.getSchemaNode();
    return switch (error.getKeyword()) {
      case "type", "minimum", "maximum" -> mustBe(definition, value);
      case "enum" -> written(value) + " is not supported; allowed: " + list(limit);
      case "pattern" ->
          written(value) + " is not supported; examples: " + list(definition.path("examples"));
      case "format" -> written(value) + " is not an http(s) URL";
      case "minLength" -> tooFew(characters(value), "character", limit);
      case "maxLength" -> tooMany(characters(value), "character", limit);
      case "minItems" -> tooFew(value.size(), "item", limit);
      case "maxItems" -> tooMany(value.size(), "item", limit);
      default -> throw new IllegalStateException("no words for the keyword " + error.getKeyword());
    };
  }

  private static String tooFew(int count, String what, JsonNode least) {
    return counted(count, what) + ", at least " + least.asString() + " are needed";
  }

  private static String tooMany(int count, String what, JsonNode most) {
    return counted(count, what) + ", at most " + most.asString() + " are allowed";
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String mustBe(JsonNode definition, JsonNode value) {
    return switch (definition.path("type").asString()) {
      case "integer" ->
          "must be a whole number from %s to %s"
              .formatted(
                  definition.path("minimum").asString(), definition.path("maximum").asString());
      case "boolean" -> "must be true or false, not " + kind(value);
      case "array" -> "must be an array, not " + kind(value);
      default -> "must be a string, not " + kind(value);
    };
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      default -> "null";
    };
  }

  private static String written(JsonNode value) {
    return Texts.quoted(value.asString());
  }

  private static int characters(JsonNode text) {
    return text.stringValue().codePointCount(0, text.stringValue().length());
  }

  private static String list(JsonNode values) {
    return values.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
  }
}
