package dev.easel.account;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;

/**
 * Passwords, hashed with Argon2id (19 MiB, 2 passes, 1 lane: OWASP's first choice of 2025; about 40
 * ms).
 */
public final class Passwords {
  private static final Argon2Function ARGON2 =
      Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID);

  private Passwords() {}

  /** What to store for {@code password}: an encoded Argon2id hash with its own salt. */
  public static String hash(String password) {
    return Password.hash(password).addRandomSalt().with(ARGON2).getResult();
  }

  /** Whether {@code hash} was made from {@code password}. */
  public static boolean verify(String password, String hash) {
    return Password.check(password, hash).with(ARGON2);
  }
}
