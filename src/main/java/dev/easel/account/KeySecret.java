package dev.easel.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * The secret of a key: {@code sk-} and 32 characters of base62 (190 bits). Shown once, when made;
 * the database knows only its SHA-256, which is enough for a secret that no dictionary holds.
 *
 * @param text the whole secret
 */
public record KeySecret(String text) {
  private static final String PREFIX = "sk-";
  private static final int RANDOM_CHARACTERS = 32;
  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final SecureRandom RANDOM = new SecureRandom();

  public KeySecret {
    if (!isWellFormed(text)) {
      throw new IllegalArgumentException("a key is sk- and 32 letters or digits");
    }
  }

  /** A fresh one. */
  public static KeySecret random() {
    StringBuilder text = new StringBuilder(PREFIX);
    RANDOM.ints(RANDOM_CHARACTERS, 0, BASE62.length()).forEach(i -> text.append(BASE62.charAt(i)));
    return new KeySecret(text.toString());
  }

  /** Whether {@code text} looks like a key; says nothing about whether it is one. */
  public static boolean isWellFormed(String text) {
    if (text.length() != PREFIX.length() + RANDOM_CHARACTERS || !text.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < text.length(); i++) {
      if (BASE62.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** SHA-256 of the secret: 32 bytes. */
  public byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  /** What a list of keys shows of it. */
  public String prefix() {
    return text.substring(0, PREFIX.length() + 4);
  }

  @Override
  public String toString() {
    return prefix() + "…"; // never the secret, wherever a record is logged
  }
}
