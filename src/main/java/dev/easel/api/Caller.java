package dev.easel.api;

import dev.easel.account.AccountId;
import dev.easel.account.Key;
import dev.easel.catalog.Listing;
import java.util.List;

/** Who is asking: a key that works, and the account that it acts for. */
public record Caller(Key key) {
  /** Who pays. */
  public AccountId account() {
    return key.account();
  }

  /** Whether the key is allowed what {@code listing} sells; by its id, or by its model's. */
  public boolean mayUse(Listing listing) {
    List<String> allowed = key.rules().allowedModels();
    return allowed.isEmpty() || allowed.contains(listing.id()) || allowed.contains(listing.model());
  }
}
