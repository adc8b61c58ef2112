package dev.easel.db;

/**
 * The database cannot be used as it is; the message says why in one line that an operator can act
 * on.
 */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DatabaseException(String message) {
    super(message);
  }

  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
