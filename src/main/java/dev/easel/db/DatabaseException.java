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

  /**
   * What a failed use of the database means for the caller: a {@link DatabaseException} when that
   * passes, else the defect that it is.
   */
  static RuntimeException of(String what, Throwable failed) {
    if (failed instanceof DatabaseException known) {
      return known;
    }
    String message = what + ": " + failed.getMessage();
    return switch (Fault.of(failed)) {
      case AWAY, CONFLICT, LOCKED -> new DatabaseException(message, failed);
      case DEFECT -> new IllegalStateException(message, failed);
    };
  }
}
