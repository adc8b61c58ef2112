package dev.easel.cli;

/**
 * A flag or an argument has a value that means nothing, or does not go with another; the message
 * names it and what is allowed.
 */
public final class WrongArgument extends RuntimeException {
  private static final long serialVersionUID = 1;

  public WrongArgument(String line) {
    super(line);
  }
}
