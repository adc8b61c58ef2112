package dev.easel.catalog;

import dev.easel.catalog.Parsed.Invalid;
import dev.easel.wording.Phrase;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What text from outside may be, and how it is repeated in messages. */
final class Texts {
  private static final int MOST_QUOTED = 60;

  private Texts() {}

  /**
   * The first text in {@code node}, field names included, that a database cannot keep: PostgreSQL
   * has no U+0000, and half of a surrogate pair is no UTF-8.
   *
   * @param path where {@code node} stands; empty for a whole body
   */
  static Optional<Invalid> unstorable(String path, JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING ->
          isStorable(node.stringValue())
              ? Optional.empty()
              : Optional.of(
                  new Invalid(
                      path,
                      Parsed.Cause.WRONG_VALUE,
                      Phrase.of("must not contain U+0000 or half of a surrogate pair")));
      case ARRAY -> unstorableItem(path, node);
      case OBJECT -> unstorableProperty(path, node);
      default -> Optional.empty();
    };
  }

  private static Optional<Invalid> unstorableItem(String path, JsonNode array) {
    for (int i = 0; i < array.size(); i++) {
      Optional<Invalid> problem = unstorable(path + "[" + i + "]", array.get(i));
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<Invalid> unstorableProperty(String path, JsonNode object) {
    String prefix = path.isEmpty() ? "" : path + ".";
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      String name = property.getKey();
      if (!isStorable(name)) {
        return Optional.of(
            new Invalid(
                prefix + quoted(name),
                Parsed.Cause.WRONG_VALUE,
                Phrase.of("a field's name must not contain U+0000 or half of a surrogate pair")));
      }
      Optional<Invalid> problem = unstorable(prefix + name, property.getValue());
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit == 0) {
        return false;
      }
      if (Character.isSurrogate(unit)) {
        if (Character.isLowSurrogate(unit)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Whether nothing in {@code text} can be seen: white space of any script, invisible marks. */
  static boolean isBlank(String text) {
    return text.codePoints().allMatch(Texts::isInvisible);
  }

  private static boolean isInvisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  /** A sender's value as a message repeats it: in quotes, printable, and not at any length. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(MOST_QUOTED)
        .forEach(codePoint -> {
          if (isUnprintable(codePoint)) {
            quoted.append(String.format("\\u%04x", codePoint));
          } else {
            quoted.appendCodePoint(codePoint);
          }
        });
    if (text.codePointCount(0, text.length()) > MOST_QUOTED) {
      quoted.append('…');
    }
    return quoted.append('"').toString();
  }

  private static boolean isUnprintable(int codePoint) {
    return codePoint != ' '
        && (isInvisible(codePoint) || Character.getType(codePoint) == Character.SURROGATE);
  }
}
