package dev.easel.cli;

/** A command cannot do what was asked; the message is the one line that the user reads. */
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CommandFailed(String line) {
    super(line);
  }
}
