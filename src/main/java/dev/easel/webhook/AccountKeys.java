package dev.easel.webhook;

import dev.easel.account.AccountId;
import java.sql.Timestamp;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * What accounts sign the callbacks with that their requests ask for: at most one key each. Without
 * one, callbacks carry no signature, as the public APIs have it.
 */
public final class AccountKeys {
  private final Secrets secrets;

  /** Keys that are kept by {@code secrets}. */
  public AccountKeys(Secrets secrets) {
    this.secrets = secrets;
  }

  /**
   * Gives an account a key, which is shown this once. One that it had signs nothing any more: the
   * dialects' signatures have no room for two.
   */
  public SigningSecret put(Handle tx, AccountId account, Instant now) {
    SigningSecret key = SigningSecret.random();
    tx.createUpdate(
            """
            insert into webhook_key (account_id, created_at, secret) values (:account, :now, :secret)
            on conflict (account_id) do update set created_at = excluded.created_at, secret = excluded.secret
            """)
        .bind("account", account.value())
        .bind("now", Timestamp.from(now))
        .bind("secret", secrets.encrypt(account, key))
        .execute();
    return key;
  }

  /** Takes an account's key away; false when it has none. */
  public static boolean delete(Handle tx, AccountId account) {
    return tx.createUpdate("delete from webhook_key where account_id = :account")
            .bind("account", account.value())
            .execute()
        == 1;
  }
}
