package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.account.AccountId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns secrets into what the database may hold, and back: AES-256-GCM under a key that is not in
 * the database. What is stored for one row opens for no other.
 *
 * <p>One byte for how it was made, the nonce, the text with its tag. The first byte lets another
 * key, or another cipher, be told from this one.
 */
public final class Secrets {
  /** What the key is derived from the master key for. */
  public static final String PURPOSE = "webhook secrets";

  private static final byte VERSION = 1;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  /** Those under {@code key}: 32 bytes, of the master key for {@link #PURPOSE}. */
  public Secrets(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key of AES-256 has 32 bytes, not " + key.length);
    }
    this.key = new SecretKeySpec(key, "AES");
  }

  /** What is stored as a secret of {@code endpoint}. */
  byte[] encrypt(UUID endpoint, SigningSecret secret) {
    return encrypt(row(endpoint), secret);
  }

  /** What is stored as the key of {@code account}. */
  byte[] encrypt(AccountId account, SigningSecret secret) {
    return encrypt(row(account), secret);
  }

  /**
   * The secret that was stored as one of {@code endpoint}.
   *
   * @throws IllegalStateException when it was made under another master key, for another row, or
   *     has been tampered with: nobody can tell which
   */
  SigningSecret decrypt(UUID endpoint, byte[] stored) {
    return decrypt(row(endpoint), stored);
  }

  /** The same for the key of {@code account}. */
  SigningSecret decrypt(AccountId account, byte[] stored) {
    return decrypt(row(account), stored);
  }

  private static String row(UUID endpoint) {
    return "webhook_endpoint " + endpoint;
  }

  private static String row(AccountId account) {
    return "webhook_key " + account.value();
  }

  private byte[] encrypt(String row, SigningSecret secret) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, row, nonce, VERSION).doFinal(secret.text().getBytes(UTF_8));
      return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
          .put(VERSION)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has AES-GCM", impossible);
    }
  }

  private SigningSecret decrypt(String row, byte[] stored) {
    if (stored.length <= 1 + NONCE_BYTES || stored[0] != VERSION) {
      throw new IllegalStateException(
          "the secret of " + row + " is stored in a form that this version does not know");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    System.arraycopy(stored, 1, nonce, 0, NONCE_BYTES);
    int start = 1 + NONCE_BYTES;
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, row, nonce, stored[0]);
      return new SigningSecret(
          new String(cipher.doFinal(stored, start, stored.length - start), UTF_8));
    } catch (AEADBadTagException another) {
      throw new IllegalStateException(
          "the secret of " + row + " cannot be read: it is not of this master key, or was changed",
          another);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has AES-GCM", impossible);
    }
  }

  private Cipher cipher(int mode, String row, byte[] nonce, byte version)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(new byte[] {version});
    cipher.updateAAD(row.getBytes(UTF_8));
    return cipher;
  }

  @Override
  public String toString() {
    return "Secrets";
  }
}
