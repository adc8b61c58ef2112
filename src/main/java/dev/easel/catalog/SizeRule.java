package dev.easel.catalog;

import dev.easel.wording.Phrase;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which sizes in pixels a parameter may be, beyond how they are written: the keyword {@value
 * #KEYWORD} of its definition, which is ours and no part of JSON Schema.
 *
 * @param step what both sides must be divisible by
 * @param longest side
 * @param oblong how many times as long as the shorter side the longer may be
 * @param least pixels
 * @param most pixels
 */
record SizeRule(int step, int longest, int oblong, long least, long most) {
  static final String KEYWORD = "pixels";
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,6})x([0-9]{1,6})");

  /** The rule in a parameter's definition; the shape of what stands there has been checked. */
  static Optional<SizeRule> of(JsonNode definition) {
    JsonNode rule = definition.path(KEYWORD);
    return rule.isObject()
        ? Optional.of(
            new SizeRule(
                rule.path("step").intValue(),
                rule.path("longest").intValue(),
                rule.path("oblong").intValue(),
                rule.path("least").longValue(),
                rule.path("most").longValue()))
        : Optional.empty();
  }

  /** A definition as others than us know it. */
  static JsonNode without(JsonNode definition) {
    return definition.has(KEYWORD)
        ? ((ObjectNode) definition.deepCopy()).without(KEYWORD)
        : definition;
  }

  /** What is wrong with a value; nothing with one that names no size, such as {@code auto}. */
  Optional<Phrase> problem(JsonNode value) {
    Matcher sides = SIZE.matcher(value.asString(""));
    if (!sides.matches()) {
      return Optional.empty();
    }
    return broken(Long.parseLong(sides.group(1)), Long.parseLong(sides.group(2)))
        .map(why -> Phrase.of("%s is not supported: %s", Texts.quoted(value.asString()), why));
  }

  private Optional<Phrase> broken(long width, long height) {
    long longer = Math.max(width, height);
    if (width % step != 0 || height % step != 0) {
      return Optional.of(Phrase.of("width and height must be divisible by %d", step));
    }
    if (longer > longest) {
      return Optional.of(Phrase.of("the longer side may have %d pixels at most", longest));
    }
    if (longer > Math.min(width, height) * oblong) {
      return Optional.of(Phrase.of("the ratio must be between 1:%d and %d:1", oblong, oblong));
    }
    return width * height < least || width * height > most
        ? Optional.of(Phrase.of("width times height must be from %d to %d pixels", least, most))
        : Optional.empty();
  }
}
