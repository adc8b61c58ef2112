package dev.easel.wording;

import java.util.List;

/**
 * Something said to a customer, in whichever language they read. The code says it in English; that
 * text is also the key under which {@code messages/*.json} has the translations.
 *
 * @param english with {@code %s} and {@code %d} for the arguments; without any, it is taken as it
 *     stands
 * @param arguments those that are phrases are translated too
 */
public record Phrase(String english, List<Object> arguments) {
  public Phrase {
    arguments = List.copyOf(arguments);
  }

  /** A phrase of a template and what stands in it. */
  public static Phrase of(String english, Object... arguments) {
    return new Phrase(english, List.of(arguments));
  }

  /** The text in {@code language}. */
  public String in(Language language) {
    String template = language.template(english);
    return arguments.isEmpty()
        ? template
        : template.formatted(
            arguments.stream()
                .map(argument -> argument instanceof Phrase phrase ? phrase.in(language) : argument)
                .toArray());
  }

  /** The English text. */
  @Override
  public String toString() {
    return in(Language.ENGLISH);
  }
}
