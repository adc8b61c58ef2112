package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** What the formats of files have in common: codes of four characters, and texts among bytes. */
final class Bytes {
  /** The end of what IPTC calls a work of a model, alone or together with something else. */
  private static final byte[] GENERATED = "rainedAlgorithmicMedia".getBytes(ISO_8859_1);

  private Bytes() {}

  /** The four characters of {@code name} as a number, the first one highest. */
  static int code(String name) {
    return code(name.getBytes(ISO_8859_1), 0);
  }

  static int code(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }

  /** Writes {@code code} as its four characters, whatever the order of numbers is. */
  static void putCode(ByteBuffer out, int code) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.put((byte) (code >> shift));
    }
  }

  /** Whether {@code bytes} begin with {@code start} between {@code from} and {@code to}. */
  static boolean begins(byte[] bytes, int from, int to, byte[] start) {
    return to - from >= start.length
        && Arrays.equals(bytes, from, from + start.length, start, 0, start.length);
  }

  /** Where what comes after the first {@code end} begins; negative when there is none. */
  static int after(byte[] bytes, int from, int to, byte end) {
    for (int at = from; at < to; at++) {
      if (bytes[at] == end) {
        return at + 1;
      }
    }
    return -1;
  }

  /** Whether a manifest between {@code from} and {@code to} says that the file was generated. */
  static boolean saysGenerated(byte[] bytes, int from, int to) {
    for (int at = from; at <= to - GENERATED.length; at++) {
      if (bytes[at] == GENERATED[0] && begins(bytes, at, to, GENERATED)) {
        return true;
      }
    }
    return false;
  }
}
