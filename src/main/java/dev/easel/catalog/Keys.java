package dev.easel.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One object of a catalogue document, read key by key. What is wrong with a key is noted with its
 * place and path, and something that could stand there is read instead, so that one reading finds
 * all there is to find; what was made of stand-ins is thrown away.
 *
 * <p>A file written by people is read strictly: a key that nobody asked for is an error. What the
 * database holds may have been written by a newer version during a rolling upgrade: its unknown
 * keys are passed over.
 */
final class Keys {
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,8})([smh])");

  private final String document;
  private final String path;
  private final ObjectNode values;
  private final Optional<Places> places;
  private final Mistakes mistakes;
  private final Set<String> asked = new HashSet<>();

  private Keys(
      String document, String path, ObjectNode values, Optional<Places> places, Mistakes mistakes) {
    this.document = document;
    this.path = path;
    this.values = values;
    this.places = places;
    this.mistakes = mistakes;
  }

  /** The root of a file. */
  static Keys ofFile(String name, Yaml.Document file) {
    return new Keys(name, "", file.root(), Optional.of(file.places()), new Mistakes());
  }

  /** The root of what a program wrote, maybe a newer one. */
  static Keys lenient(String name, ObjectNode root) {
    return new Keys(name, "", root, Optional.empty(), new Mistakes());
  }

  /** What messages call the document. */
  String document() {
    return document;
  }

  /** What was wrong with all that was read of the document so far. */
  List<Mistake> mistakes() {
    return mistakes.all();
  }

  /**
   * What {@code make} makes of this object; empty where something is wrong with it. That is also an
   * IllegalArgumentException, and, where it is read strictly, a key that was not asked for.
   */
  <T> Optional<T> read(Function<Keys, T> make) {
    int before = mistakes.count();
    T made;
    try {
      made = make.apply(this);
    } catch (IllegalArgumentException refused) {
      if (mistakes.count() == before) { // of stand-ins nothing can be said
        fault(path, String.valueOf(refused.getMessage()));
      }
      return Optional.empty();
    }
    for (String key : values.propertyNames()) {
      if (places.isPresent() && !asked.contains(key)) {
        fault(at(key), "unknown key; there are " + String.join(", ", new TreeSet<>(asked)));
      }
    }
    return mistakes.count() == before ? Optional.of(made) : Optional.empty();
  }

  /** Whether the key is there and not null. */
  boolean has(String key) {
    asked.add(key);
    return values.hasNonNull(key);
  }

  /** Whether the key is there and a text. */
  boolean isText(String key) {
    return has(key) && values.path(key).isString();
  }

  /** True where the key says so; false where it says so or is not there. */
  boolean flag(String key) {
    if (!has(key)) {
      return false;
    }
    if (!values.path(key).isBoolean()) {
      fault(at(key), "must be true or false");
    }
    return values.path(key).booleanValue(false);
  }

  /** A text, a number, true or false, if the key is there. */
  Optional<JsonNode> scalar(String key) {
    if (has(key) && !isScalar(values.path(key))) {
      fault(at(key), "must be a text, a number, true or false");
      return Optional.empty();
    }
    return has(key) ? Optional.of(values.path(key)) : Optional.empty();
  }

  /**
   * Words, each with what it stands for, in their order: an object of words to values, or a list of
   * words that stand for themselves; nothing where the key is not there.
   */
  Map<String, JsonNode> dictionary(String key) {
    Map<String, JsonNode> words = new LinkedHashMap<>();
    if (!has(key)) {
      return words;
    }
    JsonNode value = values.path(key);
    if (value.isObject()) {
      value.forEachEntry(words::put);
    } else {
      value.forEach(word -> words.put(word.asString(""), word));
    }
    if (words.isEmpty() || !words.values().stream().allMatch(Keys::isScalar)) {
      fault(at(key), "must be a list of texts and numbers, or an object that maps them");
      return Map.of();
    }
    return words;
  }

  /** A text that is there and not empty. */
  String text(String key) {
    return given(key).orElse("?");
  }

  private Optional<String> given(String key) {
    Optional<JsonNode> value = value(key);
    Optional<String> text =
        value.flatMap(JsonNode::stringValueOpt).filter(written -> !written.isBlank());
    if (value.isPresent() && text.isEmpty()) {
      fault(at(key), "must be a text");
    }
    return text;
  }

  /**
   * A text in a form of its own; {@code parse} refuses with an IllegalArgumentException, and then
   * it is {@code standIn}.
   */
  <T> T word(String key, Function<String, T> parse, T standIn) {
    return given(key).flatMap(text -> parsed(key, text, parse)).orElse(standIn);
  }

  private <T> Optional<T> parsed(String key, String text, Function<String, T> parse) {
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException refused) {
      fault(at(key), String.valueOf(refused.getMessage()));
      return Optional.empty();
    }
  }

  /** A whole number. */
  int integer(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isPresent() && !(value.get().isIntegralNumber() && value.get().canConvertToInt())) {
      fault(at(key), "must be a whole number");
      return 1;
    }
    return value.map(JsonNode::intValue).orElse(1);
  }

  /** A time such as {@code 30s}, {@code 10m} or {@code 1h}. */
  Duration duration(String key) {
    return word(key, Keys::parseDuration, Duration.ofSeconds(1));
  }

  private static Duration parseDuration(String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("must be a time such as 30s, 10m or 1h");
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /** A list of texts in a form of their own, those of them that are; see {@link #word}. */
  <T> List<T> words(String key, Function<String, T> parse) {
    List<JsonNode> items = list(key);
    if (!items.stream().allMatch(JsonNode::isString)) {
      fault(at(key), "must be a list of texts");
      return List.of();
    }
    return items.stream().flatMap(item -> parsed(key, item.stringValue(), parse).stream()).toList();
  }

  /** What {@code make} makes of a list of objects, those of which it can; see {@link #read}. */
  <T> List<T> objects(String key, Function<Keys, T> make) {
    List<T> made = new ArrayList<>();
    List<JsonNode> items = list(key);
    for (int i = 0; i < items.size(); i++) {
      child(key + "[" + i + "]", items.get(i)).flatMap(it -> it.read(make)).ifPresent(made::add);
    }
    return made;
  }

  private List<JsonNode> list(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isPresent() && !value.get().isArray()) {
      fault(at(key), "must be a list");
      return List.of();
    }
    return value.map(list -> list.valueStream().toList()).orElse(List.of());
  }

  /** An object; one without keys where there is none. */
  Keys object(String key) {
    return value(key)
        .flatMap(value -> child(key, value))
        .orElseGet(() ->
            new Keys(document, at(key), JsonNodeFactory.instance.objectNode(), places, mistakes));
  }

  /** This object as it is. */
  ObjectNode tree() {
    return values;
  }

  /** An object as it is, its keys unread. */
  ObjectNode tree(String key) {
    return object(key).values;
  }

  /**
   * What {@code make} makes of this object's values where its keys are names, in their order: of
   * those of which it can make anything.
   */
  <T> Map<String, T> children(BiFunction<String, Keys, T> make) {
    Map<String, T> made = new LinkedHashMap<>();
    for (String name : names()) {
      child(name, values.path(name))
          .flatMap(child -> child.read(keys -> make.apply(name, keys)))
          .ifPresent(it -> made.put(name, it));
    }
    return made;
  }

  /** A text, a number, true or false, or a list of those, each written as text. */
  List<String> scalars(String key) {
    Optional<JsonNode> value = value(key);
    List<JsonNode> items =
        value.isPresent() && value.get().isArray()
            ? value.get().valueStream().toList()
            : value.stream().toList();
    if (value.isPresent() && (items.isEmpty() || !items.stream().allMatch(Keys::isScalar))) {
      fault(at(key), "must be a text, a number, true or false, or a list of those");
      return List.of();
    }
    return items.stream().map(JsonNode::asString).toList();
  }

  private static boolean isScalar(JsonNode value) {
    return value.isString() || value.isNumber() || value.isBoolean();
  }

  /** This object's keys, where they are names, in its order. */
  Collection<String> names() {
    asked.addAll(values.propertyNames());
    return values.propertyNames();
  }

  private Optional<Keys> child(String key, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return Optional.of(new Keys(document, at(key), object, places, mistakes));
    }
    fault(at(key), "must be an object of keys and values");
    return Optional.empty();
  }

  private Optional<JsonNode> value(String key) {
    if (!has(key)) {
      fault(at(key), "missing");
      return Optional.empty();
    }
    return Optional.of(values.path(key));
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private void fault(String where, String why) {
    Optional<Places.Place> place = place(where);
    String told = where.isEmpty() ? why : where + ": " + why;
    mistakes.add(new Mistake(where, place, place.isPresent() ? told : document + ": " + told));
  }

  /** Where in this document something stands, if anywhere. */
  Optional<Places.Place> place(String about) {
    return places.flatMap(all -> all.at(about));
  }
}
