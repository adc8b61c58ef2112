package dev.easel.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One movement of credits, as it was written and stays.
 *
 * @param kind {@code credit}, {@code hold}, {@code capture} or {@code release}
 * @param amount in whole credits; negative only for a credit that takes back
 * @param after the account's balance after it
 * @param hold what the credits were held for; empty for a credit
 */
public record Transfer(
    long id,
    Instant at,
    String kind,
    long amount,
    Balance after,
    Optional<UUID> hold,
    String reason) {

  static Transfer row(ResultSet rs) throws SQLException {
    return new Transfer(
        rs.getLong("id"),
        rs.getTimestamp("created_at").toInstant(),
        rs.getString("kind"),
        rs.getLong("amount"),
        new Balance(rs.getLong("available_after"), rs.getLong("held_after")),
        Optional.ofNullable(rs.getObject("hold_id", UUID.class)),
        rs.getString("reason"));
  }
}
