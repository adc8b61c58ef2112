package dev.easel.account;

/** Names a key; not its secret. */
public record KeyId(long value) implements Comparable<KeyId> {
  public KeyId {
    if (value < 1) {
      throw new IllegalArgumentException("key ids count from 1");
    }
  }

  @Override
  public int compareTo(KeyId that) {
    return Long.compare(value, that.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
