package dev.easel.webhook;

import java.util.stream.Stream;

/** What the body of a delivery looks like. */
public enum Shape {
  /** The callback that the dialect {@code apimodels} documents. */
  APIMODELS("apimodels", Schedule.CALLBACK),
  /** The callback that the dialect {@code kie} documents. */
  KIE("kie", Schedule.CALLBACK),
  /** An event as Standard Webhooks 1.0.0 advises: {@code {type, timestamp, data}}. */
  EVENT("event", Schedule.EVENT);

  private final String word;
  private final Schedule schedule;

  Shape(String word, Schedule schedule) {
    this.word = word;
    this.schedule = schedule;
  }

  /** Of the callback that a request of {@code dialect} asked for. */
  static Shape ofCallback(String dialect) {
    return Stream.of(APIMODELS, KIE)
        .filter(shape -> shape.word.equals(dialect))
        .findFirst()
        .orElse(EVENT);
  }

  static Shape stored(String word) {
    return Stream.of(values())
        .filter(shape -> shape.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no shape of a delivery: " + word));
  }

  /** As it is stored. */
  String word() {
    return word;
  }

  Schedule schedule() {
    return schedule;
  }
}
