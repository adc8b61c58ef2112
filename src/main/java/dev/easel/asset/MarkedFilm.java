package dev.easel.asset;

import dev.easel.asset.Provenance.Mark;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An MP4 film (ISO/IEC 14496-12) with a mark, while it is read: a box with an XMP packet comes
 * behind the others, so that nothing that the film refers to by its place in the file moves. A box
 * with another packet becomes one that nobody reads, and what it says is in ours.
 *
 * <p>A film whose boxes make no sense, or whose last one has no length, comes out as it is.
 */
final class MarkedFilm extends InputStream {
  private static final int HEAD = 8;
  private static final int WIDE_HEAD = 16;
  private static final int ID = 16;
  private static final int OWN_TYPE = Bytes.code("uuid");
  private static final int UNUSED = Bytes.code("free");

  /** Has to be the last box of a film in fragments: players look for it from the end. */
  private static final int RANDOM_ACCESS = Bytes.code("mfra");

  private static final byte[] XMP = HexFormat.of().parseHex("be7acfcb97a942e89c71999491e3afac");
  private static final byte[] MANIFEST =
      HexFormat.of().parseHex("d8fec3d61b0e483c92975828877ec481");

  private final InputStream film;
  private final Mark mark;

  /** Read from the film or made for it, and not handed on yet. */
  private ByteBuffer ready = ByteBuffer.allocate(0);

  /** How much of the box that is being read comes after {@link #ready}. */
  private long left;

  /** To be said, and not said yet; empty when there is nothing to say. */
  private byte[] packet;

  /** Whether what comes after {@link #ready} is not looked at any more. */
  private boolean isOver;

  MarkedFilm(InputStream film, Mark mark) {
    this.film = film;
    this.mark = mark;
    this.packet = XmpPacket.fresh(mark).packet();
  }

  /** The packet of {@code film}; empty where it has none. */
  static byte[] packet(byte[] film) {
    int at = 0;
    while (film.length - at >= HEAD) {
      ByteBuffer head = ByteBuffer.wrap(film, at, film.length - at).slice();
      long length = Bytes.code(film, at) & 0xFFFFFFFFL;
      if (length == 1 && head.remaining() >= WIDE_HEAD) {
        length = head.getLong(HEAD);
      }
      if (length < HEAD || length > head.remaining()) {
        break;
      }
      int next = at + (int) length;
      if (head.getInt(4) == OWN_TYPE && Bytes.begins(film, at + HEAD, next, XMP)) {
        return Arrays.copyOfRange(film, at + HEAD + ID, next);
      }
      at = next;
    }
    return new byte[0];
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (!ready.hasRemaining() && left == 0 && !isOver) {
      begin();
    }
    if (ready.hasRemaining()) {
      int count = Math.min(length, ready.remaining());
      ready.get(into, offset, count);
      return count;
    }
    int count = film.read(into, offset, isOver ? length : (int) Math.min(length, left));
    if (count > 0 && !isOver) {
      left -= count;
    } else if (count < 0) {
      giveUp("it is cut short");
    }
    return count;
  }

  /** Looks at the next box. */
  private void begin() throws IOException {
    byte[] head = film.readNBytes(HEAD);
    if (head.length == 0) {
      ready = ByteBuffer.wrap(said());
      isOver = true;
      return;
    }
    long length = head.length < HEAD ? 0 : Bytes.code(head, 0) & 0xFFFFFFFFL;
    if (length == 1) {
      head = joined(head, film.readNBytes(WIDE_HEAD - HEAD));
      length = head.length < WIDE_HEAD ? 0 : ByteBuffer.wrap(head).getLong(HEAD);
    }
    ready = ByteBuffer.wrap(head);
    if (length < head.length) {
      giveUp("a box has no length, or a wrong one");
      return;
    }
    left = length - head.length;
    int type = Bytes.code(head, 4);
    if (type == RANDOM_ACCESS) {
      ready = ByteBuffer.wrap(joined(said(), head));
    } else if (type == OWN_TYPE && left >= ID && left <= XmpPacket.LONGEST) {
      byte[] content = film.readNBytes((int) left);
      left -= content.length;
      look(head, content);
      ready = ByteBuffer.wrap(joined(head, content));
    }
  }

  /** Looks into a box whose type says nothing and whose content begins with what does. */
  private void look(byte[] head, byte[] content) {
    if (Bytes.begins(content, 0, content.length, MANIFEST)) {
      if (mark.producer().isEmpty() && Bytes.saysGenerated(content, ID, content.length)) {
        packet = new byte[0];
      }
    } else if (left == 0 && Bytes.begins(content, 0, content.length, XMP)) {
      switch (XmpPacket.with(Arrays.copyOfRange(content, ID, content.length), mark)) {
        case XmpPacket.Written(byte[] merged) -> {
          packet = merged;
          ByteBuffer.wrap(head).putInt(4, UNUSED);
        }
        case XmpPacket.SaidAlready _ -> packet = new byte[0];
        case XmpPacket.Unreadable _ -> giveUp("the metadata that it has makes no sense");
      }
    }
  }

  /** The box with what is to be said; from now on nothing is. */
  private byte[] said() {
    if (packet.length == 0) {
      return packet;
    }
    ByteBuffer box = ByteBuffer.allocate(HEAD + ID + packet.length);
    box.putInt(box.capacity()).putInt(OWN_TYPE).put(XMP).put(packet);
    packet = new byte[0];
    return box.array();
  }

  private void giveUp(String why) {
    if (packet.length > 0) {
      Provenance.unmarked(mark, why);
      packet = new byte[0];
    }
    isOver = true;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public void close() throws IOException {
    film.close();
  }
}
