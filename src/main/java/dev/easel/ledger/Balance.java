package dev.easel.ledger;

/**
 * What an account has, in whole credits.
 *
 * @param available may be spent
 * @param held reserved for tasks that are not final
 */
public record Balance(long available, long held) {
  public Balance {
    if (available < 0 || held < 0) {
      throw new IllegalArgumentException(
          "a balance is never negative: " + available + " available, " + held + " held");
    }
  }
}
