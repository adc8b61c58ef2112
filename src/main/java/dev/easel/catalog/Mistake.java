package dev.easel.catalog;

import java.util.Optional;

/**
 * One thing that is wrong with a catalogue as it is written.
 *
 * @param about what, as a path in a document; empty where that is not known
 * @param place where that stands, if it stands in a file
 * @param why in one line; it names what it is about unless the place does
 */
record Mistake(String about, Optional<Places.Place> place, String why) {
  Mistake(String about, String why) {
    this(about, Optional.empty(), why);
  }

  /** As an operator reads it: {@code kie.yaml:14:7: …}. */
  String told() {
    return place.map(at -> at + ": " + why).orElse(why);
  }
}
