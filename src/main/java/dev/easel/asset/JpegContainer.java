package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * JPEG (ITU-T T.81): segments up to the first scan. XMP is an APP1 segment of a name of its own;
 * ours comes after those of JFIF and Exif, which are to be the first.
 */
final class JpegContainer implements PictureContainer {
  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP11 = 0xEB;
  private static final int SCAN = 0xDA;
  private static final int FIRST_WITH_LENGTH = 0xC0;
  private static final int FIRST_RESTART = 0xD0;
  private static final int LAST_WITHOUT_LENGTH = 0xD9;
  private static final int LONGEST_SEGMENT = 0xFFFF;
  private static final byte[] NAME = "http://ns.adobe.com/xap/1.0/\0".getBytes(ISO_8859_1);
  private static final byte[] EXIF = "Exif\0".getBytes(ISO_8859_1);

  @Override
  public Optional<Site> survey(byte[] file) {
    ByteBuffer segments = ByteBuffer.wrap(file);
    int at = 2;
    int behindFirst = at;
    Site found = null;
    boolean signed = false;
    while (file.length - at >= 4 && file[at] == (byte) 0xFF) {
      int marker = file[at + 1] & 0xFF;
      if (marker == 0xFF) { // one more to fill
        at++;
        continue;
      }
      if (marker == SCAN) {
        Site site = found == null ? new Site(behindFirst, behindFirst, new byte[0], false) : found;
        return Optional.of(new Site(site.from(), site.to(), site.packet(), signed));
      }
      int length = segments.getShort(at + 2) & 0xFFFF;
      int next = at + 2 + length;
      boolean hasLength =
          marker >= FIRST_WITH_LENGTH && (marker < FIRST_RESTART || marker > LAST_WITHOUT_LENGTH);
      if (!hasLength || length < 2 || next > file.length) {
        return Optional.empty();
      }
      int content = at + 4;
      if (marker == APP1 && found == null && Bytes.begins(file, content, next, NAME)) {
        byte[] packet = Arrays.copyOfRange(file, content + NAME.length, next);
        found = new Site(at, next, packet, false);
      } else if (marker == APP11) {
        signed |= Bytes.saysGenerated(file, content, next);
      } else if (behindFirst == at
          && (marker == APP0 || (marker == APP1 && Bytes.begins(file, content, next, EXIF)))) {
        behindFirst = next;
      }
      at = next;
    }
    return Optional.empty();
  }

  @Override
  public int longestPacket() {
    return LONGEST_SEGMENT - 2 - NAME.length;
  }

  @Override
  public byte[] with(byte[] file, Site site, byte[] packet) {
    int length = 2 + NAME.length + packet.length;
    return ByteBuffer.allocate(file.length - (site.to() - site.from()) + 2 + length)
        .put(file, 0, site.from())
        .put((byte) 0xFF)
        .put((byte) APP1)
        .putShort((short) length)
        .put(NAME)
        .put(packet)
        .put(file, site.to(), file.length - site.to())
        .array();
  }
}
