package dev.easel.provider;

/** What providers say, made fit to be kept. */
final class Said {
  private static final char REPLACEMENT = '\uFFFD';

  private Said() {}

  /**
   * Without U+0000, which PostgreSQL cannot keep: JSON may hold it, and whoever sends is not us.
   */
  static String keepable(String text) {
    return text.replace('\0', REPLACEMENT);
  }
}
