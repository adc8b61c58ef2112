package dev.easel.catalog;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import dev.easel.catalog.Parsed.Invalid;
import dev.easel.catalog.Parsed.Link;
import dev.easel.wording.Phrase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A field of a listing, compiled against the model: reads one value of a request. */
final class Entry {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

  private final Field field;
  private final ParameterSchema model;
  private final @Nullable String parameter;
  private final @Nullable String open;
  private final ObjectNode definition;
  private final @Nullable Schema schema;
  private final Optional<SizeRule> sizes;

  /** Lower-case word to value; empty where the schema decides. */
  private final Map<String, JsonNode> words;

  private final List<Entry> before;
  private final boolean needed;
  private final long maxBytes;

  private Entry(
      Field field, ParameterSchema model, ObjectNode definition, List<Entry> before, boolean last) {
    this.field = field;
    this.model = model;
    this.parameter = field.parameter().orElse(null);
    this.open = field.meaning().flatMap(Field.Meaning::open).orElse(null);
    this.definition = definition;
    this.before =
        parameter == null
            ? List.of()
            : before.stream().filter(entry -> entry.field.means(parameter)).toList();
    this.words = words(field);
    this.schema = words.isEmpty() ? ParameterSchema.compile(definition) : null;
    this.sizes = SizeRule.of(definition);
    // Of several fields that mean one thing any will do; it is the last one that misses it.
    this.needed = last && parameter != null && model.needs(parameter);
    this.maxBytes = maxBytes(field);
  }

  /**
   * Compiles a field; {@code before} are those before it, {@code last} tells whether none after it
   * means the same.
   *
   * @throws IllegalArgumentException when the field does not fit the model
   */
  static Entry compile(Field field, ParameterSchema model, List<Entry> before, boolean last) {
    field
        .parameter()
        .filter(parameter -> !model.knows(parameter))
        .ifPresent(parameter -> {
          throw new IllegalArgumentException(
              "means %s, which the model does not know".formatted(parameter));
        });
    Entry entry = new Entry(field, model, FieldDefinition.of(field, model), before, last);
    entry.checkWords();
    return entry;
  }

  private static Map<String, JsonNode> words(Field field) {
    Map<String, JsonNode> words = new LinkedHashMap<>();
    field
        .values()
        .forEach((word, value) -> {
          if (words.put(word.toLowerCase(Locale.ROOT), value) != null) {
            throw new IllegalArgumentException("the value " + word + " is there twice");
          }
        });
    return words;
  }

  private static long maxBytes(Field field) {
    JsonNode most = field.bounds().path(Field.MAX_BYTES);
    if (most.isMissingNode()) {
      return Long.MAX_VALUE;
    }
    if (!most.canConvertToLong() || !most.isIntegralNumber() || most.longValue() < 1) {
      throw new IllegalArgumentException(Field.MAX_BYTES + " must be a whole number from 1");
    }
    return most.longValue();
  }

  private void checkWords() {
    field
        .presence()
        .preset()
        .ifPresent(preset ->
            problem(preset)
                .ifPresent(problem -> {
                  throw new IllegalArgumentException("default: " + problem.why());
                }));
    if (parameter == null) {
      return;
    }
    if (!words.isEmpty() && isList() && !isItem()) {
      throw new IllegalArgumentException("values are for texts and numbers, not for a list");
    }
    words.forEach((word, value) ->
        model
            .problem(parameter, word, value)
            .ifPresent(problem -> {
              throw new IllegalArgumentException("values: " + problem.message());
            }));
  }

  Field field() {
    return field;
  }

  String name() {
    return field.name();
  }

  @Nullable String parameter() {
    return parameter;
  }

  boolean isList() {
    return parameter != null && model.definition(parameter).path("type").asString().equals("array");
  }

  private boolean isItem() {
    return field.meaning().isPresent() && field.meaning().get().item();
  }

  boolean isGiven(ObjectNode body) {
    return !isAbsent(body.path(field.name()));
  }

  // Clients send an empty form field as null, "" or [] as it happens; all of them mean "not given".
  private static boolean isAbsent(JsonNode value) {
    return switch (value.getNodeType()) {
      case MISSING, NULL -> true;
      case STRING -> Texts.isBlank(value.stringValue());
      case ARRAY -> value.isEmpty();
      default -> false;
    };
  }

  /** The value of the parameter when the field is not there, where the listing says. */
  Optional<JsonNode> preset() {
    return field.presence().preset().map(this::translated);
  }

  /** The values that the field may have, as they are written; empty where they have no list. */
  List<String> allowed() {
    return words.isEmpty()
        ? definition.path("enum").valueStream().map(JsonNode::asString).toList()
        : List.copyOf(field.values().keySet());
  }

  /**
   * The parameter's value that a word stands for.
   *
   * @throws IllegalArgumentException when the field can have no such value
   */
  String meaning(String word) {
    if (allowed().stream().noneMatch(word::equals)) {
      throw new IllegalArgumentException(
          "%s is never %s; allowed: %s".formatted(name(), word, String.join(", ", allowed())));
    }
    return translated(JSON.stringNode(word)).asString();
  }

  /**
   * Whether a request without the field is refused, whatever else is in it; {@code presets} are the
   * parameters when nobody says.
   */
  boolean isRequired(ObjectNode presets) {
    return field.presence().required() || (before.isEmpty() && isMissed(presets));
  }

  /** The whole numbers that the parameter may be, as far as anything tells. */
  List<Integer> wholeNumbers() {
    if (schema == null) {
      return words.values().stream()
          .filter(JsonNode::isIntegralNumber)
          .map(JsonNode::intValue)
          .toList();
    }
    return definition.has("minimum") && definition.has("maximum")
        ? IntStream.rangeClosed(
                definition.path("minimum").intValue(), definition.path("maximum").intValue())
            .boxed()
            .toList()
        : List.of();
  }

  /** What the field may be, as it is written; {@code presets} as above. */
  ObjectNode schema(ObjectNode presets) {
    FieldSchema schema = new FieldSchema(field, definition);
    return schema.with(preset(presets, schema));
  }

  /** What the field is when it is not there, as it would be written. */
  private Optional<JsonNode> preset(ObjectNode presets, FieldSchema schema) {
    if (parameter == null) {
      return field.presence().preset();
    }
    return isItem() || !before.isEmpty() || !presets.has(parameter)
        ? Optional.empty()
        : schema.written(presets.get(parameter));
  }

  /** Reads the field of {@code body} into {@code values}, or tells what is wrong with it. */
  Optional<Invalid> read(ObjectNode body, ObjectNode values, List<Link> links) {
    JsonNode value = unquoted(body.path(field.name()));
    if (isAbsent(value)) {
      return isMissed(values) && before.stream().noneMatch(entry -> entry.isGiven(body))
          ? Optional.of(Complaint.missing(name(), definition))
          : Optional.empty();
    }
    Optional<Invalid> problem = problem(value);
    if (problem.isPresent() || parameter == null) {
      return problem;
    }
    boolean first = before.stream().noneMatch(entry -> entry.isGiven(body));
    if (isList()) {
      return gather(parameter, value, first, values, links);
    }
    if (first) {
      set(parameter, value, values);
      link(name(), definition, value, links);
    }
    return Optional.empty();
  }

  private boolean isMissed(ObjectNode values) {
    return field.presence().required() || (needed && parameter != null && !values.has(parameter));
  }

  private void set(String parameter, JsonNode value, ObjectNode values) {
    if (open != null && value.asString().equals(open)) {
      values.remove(parameter);
    } else {
      values.set(parameter, translated(value));
    }
  }

  private Optional<Invalid> gather(
      String parameter, JsonNode value, boolean first, ObjectNode values, List<Link> links) {
    ArrayNode all = first ? JSON.arrayNode() : values.withArray(parameter);
    values.set(parameter, all);
    if (isItem()) {
      all.add(value);
      link(name(), definition, value, links);
    } else {
      for (int i = 0; i < value.size(); i++) {
        all.add(value.get(i));
        link(name() + "[" + i + "]", definition.path("items"), value.get(i), links);
      }
    }
    return first ? Optional.empty() : model.problem(parameter, name(), all);
  }

  private void link(String name, JsonNode definition, JsonNode value, List<Link> links) {
    if (FieldDefinition.isLink(definition)) {
      links.add(new Link(name, value.stringValue(), maxBytes));
    }
  }

  /** A number, or true and false, that came as text, where that is allowed. */
  private JsonNode unquoted(JsonNode value) {
    if (!field.presence().quoted() || !value.isString()) {
      return value;
    }
    String text = value.stringValue();
    String type = definition.path("type").asString("");
    if (type.equals("integer") && WHOLE.matcher(text).matches()) {
      return JSON.numberNode(Long.parseLong(text));
    }
    return type.equals("boolean") && (text.equals("true") || text.equals("false"))
        ? BooleanNode.valueOf(text.equals("true"))
        : value;
  }

  private Optional<Invalid> problem(JsonNode value) {
    if (open != null && value.isValueNode() && value.asString().equals(open)) {
      return Optional.empty();
    }
    if (schema == null) {
      return value.isValueNode() && words.containsKey(word(value))
          ? Optional.empty()
          : Optional.of(Complaint.unsupported(name(), value, allowedText()));
    }
    List<Error> errors = schema.validate(value);
    if (!errors.isEmpty()) {
      Invalid problem = Complaint.of(name(), definition, errors.getFirst());
      return Optional.of(
          open == null
              ? problem
              : new Invalid(
                  problem.field(), problem.cause(), Phrase.of("%s, or %s", problem.why(), open)));
    }
    Optional<Phrase> unfit = sizes.flatMap(rule -> rule.problem(value));
    if (unfit.isPresent()) {
      return Optional.of(Complaint.unfit(name(), unfit.get()));
    }
    // A pattern takes the place of the model's, which counts all the same.
    return parameter != null && !isItem() && field.bounds().has("pattern")
        ? model.problem(parameter, name(), value)
        : Optional.empty();
  }

  private String allowedText() {
    return allowed().stream().collect(Collectors.joining(", ")) + (open == null ? "" : ", " + open);
  }

  private static String word(JsonNode value) {
    return value.asString().toLowerCase(Locale.ROOT);
  }

  private JsonNode translated(JsonNode value) {
    return schema == null ? words.getOrDefault(word(value), value) : canonical(value);
  }

  // JSON Schema takes 2.0 for a whole number; from here on it is 2. It is valid, so it fits a long.
  private static JsonNode canonical(JsonNode value) {
    if (!value.isNumber()) {
      return value;
    }
    long number = value.longValue();
    return number == (int) number ? JSON.numberNode((int) number) : JSON.numberNode(number);
  }

  /** The entries of a listing's fields. */
  static List<Entry> all(Listing.Request request, ParameterSchema model) {
    List<Entry> entries = new ArrayList<>();
    Mistakes mistakes = new Mistakes();
    List<Field> fields = request.fields();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      boolean last =
          fields.subList(i + 1, fields.size()).stream()
              .noneMatch(later -> field.parameter().filter(later::means).isPresent());
      try {
        entries.add(compile(field, model, List.copyOf(entries), last));
      } catch (IllegalArgumentException unfit) {
        mistakes.add(
            new Mistake(
                ".fields." + field.name(), "field " + field.name() + ": " + unfit.getMessage()));
      }
    }
    mistakes.tell();
    return List.copyOf(entries);
  }
}
