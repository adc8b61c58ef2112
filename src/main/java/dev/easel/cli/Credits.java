package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.db.Database;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import java.sql.SQLException;
import java.time.Instant;

/** Credits from outside, by command. */
final class Credits {
  private Credits() {}

  /** Adds {@code amount} credits, or takes available ones back when it is negative. */
  static Balance add(Database database, Account account, long amount, String reason) {
    Instant now = database.now();
    return database.transaction(tx -> {
      try {
        return Ledger.credit(tx.getConnection(), account.id(), amount, reason, now);
      } catch (IllegalArgumentException refused) {
        throw new CommandFailed(String.valueOf(refused.getMessage()));
      } catch (SQLException failed) {
        throw new IllegalStateException("cannot credit account " + account.name(), failed);
      }
    });
  }
}
