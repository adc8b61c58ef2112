package dev.easel.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final boolean strict;
  private final Set<String> asked = new HashSet<>();

  private Keys(String document, String path, ObjectNode values, boolean strict) {
    this.document = document;
    this.path = path;
    this.values = values;
    this.strict = strict;
  }

  /** The root of a file. */
  static Keys ofFile(String name, ObjectNode root) {
    return new Keys(name, "", root, true);
  }

  /** The root of what the database holds. */
  static Keys ofTables(ObjectNode root) {
    return new Keys("database", "", root, false);
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
      if (strict && !asked.contains(key)) {
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
      return new Keys(document, at(key), object, strict);
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
    return new CatalogException(document + ": " + (where.isEmpty() ? "" : where + ": ") + why);
  }
}
