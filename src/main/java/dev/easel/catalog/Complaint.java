package dev.easel.catalog;

import com.networknt.schema.Error;
import dev.easel.catalog.Parsed.Cause;
import dev.easel.catalog.Parsed.Invalid;
import dev.easel.wording.Phrase;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Puts what is wrong with a parameter into words for the developer who sent it. */
final class Complaint {
  private Complaint() {}

  /** A required parameter is not there. */
  static Invalid missing(String field, JsonNode definition) {
    return new Invalid(
        field,
        Cause.MISSING,
        switch (definition.path("type").asString()) {
          case "string" -> Phrase.of("required, must not be blank");
          case "array" -> Phrase.of("required, must not be empty");
          default -> Phrase.of("required");
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
        cause(error),
        why(inItem ? definition.path("items") : definition, error));
  }

  /** A value breaks a rule that is no part of its schema. */
  static Invalid unfit(String field, Phrase why) {
    return new Invalid(field, Cause.WRONG_VALUE, why);
  }

  /** A value is none of those that are {@code allowed}. */
  static Invalid unsupported(String field, JsonNode value, String allowed) {
    Object what = value.isValueNode() ? written(value) : kind(value);
    return new Invalid(
        field, Cause.WRONG_VALUE, Phrase.of("%s is not supported; allowed: %s", what, allowed));
  }

  private static Cause cause(Error error) {
    return switch (error.getKeyword()) {
      case "type" -> Cause.WRONG_TYPE;
      case "maxLength" -> Cause.TOO_LONG;
      case "maxItems" -> Cause.TOO_MANY;
      default -> Cause.WRONG_VALUE;
    };
  }

  private static Phrase why(JsonNode definition, Error error) {
    JsonNode value = error.getInstanceNode();
    JsonNode limit = error.getSchemaNode();
    return switch (error.getKeyword()) {
      case "type", "minimum", "maximum" -> mustBe(definition, value);
      case "enum" -> Phrase.of("%s is not supported; allowed: %s", written(value), list(limit));
      case "pattern" ->
          Phrase.of(
              "%s is not supported; examples: %s",
              written(value), list(definition.path("examples")));
      // Only the service that gave it away knows what an asset:// address names.
      case "format" ->
          Phrase.of(
              value.asString().startsWith("asset://")
                  ? "%s cannot be resolved here; upload the file, or give its http(s) URL"
                  : "%s is not an http(s) URL",
              written(value));
      case "minLength" -> tooFew(characters(value), limit);
      case "maxLength" -> tooMany(characters(value), limit);
      case "minItems" -> tooFew(items(value), limit);
      case "maxItems" -> tooMany(items(value), limit);
      default -> throw new IllegalStateException("no words for the keyword " + error.getKeyword());
    };
  }

  private static Phrase tooFew(Phrase count, JsonNode least) {
    return Phrase.of("%s, at least %s are needed", count, least.asString());
  }

  private static Phrase tooMany(Phrase count, JsonNode most) {
    return Phrase.of("%s, at most %s are allowed", count, most.asString());
  }

  private static Phrase characters(JsonNode text) {
    int count = text.stringValue().codePointCount(0, text.stringValue().length());
    return count == 1 ? Phrase.of("1 character") : Phrase.of("%d characters", count);
  }

  private static Phrase items(JsonNode array) {
    return array.size() == 1 ? Phrase.of("1 item") : Phrase.of("%d items", array.size());
  }

  private static Phrase mustBe(JsonNode definition, JsonNode value) {
    return switch (definition.path("type").asString()) {
      case "integer" ->
          Phrase.of(
              "must be a whole number from %s to %s",
              definition.path("minimum").asString(), definition.path("maximum").asString());
      case "boolean" -> Phrase.of("must be true or false, not %s", kind(value));
      case "array" -> Phrase.of("must be an array, not %s", kind(value));
      default -> Phrase.of("must be a string, not %s", kind(value));
    };
  }

  private static Phrase kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> Phrase.of("a string");
      case NUMBER -> Phrase.of("a number");
      case BOOLEAN -> Phrase.of("a boolean");
      case ARRAY -> Phrase.of("an array");
      case OBJECT -> Phrase.of("an object");
      default -> Phrase.of("null");
    };
  }

  private static String written(JsonNode value) {
    return Texts.quoted(value.asString());
  }

  private static String list(JsonNode values) {
    return values.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
  }
}
