package dev.easel.catalog;

import dev.easel.wording.Phrase;
import java.util.List;

/** What became of a request's fields. */
public sealed interface Parsed {
  /**
   * They are a request that the model understands, defaults filled in.
   *
   * @param links the addresses in it
   */
  record Valid(Parameters parameters, List<Link> links) implements Parsed {
    public Valid {
      links = List.copyOf(links);
    }
  }

  /**
   * An address that a request refers to; it is an http or https URL.
   *
   * @param field where, in the dialect's own words: {@code image_urls[2]}
   * @param maxBytes of the file that is there
   */
  record Link(String field, String url, long maxBytes) {
    /** One of which the listing does not say how large the file may be. */
    Link(String field, String url) {
      this(field, url, Long.MAX_VALUE);
    }
  }

  /** What kind of wrong a field is. */
  enum Cause {
    /** It is not there, and has to be. */
    MISSING,
    /** Text where a number should be, and the like. */
    WRONG_TYPE,
    /** A value that is not allowed. */
    WRONG_VALUE,
    /** Text of too many characters. */
    TOO_LONG,
    /** A list of too many items. */
    TOO_MANY
  }

  /**
   * They are not; this is the first problem.
   *
   * @param field where, in the dialect's own words: {@code image_urls[2]}
   * @param why with what would be allowed
   */
  record Invalid(String field, Cause cause, Phrase why) implements Parsed {
    /** Both in one line, in English: {@code prompt: required, must not be blank}. */
    public String message() {
      return field + ": " + why;
    }
  }
}
