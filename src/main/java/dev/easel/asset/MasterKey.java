package dev.easel.asset;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that everything secret is derived from: 32 random bytes, kept outside the database.
 * Written as 64 hexadecimal digits or as base64. Never printed.
 */
public final class MasterKey {
  private static final int LENGTH = 32;
  private static final String EXPECTED =
      "expected are 32 bytes as 64 hexadecimal digits or as base64";

  private final byte[] secret;

  private MasterKey(byte[] secret) {
    this.secret = secret;
  }

  /**
   * The key in {@code file}. Where there is no file, a new key is made: the file appears complete,
   * synced and readable by its owner alone, and of several processes that do this at once all get
   * the same key.
   *
   * @throws IOException when the file cannot be read or made
   * @throws IllegalArgumentException with a message for an operator, when it does not hold a key
   */
  public static MasterKey load(Path file) throws IOException {
    if (!Files.exists(file)) {
      create(file.toAbsolutePath());
    }
    try {
      return parse(Files.readString(file, US_ASCII));
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      throw new IllegalArgumentException(
          "the master key file " + file + " does not hold a key: " + EXPECTED, malformed);
    }
  }

  /**
   * The key that a setting spells, in hexadecimal or base64; space around it is ignored.
   *
   * @throws IllegalArgumentException with a message that does not repeat {@code text}, when it is
   *     not a key
   */
  public static MasterKey parse(String text) {
    String key = text.strip();
    byte[] secret;
    try {
      secret =
          key.length() == 2 * LENGTH
              ? HexFormat.of().parseHex(key)
              : Base64.getDecoder().decode(key);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("the master key is malformed: " + EXPECTED, malformed);
    }
    if (secret.length != LENGTH) {
      throw new IllegalArgumentException(
          "the master key has " + secret.length + " bytes: " + EXPECTED);
    }
    return new MasterKey(secret);
  }

  private static void create(Path file) throws IOException {
    byte[] secret = new byte[LENGTH];
    new SecureRandom().nextBytes(secret);
    byte[] text = (HexFormat.of().formatHex(secret) + "\n").getBytes(US_ASCII);
    Path directory = file.resolveSibling("");
    Path part = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    Files.createDirectories(directory);
    try (FileChannel channel =
        FileChannel.open(
            part,
            Set.of(CREATE_NEW, WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(text));
      channel.force(true);
      // Unlike a rename, a link never replaces the key that another process made first.
      Files.createLink(file, part);
    } catch (FileAlreadyExistsException another) {
      return;
    } finally {
      Files.deleteIfExists(part);
    }
    try (FileChannel entries = FileChannel.open(directory, READ)) {
      entries.force(true);
    }
  }

  /** 32 bytes for one purpose, from which neither the key nor another purpose's follow. */
  public byte[] derive(String purpose) {
    return hmac(secret, purpose.getBytes(UTF_8));
  }

  /** HMAC-SHA256 of {@code message}. */
  static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has HMAC-SHA256", impossible);
    }
  }

  @Override
  public String toString() {
    return "MasterKey";
  }
}
