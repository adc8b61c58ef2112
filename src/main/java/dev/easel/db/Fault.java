package dev.easel.db;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

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

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * The server has ended a transaction that was left open, or takes no writes any more because
   * another one does now.
   */
  private static final Set<String> ENDED = Set.of("25P03", "25P04", "25006");

  /**
   * Connection, out of resources, operator intervention, trouble with disks. A query that somebody
   * canceled belongs to the third.
   */
  private static final Set<String> CLASSES_OF_AWAY = Set.of("08", "53", "57", "58");

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
