package dev.easel.catalog;

/** A way of working that a model masters. */
public enum Ability {
  TEXT_TO_IMAGE("text-to-image"),
  IMAGE_TO_IMAGE("image-to-image"),
  /** Repaints only what a mask leaves open. */
  INPAINT("inpaint"),
  /** Brings several references together in one picture. */
  FUSION("fusion"),
  TEXT_TO_VIDEO("text-to-video"),
  IMAGE_TO_VIDEO("image-to-video");

  private final String word;

  Ability(String word) {
    this.word = word;
  }

  /** The ability as the catalogue writes it, {@code text-to-image} for example. */
  public String word() {
    return word;
  }

  /**
   * The ability that {@link #word()} names.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Ability of(String word) {
    for (Ability ability : values()) {
      if (ability.word.equals(word)) {
        return ability;
      }
    }
    throw new IllegalArgumentException("no ability " + word);
  }
}
