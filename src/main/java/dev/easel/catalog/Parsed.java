package dev.easel.catalog;

/** What became of a request's fields. */
public sealed interface Parsed {
  /** They are a request that the model understands, defaults filled in. */
  record Valid(Parameters parameters) implements Parsed {}

  /**
   * They are not; this is the first problem.
   *
   * @param field where, in the dialect's own words: {@code image_urls[2]}
   * @param why in English, with what would be allowed
   */
  record Invalid(String field, String why) implements Parsed {
    /** Both in one line: {@code prompt: required, must not be blank}. */
    public String message() {
      return field + ": " + why;
    }
  }
}
