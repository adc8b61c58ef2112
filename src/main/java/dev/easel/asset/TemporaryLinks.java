package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Addresses that lead to a file for a while: {@code /files/temporary/TOKEN}. The token is the
 * file's name and the end of its life, encrypted, so that nobody who is given such an address knows
 * the one that lasts. Nothing is stored, and every node with the master key reads every token.
 */
public final class TemporaryLinks {
  static final String PATH = "/files/temporary/";

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final Supplier<String> publicUrl;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Links below {@code publicUrl}, under a key of their own that is derived from {@code master}.
   */
  public TemporaryLinks(MasterKey master, Supplier<String> publicUrl, InstantSource clock) {
    this.key = new SecretKeySpec(master.derive("temporary links"), "AES");
    this.publicUrl = publicUrl;
    this.clock = clock;
  }

  /** An address of the file {@code name} that works for {@code life}. */
  public String url(String name, Duration life) {
    byte[] text = name.getBytes(UTF_8);
    byte[] plain =
        ByteBuffer.allocate(Long.BYTES + text.length)
            .putLong(clock.instant().plus(life).toEpochMilli())
            .put(text)
            .array();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, plain).orElseThrow();
    byte[] token = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    return publicUrl.get() + PATH + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /**
   * A file that may be had until then.
   *
   * @param name of the file
   */
  record Ticket(String name, Duration left) {}

  /** What {@code token} is good for; empty when it is none of ours, or its life is over. */
  Optional<Ticket> read(String token) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
    if (bytes.length <= NONCE_BYTES) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] nonce = new byte[NONCE_BYTES];
    buffer.get(nonce);
    byte[] sealed = new byte[buffer.remaining()];
    buffer.get(sealed);
    return crypt(Cipher.DECRYPT_MODE, nonce, sealed)
        .map(plain -> ticket(ByteBuffer.wrap(plain)))
        .filter(ticket -> ticket.left.isPositive());
  }

  private Ticket ticket(ByteBuffer plain) {
    Instant end = Instant.ofEpochMilli(plain.getLong());
    return new Ticket(UTF_8.decode(plain).toString(), Duration.between(clock.instant(), end));
  }

  /** Empty when what is to be decrypted was not encrypted here. */
  private Optional<byte[]> crypt(int mode, byte[] nonce, byte[] content) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return Optional.of(cipher.doFinal(content));
    } catch (AEADBadTagException foreign) {
      return Optional.empty();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has AES-GCM", impossible);
    }
  }
}
