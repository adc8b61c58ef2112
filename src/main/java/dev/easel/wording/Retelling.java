package dev.easel.wording;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Says in another language what was said in English and kept as text: why a task failed. Texts of
 * ours are known again by their templates; what somebody else said stays as it is.
 */
final class Retelling {
  /** Letters that a template must have: fewer would be found in what others say. */
  private static final int FEWEST_LETTERS = 8;

  /** Reasons are short; what is longer holds what a customer wrote. */
  private static final int LONGEST = 1_000;

  /** A reason within a reason is as deep as ours go. */
  private static final int DEEPEST = 2;

  private static final Pattern PLACE = Pattern.compile("%[sd]");
  private static final Pattern ADDRESS = Pattern.compile("(https?:\\S+) (.+)", Pattern.DOTALL);

  private final Map<String, String> translations;
  private final List<Template> templates;

  /**
   * A template with places, the most letters first.
   *
   * @param isSentence whether it begins as our sentences do, with a capital or the name of a field;
   *     others are parts of one, and would be found in what providers say
   */
  private record Template(Pattern english, String translation, int letters, boolean isSentence) {}

  /** Retells in the language of {@code translations}, by the English templates. */
  Retelling(Map<String, String> translations) {
    this.translations = translations;
    this.templates =
        translations.entrySet().stream()
            .filter(entry -> PLACE.matcher(entry.getKey()).find())
            .map(entry -> template(entry.getKey(), entry.getValue()))
            .filter(template -> template.letters >= FEWEST_LETTERS)
            .sorted(Comparator.comparingInt(Template::letters).reversed())
            .toList();
  }

  private static Template template(String english, String translation) {
    StringBuilder pattern = new StringBuilder();
    Matcher place = PLACE.matcher(english);
    int done = 0;
    while (place.find()) {
      pattern.append(Pattern.quote(english.substring(done, place.start())));
      pattern.append(
          place.group().equals("%d") ? "(-?[0-9]{1,18})" : place.start() == 0 ? "(\\S*)" : "(.*)");
      done = place.end();
    }
    pattern.append(Pattern.quote(english.substring(done)));
    return new Template(
        Pattern.compile(pattern.toString(), Pattern.DOTALL),
        translation.replace("%d", "%s"),
        (int) PLACE.matcher(english).replaceAll("").chars().filter(Character::isLetter).count(),
        Character.isUpperCase(english.charAt(0)) || english.startsWith("%s"));
  }

  /** {@code told} in the other language, as far as it is ours. */
  String retell(String told) {
    return told.length() > LONGEST ? told : retell(told, 0);
  }

  private String retell(String told, int depth) {
    String translation = translations.get(told);
    if (translation != null) {
      return translation;
    }
    if (depth > DEEPEST) {
      return told;
    }
    Matcher address = ADDRESS.matcher(told);
    if (address.matches()) {
      return address.group(1) + " " + retell(address.group(2), depth + 1);
    }
    for (Template template : templates) {
      Matcher found = template.english.matcher(told);
      if ((depth > 0 || template.isSentence) && found.matches()) {
        return template.translation.formatted(
            IntStream.rangeClosed(1, found.groupCount())
                .mapToObj(i -> retell(found.group(i), depth + 1))
                .toArray());
      }
    }
    return told;
  }
}
