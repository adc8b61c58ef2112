package dev.easel.catalog;

/** Whether a model or a listing can be asked for; the later constant is the stricter one. */
public enum Availability {
  ON("on"),
  /** Refused for now; tasks accepted before go on. */
  MAINTENANCE("maintenance"),
  /** Refused; tasks accepted before go on. */
  OFF("off");

  private final String word;

  Availability(String word) {
    this.word = word;
  }

  /** The state as the database and the catalogue write it. */
  public String word() {
    return word;
  }

  /**
   * The state that {@link #word()} names.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Availability of(String word) {
    for (Availability availability : values()) {
      if (availability.word.equals(word)) {
        return availability;
      }
    }
    throw new IllegalArgumentException("no state " + word + "; there are on, maintenance, off");
  }

  /** The stricter of the two. */
  Availability and(Availability that) {
    return compareTo(that) >= 0 ? this : that;
  }
}
