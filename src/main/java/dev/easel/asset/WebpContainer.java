package dev.easel.asset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * WebP (RFC 9649): chunks in a RIFF file. Only the extended form, which begins with a {@code VP8X}
 * chunk, may carry XMP; the two simple ones are extended for it.
 */
final class WebpContainer implements PictureContainer {
  private static final int FIRST_CHUNK = 12;
  private static final int CHUNK_HEAD = 8;
  private static final int EXTENDED_CHUNK = CHUNK_HEAD + 10;
  private static final int EXTENDED = Bytes.code("VP8X");
  private static final int LOSSY = Bytes.code("VP8 ");
  private static final int LOSSLESS = Bytes.code("VP8L");
  private static final int XMP = Bytes.code("XMP ");
  private static final int MANIFEST = Bytes.code("C2PA");
  private static final byte HAS_XMP = 0x04;
  private static final byte HAS_ALPHA = 0x10;
  private static final int SIDE = 0x3FFF;

  /** The three bytes that begin a key frame of VP8, after its three bytes of flags. */
  private static final int KEY_FRAME = 0x2A019D;

  private static final int LOSSLESS_SIGNATURE = 0x2F;

  @Override
  public Optional<Site> survey(byte[] file) {
    ByteBuffer chunks = little(file);
    long end = CHUNK_HEAD + (file.length < FIRST_CHUNK ? 0 : chunks.getInt(4) & 0xFFFFFFFFL);
    if (end > file.length || extended(file).isEmpty()) {
      return Optional.empty();
    }
    Site site = new Site((int) end, (int) end, new byte[0], false);
    boolean signed = false;
    int at = FIRST_CHUNK;
    while (end - at >= CHUNK_HEAD) {
      int type = Bytes.code(file, at);
      long length = chunks.getInt(at + 4) & 0xFFFFFFFFL;
      int content = at + CHUNK_HEAD;
      long next = content + length + (length & 1);
      if (next > end) {
        return Optional.empty();
      }
      int to = (int) (content + length);
      if (type == XMP && site.packet().length == 0) {
        site = new Site(at, (int) next, Arrays.copyOfRange(file, content, to), false);
      } else if (type == MANIFEST) {
        signed |= Bytes.saysGenerated(file, content, to);
      }
      at = (int) next;
    }
    return at == end
        ? Optional.of(new Site(site.from(), site.to(), site.packet(), signed))
        : Optional.empty();
  }

  @Override
  public byte[] with(byte[] file, Site site, byte[] packet) {
    byte[] first = extended(file).orElseThrow();
    int kept =
        Bytes.code(file, FIRST_CHUNK) == EXTENDED ? FIRST_CHUNK + EXTENDED_CHUNK : FIRST_CHUNK;
    int padding = packet.length & 1;
    int removed = kept - FIRST_CHUNK + site.to() - site.from();
    int grown = first.length + CHUNK_HEAD + packet.length + padding - removed;
    byte[] result = new byte[file.length + grown];
    ByteBuffer marked = little(result);
    marked.put(file, 0, FIRST_CHUNK);
    marked.putInt(4, little(file).getInt(4) + grown);
    marked.put(first).put(file, kept, site.from() - kept);
    Bytes.putCode(marked, XMP);
    marked.putInt(packet.length).put(packet);
    marked.position(marked.position() + padding);
    marked.put(file, site.to(), file.length - site.to());
    return result;
  }

  /** The {@code VP8X} chunk of {@code file} with XMP; empty when the file makes no sense. */
  private static Optional<byte[]> extended(byte[] file) {
    if (file.length < FIRST_CHUNK + EXTENDED_CHUNK) {
      return Optional.empty();
    }
    ByteBuffer chunks = little(file);
    int content = FIRST_CHUNK + CHUNK_HEAD;
    int type = Bytes.code(file, FIRST_CHUNK);
    if (type == EXTENDED && chunks.getInt(FIRST_CHUNK + 4) == EXTENDED_CHUNK - CHUNK_HEAD) {
      byte[] chunk = Arrays.copyOfRange(file, FIRST_CHUNK, FIRST_CHUNK + EXTENDED_CHUNK);
      chunk[CHUNK_HEAD] |= HAS_XMP;
      return Optional.of(chunk);
    }
    if (type == LOSSY && (chunks.getInt(content + 3) & 0xFFFFFF) == KEY_FRAME) {
      int sides = chunks.getInt(content + 6);
      return extended((sides & SIDE) - 1, (sides >> 16 & SIDE) - 1, false);
    }
    if (type == LOSSLESS && file[content] == LOSSLESS_SIGNATURE) {
      int sides = chunks.getInt(content + 1);
      return extended(sides & SIDE, sides >> 14 & SIDE, (sides >> 28 & 1) == 1);
    }
    return Optional.empty();
  }

  /** Such a chunk; sides are less 1, as the format has them. */
  private static Optional<byte[]> extended(int width, int height, boolean alpha) {
    if (width < 0 || height < 0) {
      return Optional.empty();
    }
    byte[] result = new byte[EXTENDED_CHUNK];
    ByteBuffer chunk = little(result);
    Bytes.putCode(chunk, EXTENDED);
    chunk.putInt(EXTENDED_CHUNK - CHUNK_HEAD);
    chunk.put((byte) (HAS_XMP | (alpha ? HAS_ALPHA : 0))).position(chunk.position() + 3);
    chunk.putShort((short) width).put((byte) 0).putShort((short) height).put((byte) 0);
    return Optional.of(result);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
