package dev.easel.catalog;

/** The price of one request in credits, at least 1: nothing is free by accident. */
public record Quote(long credits) {
  public Quote {
    if (credits < 1) {
      throw new IllegalArgumentException("a quote is at least one credit, not " + credits);
    }
  }
}
