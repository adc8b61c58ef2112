package dev.easel.api;

import dev.easel.account.AccountId;
import dev.easel.account.Key;

/** Who is asking: a key that works, and the account that it acts for. */
public record Caller(Key key) {
  /** Who pays. */
  public AccountId account() {
    return key.account();
  }
}
