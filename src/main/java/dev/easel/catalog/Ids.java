package dev.easel.catalog;

import java.util.regex.Pattern;

/** What ids of models, listings and channels look like. */
final class Ids {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:-]{0,99}");

  private Ids() {}

  /** Throws an IllegalArgumentException unless {@code id} can stand in a URL, a log and a shell. */
  static void check(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          Texts.quoted(id)
              + " is not an id: letters, digits and . _ / : - only, a letter or digit first, at most"
              + " 100");
    }
  }
}
