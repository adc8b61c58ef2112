package dev.easel.wording;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A language in which messages can be read. English is what the code is written in. */
public enum Language {
  ENGLISH,
  CHINESE;

  /** The templates of {@code messages/zh.json}, by the English ones. */
  private static final Map<String, String> IN_CHINESE = load("zh");

  private static final Retelling RETOLD_IN_CHINESE = new Retelling(IN_CHINESE);

  /**
   * The one that an {@code Accept-Language} header prefers (RFC 9110, section 12.5.4); English
   * unless Chinese is asked for, and asked for more than English.
   */
  public static Language preferred(String acceptLanguage) {
    double chinese = 0;
    double english = 0;
    for (String range : acceptLanguage.split(",", -1)) {
      String[] parts = range.split(";", 2);
      String tag = parts[0].strip().toLowerCase(Locale.ROOT);
      double quality = parts.length == 1 ? 1 : quality(parts[1]);
      if (tag.equals("zh") || tag.startsWith("zh-")) {
        // Of two that are wanted alike, the one that is named first.
        chinese = Math.max(chinese, quality > english ? quality : 0);
      } else if (tag.equals("en") || tag.startsWith("en-") || tag.equals("*")) {
        english = Math.max(english, quality);
      }
    }
    return chinese > 0 && chinese >= english ? CHINESE : ENGLISH;
  }

  private static double quality(String parameter) {
    String text = parameter.strip();
    try {
      return text.startsWith("q=") ? Double.parseDouble(text.substring(2).strip()) : 1;
    } catch (NumberFormatException malformed) {
      return 0;
    }
  }

  /**
   * What was said in English and kept, in this language; where it was not we who said it, as it was
   * said.
   */
  public String retell(String told) {
    return switch (this) {
      case ENGLISH -> told;
      case CHINESE -> RETOLD_IN_CHINESE.retell(told);
    };
  }

  /** A template in this language; the English one where nobody has translated it. */
  String template(String english) {
    return switch (this) {
      case ENGLISH -> english;
      case CHINESE -> IN_CHINESE.getOrDefault(english, english);
    };
  }

  private static Map<String, String> load(String name) {
    try (InputStream file =
        Objects.requireNonNull(Language.class.getResourceAsStream("/messages/" + name + ".json"))) {
      return JsonMapper.shared()
          .readTree(file)
          .propertyStream()
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Language::text));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String text(Map.Entry<String, JsonNode> entry) {
    return entry.getValue().stringValue();
  }
}
