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
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One object of a catalogue document, read key by key; every complaint names the document and the
 * path of the key.
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
  private final Set<String> asked = new HashSet<>();

  private Keys(String document, String path, ObjectNode values, Optional<Places> places) {
    this.document = document;
    this.path = path;
    this.values = values;
    this.places = places;
  }

  /** The root of a file. */
  static Keys ofFile(String name, Yaml.Document file) {
    return new Keys(name, "", file.root(), Optional.of(file.places()));
  }

  /** The root of what a program wrote, maybe a newer one. */
  static Keys lenient(String name, ObjectNode root) {
    return new Keys(name, "", root, Optional.empty());
  }

  /**
   * Makes something of this object; an IllegalArgumentException becomes a complaint about it, and
   * so does, where it is read strictly, a key that was not asked for.
   */
  <T> T read(Function<Keys, T> make) {
    T made;
    try {
      made = make.apply(this);
    } catch (IllegalArgumentException refused) {
      throw fault(path, String.valueOf(refused.getMessage()));
    }
    for (String key : values.propertyNames()) {
      if (places.isPresent() && !asked.contains(key)) {
        throw fault(at(key), "unknown key; there are " + String.join(", ", new TreeSet<>(asked)));
      }
    }
    return made;
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
      throw fault(at(key), "must be true or false");
    }
    return values.path(key).booleanValue();
  }

  /** A text, a number, true or false, if the key is there. */
  Optional<JsonNode> scalar(String key) {
    if (has(key) && !isScalar(values.path(key))) {
      throw fault(at(key), "must be a text, a number, true or false");
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
      list(key).forEach(word -> words.put(word.asString(), word));
    }
    if (words.isEmpty() || !words.values().stream().allMatch(Keys::isScalar)) {
      throw fault(at(key), "must be a list of texts and numbers, or an object that maps them");
    }
    return words;
  }

  /** A text that is there and not empty. */
  String text(String key) {
    JsonNode value = value(key);
    if (!value.isString() || value.stringValue().isBlank()) {
      throw fault(at(key), "must be a text");
    }
    return value.stringValue();
  }

  /** A text in a form of its own; {@code parse} refuses with an IllegalArgumentException. */
  <T> T word(String key, Function<String, T> parse) {
    return parsed(key, text(key), parse);
  }

  private <T> T parsed(String key, String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException refused) {
      throw fault(at(key), String.valueOf(refused.getMessage()));
    }
  }

  /** A whole number. */
  int integer(String key) {
    JsonNode value = value(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw fault(at(key), "must be a whole number");
    }
    return value.intValue();
  }

  /** A time such as {@code 30s}, {@code 10m} or {@code 1h}. */
  Duration duration(String key) {
    return word(key, Keys::parseDuration);
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

  /** A list of texts in a form of their own; see {@link #word}. */
  <T> List<T> words(String key, Function<String, T> parse) {
    List<T> words = new ArrayList<>();
    for (JsonNode item : list(key)) {
      if (!item.isString()) {
        throw fault(at(key), "must be a list of texts");
      }
      words.add(parsed(key, item.stringValue(), parse));
    }
    return words;
  }

  /** A list of objects. */
  List<Keys> objects(String key) {
    List<Keys> objects = new ArrayList<>();
    for (JsonNode item : list(key)) {
      objects.add(child(key + "[" + objects.size() + "]", item));
    }
    return objects;
  }

  private JsonNode list(String key) {
    JsonNode value = value(key);
    if (!value.isArray()) {
      throw fault(at(key), "must be a list");
    }
    return value;
  }

  /** An object. */
  Keys object(String key) {
    return child(key, value(key));
  }

  /** This object as it is. */
  ObjectNode tree() {
    return values;
  }

  /** An object as it is, its keys unread. */
  ObjectNode tree(String key) {
    return child(key, value(key)).values;
  }

  /** This object's values where its keys are names, in its order: each is an object. */
  Map<String, Keys> children() {
    Map<String, Keys> children = new LinkedHashMap<>();
    for (String name : names()) {
      children.put(name, child(name, values.path(name)));
    }
    return children;
  }

  /** A text, a number, true or false, or a list of those, each written as text. */
  List<String> scalars(String key) {
    JsonNode value = value(key);
    List<JsonNode> items = value.isArray() ? value.valueStream().toList() : List.of(value);
    if (items.isEmpty() || !items.stream().allMatch(Keys::isScalar)) {
      throw fault(at(key), "must be a text, a number, true or false, or a list of those");
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

  private Keys child(String key, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new Keys(document, at(key), object, places);
    }
    throw fault(at(key), "must be an object of keys and values");
  }

  private JsonNode value(String key) {
    if (!has(key)) {
      throw fault(at(key), "missing");
    }
    return values.path(key);
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private CatalogException fault(String where, String why) {
    return new CatalogException(
        document + place(where) + ": " + (where.isEmpty() ? "" : where + ": ") + why);
  }

  private String place(String path) {
    return places.flatMap(all -> all.at(path)).map(place -> ":" + place.lineAndColumn()).orElse("");
  }

  /** Where in this document a complaint belongs, if anywhere. */
  Optional<Places.Place> place(CatalogException unfit) {
    return places.flatMap(all -> all.at(unfit.about()));
  }

  /** A complaint that belongs to {@code place} of this document. */
  CatalogException located(CatalogException unfit, Places.Place place) {
    return new CatalogException(document + ":" + place.lineAndColumn() + ": " + unfit.getMessage());
  }
}
