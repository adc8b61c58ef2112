package dev.easel.webhook;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * What deliveries are signed with, as Standard Webhooks 1.0.0 writes it: {@code whsec_} and 32
 * random bytes in base64. Shown once, when it is made; stored by {@link Secrets} only; never
 * printed.
 */
public record SigningSecret(String text) {
  private static final String PREFIX = "whsec_";
  private static final int LENGTH = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A fresh one. */
  public static SigningSecret random() {
    byte[] secret = new byte[LENGTH];
    RANDOM.nextBytes(secret);
    return new SigningSecret(PREFIX + Base64.getEncoder().encodeToString(secret));
  }

  /** Hides the secret. */
  @Override
  public String toString() {
    return PREFIX + "…";
  }
}
