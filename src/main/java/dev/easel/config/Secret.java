package dev.easel.config;

/** Text that is used but never shown: it prints as stars. */
public record Secret(String value) {
  static final String MASK = "********";

  @Override
  public String toString() {
    return MASK;
  }
}
