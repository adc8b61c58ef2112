package dev.easel.catalog;

/** What a model makes. */
public enum MediaKind {
  IMAGE("image"),
  VIDEO("video"),
  AUDIO("audio");

  private final String word;

  MediaKind(String word) {
    this.word = word;
  }

  /**
   * The kind as the database, the catalogue and every dialect write it: {@code image}, {@code
   * video} or {@code audio}.
   */
  public String word() {
    return word;
  }

  /**
   * The kind that {@link #word()} names.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static MediaKind of(String word) {
    for (MediaKind kind : values()) {
      if (kind.word.equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no media kind " + word);
  }
}
