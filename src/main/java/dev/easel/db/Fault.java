package dev.easel.db;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;

/**
 * What a failed use of the database says about it, by SQLSTATE (PostgreSQL manual, appendix A, read
 * in November 2026).
 */
enum Fault {
  /** It cannot be used at the moment, whatever is asked of it. */
  AWAY,
  /** Two transactions were in each other's way, and this one had to go: it may be run again. */
  CONFLICT,
  /** Somebody else holds a lock for longer than we wait. */
  LOCKED,
  /** What was asked of it is wrong, and would be the next time. */
  DEFECT;

  /** Serialization failure and deadlock. */
  private static final Set<String> CONFLICTS = Set.of("40001", "40P01");

  /** The server shuts down, has crashed, or starts. */
  private static final Set<String> SERVER_ENDS = Set.of("57P01", "57P02", "57P03");

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** The server takes no writes any more, because another one does now. */
  static final String READ_ONLY = "25006";

  /** The server has ended a transaction that was left open, or takes no writes. */
  private static final Set<String> ENDED = Set.of("25P03", "25P04", READ_ONLY);

  /**
   * Connection, out of resources, operator intervention, trouble with disks. A query that somebody
   * canceled belongs to the third.
   */
  private static final Set<String> CLASSES_OF_AWAY = Set.of("08", "53", "57", "58");

  /**
   * Whether nobody knows if what was being committed is on disk: the connection broke, or the
   * server ended it. Any other error that it sends is a rollback.
   */
  static boolean leavesDoubt(Throwable failed) {
    return of(failed) == AWAY
        && Stream.iterate(failed, Objects::nonNull, Throwable::getCause)
            .noneMatch(cause -> cause instanceof PSQLException told && isRefusal(told));
  }

  private static boolean isRefusal(PSQLException told) {
    return told.getServerErrorMessage() != null
        && !SERVER_ENDS.contains(String.valueOf(told.getSQLState()));
  }

  static Fault of(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException
          || cause instanceof SQLRecoverableException) {
        return AWAY;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        Fault fault = of(sql.getSQLState());
        if (fault != DEFECT) {
          return fault;
        }
      }
    }
    return DEFECT;
  }

  private static Fault of(String state) {
    if (CONFLICTS.contains(state)) {
      return CONFLICT;
    }
    if (state.equals(LOCK_NOT_AVAILABLE)) {
      return LOCKED;
    }
    boolean isAway = ENDED.contains(state) || CLASSES_OF_AWAY.stream().anyMatch(state::startsWith);
    return isAway ? AWAY : DEFECT;
  }
}
