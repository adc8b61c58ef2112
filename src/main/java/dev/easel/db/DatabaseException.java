package dev.easel.db;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;

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
   * What a failed use of the database means for the caller: a {@link DatabaseException} when the
   * database is away, which passes, else the defect that it is.
   */
  static RuntimeException of(String what, Throwable failed) {
    if (failed instanceof DatabaseException known) {
      return known;
    }
    String message = what + ": " + failed.getMessage();
    return isAway(failed)
        ? new DatabaseException(message, failed)
        : new IllegalStateException(message, failed);
  }

  /**
   * Whether a failure says that the database cannot be used at the moment, whatever was asked of
   * it.
   */
  static boolean isAway(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException
          || cause instanceof SQLRecoverableException) {
        return true;
      }
      // Classes of SQLSTATE: 08 connection, 53 out of resources, 57 operator intervention.
      if (cause instanceof SQLException sql
          && sql.getSQLState() != null
          && sql.getSQLState().matches("(08|53|57).*")) {
        return true;
      }
    }
    return false;
  }
}
