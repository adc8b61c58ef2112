package dev.easel.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * Settings from a YAML file. Nested maps and dotted keys mean the same: {@code db: {url: x}} is
 * {@code db.url: x}. Read token by token, so that every value knows its line.
 */
final class YamlFile {
  private final Path file;
  private final Map<String, Setting<?>> known;
  private final List<String> problems;
  private final Map<String, Given> layer = new HashMap<>();

  private YamlFile(Path file, Map<String, Setting<?>> known, List<String> problems) {
    this.file = file;
    this.known = known;
    this.problems = problems;
  }

  static Map<String, Given> read(Path file, Map<String, Setting<?>> known, List<String> problems) {
    YamlFile yaml = new YamlFile(file, known, problems);
    try (Reader text = Files.newBufferedReader(file);
        JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      yaml.document(parser);
    } catch (JacksonException malformed) {
      String what = malformed.getOriginalMessage().lines().findFirst().orElse("");
      int line = malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr();
      problems.add("%s:%d is not YAML: %s".formatted(file, line, what));
    } catch (IOException unreadable) {
      String why = unreadable instanceof NoSuchFileException ? "it does not exist" : "I/O error";
      problems.add("cannot read the settings file %s: %s".formatted(file, why));
    }
    return yaml.layer;
  }

  private void document(JsonParser parser) {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_OBJECT) {
      map("", parser);
    } else if (first != null && first != JsonToken.VALUE_NULL) {
      problems.add(where(parser) + " must hold `key: value` lines");
    }
  }

  private void map(String prefix, JsonParser parser) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = prefix + parser.currentName();
      String source = where(parser);
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT && isMap(key)) {
        map(key + ".", parser);
        continue;
      }
      String text = value.isStructStart() ? list(key, source, parser) : parser.getString();
      give(key, value == JsonToken.VALUE_NULL ? "" : text, source);
    }
  }

  /** Whether others begin with {@code key}, as with {@code assets}, which is a setting too. */
  private boolean isMap(String key) {
    return !known.containsKey(key)
        || known.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
  }

  /** The items of a sequence, separated by commas; anything else that is nested is refused. */
  private String list(String key, String source, JsonParser parser) {
    Setting<?> setting = known.get(key);
    boolean list = setting == null || setting.type().shape() == Type.Shape.LIST;
    boolean fits = list && parser.currentToken() == JsonToken.START_ARRAY;
    StringJoiner items = new StringJoiner(",");
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      parser.skipChildren();
    } else {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        fits &= parser.currentToken().isScalarValue();
        items.add(parser.getString());
        parser.skipChildren();
      }
    }
    if (!fits) {
      String wanted = list ? "a list of plain values" : "one plain value";
      problems.add("%s (from %s) must be %s".formatted(key, source, wanted));
      return "";
    }
    return items.toString();
  }

  private void give(String key, String text, String source) {
    if (!known.containsKey(key)) {
      String hint = Nearest.hint(key, known.keySet());
      problems.add(
          "unknown setting %s in %s%s"
              .formatted(
                  key, source, hint.isEmpty() ? "; `easel config` lists all settings" : hint));
      return;
    }
    Given before = layer.put(key, new Given(text, source));
    if (before != null) {
      problems.add("%s is given twice, in %s and %s".formatted(key, before.source(), source));
    }
  }

  private String where(JsonParser parser) {
    return file + ":" + parser.currentTokenLocation().getLineNr();
  }
}
