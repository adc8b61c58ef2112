package dev.easel.asset;

import dev.easel.account.AccountId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/**
 * Names stored files: nobody without the master key can guess a name, and the same output of the
 * same attempt always gets the same one, so that a copy cut short by a crash is repeated onto
 * itself.
 */
public final class AssetNames {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int BITS = 160;
  private static final char SIGNED = '0';
  private static final int CHARACTERS = BITS / 5;
  private static final String INPUT = "in";

  private final byte[] key;
  private final byte[] inputKey;

  /** Names under keys of their own, derived from {@code master}. */
  public AssetNames(MasterKey master) {
    this.key = master.derive("asset names");
    this.inputKey = master.derive("input names");
  }

  /**
   * The stem for one output of an attempt: 160 bits in lower-case base32, 32 characters.
   *
   * @param output counts from 0
   */
  public String stem(UUID attempt, int output) {
    byte[] message =
        ByteBuffer.allocate(20)
            .putLong(attempt.getMostSignificantBits())
            .putLong(attempt.getLeastSignificantBits())
            .putInt(output)
            .array();
    return base32(Arrays.copyOf(MasterKey.hmac(key, message), BITS / 8));
  }

  /**
   * The stem for a file that an account has sent: the same file gets the same name, so that the
   * same request sent again is the same request, and no other account's, so that nobody learns that
   * somebody else has sent it. It is longer than that of a result and begins with {@code in}, so
   * that the two can be told apart.
   */
  String inputStem(AccountId account, byte[] sha256) {
    byte[] message =
        ByteBuffer.allocate(Long.BYTES + sha256.length)
            .putLong(account.value())
            .put(sha256)
            .array();
    return INPUT + base32(Arrays.copyOf(MasterKey.hmac(inputKey, message), BITS / 8));
  }

  /** Whether a file of that name was sent by an account. */
  static boolean isInput(String name) {
    return name.startsWith(INPUT) && name.indexOf('.') == INPUT.length() + CHARACTERS;
  }

  /**
   * The stem for a file that is given away by signed links alone: no other stem ends with the digit
   * 0, so that a name alone tells whether its link must be signed.
   */
  public static String signed(String stem) {
    return stem + SIGNED;
  }

  /** Whether the file of that name is given away by signed links alone. */
  static boolean isSigned(String name) {
    int dot = name.indexOf('.');
    return dot > 0 && name.charAt(dot - 1) == SIGNED;
  }

  private static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length * 8 / 5);
    for (int bit = 0; bit < bytes.length * 8; bit += 5) {
      int pair = (bytes[bit / 8] & 0xff) << 8;
      if (bit / 8 + 1 < bytes.length) {
        pair |= bytes[bit / 8 + 1] & 0xff;
      }
      text.append(ALPHABET.charAt(pair >> (11 - bit % 8) & 31));
    }
    return text.toString();
  }
}
