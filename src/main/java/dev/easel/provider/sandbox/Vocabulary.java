package dev.easel.provider.sandbox;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Words that a prompt may contain: Latin ones as whole words, also in the plural; Chinese anywhere.
 */
final class Vocabulary {
  private final List<String> words;

  Vocabulary(String words) {
    this.words = List.of(words.split(" ", -1));
  }

  boolean occursIn(String prompt) {
    String lower = prompt.toLowerCase(Locale.ROOT);
    Set<String> tokens = new HashSet<>(Arrays.asList(lower.split("[^a-z]+", -1)));
    return words.stream()
        .anyMatch(word ->
            Character.isIdeographic(word.codePointAt(0))
                ? lower.contains(word)
                : tokens.contains(word) || tokens.contains(word + "s"));
  }
}
