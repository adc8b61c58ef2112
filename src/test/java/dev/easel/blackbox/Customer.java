package dev.easel.blackbox;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import java.sql.SQLException;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * An account with a key and credits.
 *
 * @param granted what it was given at the start
 */
record Customer(AccountId account, String key, long granted) {
  /** A new one that may run as many tasks at once as it likes. */
  static Customer create(Handle tx, String name, long credits) {
    Instant now = Instant.now();
    KeySecret secret = KeySecret.random();
    Account account = Accounts.create(tx, name, Account.Role.CUSTOMER, now).orElseThrow();
    WorkLimits.set(tx, WorkLimits.ofAccount(account.id()), 0);
    Keys.create(tx, account.id(), "test", secret, Key.Rules.NONE, now);
    try {
      Ledger.credit(tx.getConnection(), account.id(), credits, "test", now);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return new Customer(account.id(), secret.text(), credits);
  }
}
