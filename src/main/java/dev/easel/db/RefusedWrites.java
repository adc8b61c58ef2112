package dev.easel.db;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Has the pool close a connection on which a write was refused: its server has a successor, or will
 * be there again for a new one.
 */
final class RefusedWrites implements SQLExceptionOverride {
  // Qualified: the interface has an Override of its own.
  @java.lang.Override
  public SQLExceptionOverride.Override adjudicate(SQLException failed) {
    return Fault.READ_ONLY.equals(failed.getSQLState())
        ? SQLExceptionOverride.Override.MUST_EVICT
        : SQLExceptionOverride.Override.CONTINUE_EVICT;
  }
}
