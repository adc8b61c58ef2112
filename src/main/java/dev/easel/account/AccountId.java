package dev.easel.account;

/** Names an account. */
public record AccountId(long value) implements Comparable<AccountId> {
  public AccountId {
    if (value < 1) {
      throw new IllegalArgumentException("account ids count from 1");
    }
  }

  @Override
  public int compareTo(AccountId that) {
    return Long.compare(value, that.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
