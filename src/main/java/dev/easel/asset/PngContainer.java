package dev.easel.asset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/**
 * PNG (W3C, third edition): chunks of length, type, content and CRC. XMP is an {@code iTXt} chunk
 * of a keyword of its own; ours comes right after the header.
 */
final class PngContainer implements PictureContainer {
  private static final int SIGNATURE = 8;
  private static final int AROUND_CONTENT = 12;
  private static final int HEADER = Bytes.code("IHDR");
  private static final int END = Bytes.code("IEND");
  private static final int TEXT = Bytes.code("iTXt");
  private static final int MANIFEST = Bytes.code("caBX");
  private static final byte[] KEYWORD = "XML:com.adobe.xmp\0".getBytes(ISO_8859_1);

  /** After the keyword: not compressed, in no language, with no translation of the keyword. */
  private static final byte[] PLAIN = {0, 0, 0, 0};

  @Override
  public Optional<Site> survey(byte[] file) {
    ByteBuffer chunks = ByteBuffer.wrap(file);
    Site site = null;
    boolean signed = false;
    int at = SIGNATURE;
    while (file.length - at >= AROUND_CONTENT) {
      int length = chunks.getInt(at);
      int type = chunks.getInt(at + 4);
      if (length < 0 || length > file.length - at - AROUND_CONTENT) {
        return Optional.empty();
      }
      int content = at + 8;
      int next = content + length + 4;
      if (site == null) {
        if (type != HEADER) {
          return Optional.empty();
        }
        site = new Site(next, next, new byte[0], false);
      } else if (type == TEXT && Bytes.begins(file, content, content + length, KEYWORD)) {
        if (site.packet().length == 0) {
          Optional<byte[]> packet = packet(file, content + KEYWORD.length, content + length);
          if (packet.isEmpty()) {
            return Optional.empty();
          }
          site = new Site(at, next, packet.get(), false);
        }
      } else if (type == MANIFEST) {
        signed |= Bytes.saysGenerated(file, content, content + length);
      } else if (type == END) {
        return Optional.of(new Site(site.from(), site.to(), site.packet(), signed));
      }
      at = next;
    }
    return Optional.empty();
  }

  /** What stands after the keyword: two flags, two texts that end with a zero, the packet. */
  private static Optional<byte[]> packet(byte[] file, int from, int to) {
    int language = from + 2;
    int translation = Bytes.after(file, language, to, (byte) 0);
    int text = translation < 0 ? -1 : Bytes.after(file, translation, to, (byte) 0);
    if (language > to || text < 0) {
      return Optional.empty();
    }
    return file[from] == 0
        ? Optional.of(Arrays.copyOfRange(file, text, to))
        : inflated(new ByteArrayInputStream(file, text, to - text));
  }

  private static Optional<byte[]> inflated(ByteArrayInputStream packed) {
    try (InflaterInputStream text = new InflaterInputStream(packed)) {
      // One byte too many is more than is read of any packet.
      return Optional.of(text.readNBytes(XmpPacket.LONGEST + 1));
    } catch (IOException broken) {
      return Optional.empty();
    }
  }

  @Override
  public byte[] with(byte[] file, Site site, byte[] packet) {
    int length = KEYWORD.length + PLAIN.length + packet.length;
    ByteBuffer marked =
        ByteBuffer.allocate(file.length - (site.to() - site.from()) + AROUND_CONTENT + length);
    marked.put(file, 0, site.from());
    marked.putInt(length);
    int type = marked.position();
    marked.putInt(TEXT).put(KEYWORD).put(PLAIN).put(packet);
    CRC32 crc = new CRC32();
    crc.update(marked.array(), type, 4 + length);
    return marked
        .putInt((int) crc.getValue())
        .put(file, site.to(), file.length - site.to())
        .array();
  }
}
