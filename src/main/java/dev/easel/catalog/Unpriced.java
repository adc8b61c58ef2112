package dev.easel.catalog;

import dev.easel.catalog.Parsed.Cause;
import dev.easel.catalog.Parsed.Invalid;
import dev.easel.wording.Phrase;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells the sender of a request that has no price what to change. It is found by trying: each field
 * with each of its values, all others as they were, so that prices, rules and what follows from a
 * size are all heeded. That takes some hundred readings, for a request that the catalogue's author
 * has not thought of.
 */
final class Unpriced {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Of a range of numbers; nobody wants to read more. */
  private static final int MOST_NUMBERS = 100;

  private final Catalog catalog;
  private final Listing listing;
  private final ObjectNode body;

  private Unpriced(Catalog catalog, Listing listing, ObjectNode body) {
    this.catalog = catalog;
    this.listing = listing;
    this.body = body;
  }

  /**
   * What is wrong with {@code body}, which is a valid request of {@code listing} without a price.
   */
  static Invalid problem(Catalog catalog, Listing listing, ObjectNode body) {
    return new Unpriced(catalog, listing, body).problem();
  }

  private Invalid problem() {
    JsonNode fields = catalog.schema(listing).path("properties");
    return fields
        .propertyStream()
        // What was said is sooner to be changed than what was not.
        .sorted(Comparator.comparing(field -> !body.hasNonNull(field.getKey())))
        .flatMap(field -> {
          List<String> allowed =
              values(field.getValue())
                  .filter(value -> isPricedWith(field.getKey(), value))
                  .map(JsonNode::asString)
                  .toList();
          return allowed.isEmpty()
              ? Stream.empty()
              : Stream.of(problem(field.getKey(), String.join(", ", allowed)));
        })
        .findFirst()
        .orElseGet(this::noSingleOne);
  }

  private Invalid problem(String field, String allowed) {
    JsonNode value = body.path(field);
    return new Invalid(
        field,
        value.isValueNode() && !value.isNull() ? Cause.WRONG_VALUE : Cause.MISSING,
        value.isValueNode() && !value.isNull()
            ? Phrase.of(
                "%s has no price together with the other fields; allowed: %s",
                Texts.quoted(value.asString()), allowed)
            : Phrase.of("required: the other fields alone have no price; allowed: %s", allowed));
  }

  private static Stream<JsonNode> values(JsonNode field) {
    if (field.has("anyOf")) {
      return field.path("anyOf").valueStream().flatMap(Unpriced::values);
    }
    if (field.has("const")) {
      return Stream.of(field.path("const"));
    }
    if (field.has("enum") || field.has("examples")) {
      return field.path(field.has("enum") ? "enum" : "examples").valueStream();
    }
    return switch (field.path("type").asString("")) {
      case "boolean" -> Stream.of(JSON.booleanNode(true), JSON.booleanNode(false));
      case "integer" ->
          LongStream.rangeClosed(field.path("minimum").asLong(), field.path("maximum").asLong())
              .limit(MOST_NUMBERS)
              .mapToObj(JSON::numberNode);
      default -> Stream.of();
    };
  }

  private boolean isPricedWith(String field, JsonNode value) {
    ObjectNode changed = body.deepCopy();
    changed.set(field, value);
    return catalog.parse(listing, changed) instanceof Parsed.Valid valid
        && catalog.quote(listing, valid.parameters()).isPresent();
  }

  /** More than one field has to be changed: what has a price is told, as the catalogue has it. */
  private Invalid noSingleOne() {
    Set<String> conditions =
        listing.price().rows().stream()
            .flatMap(row -> row.when().keySet().stream())
            .collect(Collectors.toSet());
    String field =
        listing.fields().stream()
            .filter(it -> it.parameter().filter(conditions::contains).isPresent())
            .map(Field::name)
            .findFirst()
            .orElse("");
    String prices =
        listing.price().rows().stream()
            .map(row -> written(row.when()))
            .distinct()
            .collect(Collectors.joining("; "));
    return new Invalid(
        field,
        Cause.WRONG_VALUE,
        Phrase.of("has no price together with the other fields; there are prices for %s", prices));
  }

  /** {@code quality high, resolution 1K or 2K}. */
  private String written(Map<String, Set<String>> when) {
    return new TreeMap<>(when)
        .entrySet().stream()
            .map(condition ->
                name(condition.getKey())
                    + " "
                    + condition.getValue().stream().sorted().collect(Collectors.joining(" or ")))
            .collect(Collectors.joining(", "));
  }

  private String name(String parameter) {
    return listing.fields().stream()
        .filter(field -> field.means(parameter))
        .map(Field::name)
        .findFirst()
        .orElse(parameter);
  }
}
