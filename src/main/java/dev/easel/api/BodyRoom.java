package dev.easel.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies of requests may take, all callers together. A body with pictures is in
 * memory until they are stored: many large ones at once would leave none to anybody else. Who does
 * not fit is refused, and may come again in a moment; nobody waits holding what others wait for.
 *
 * <p>A body takes room as it comes, not as it is announced: who announces much and sends little
 * keeps nobody out.
 */
public final class BodyRoom {
  /** As it came, as text, and decoded: what a body takes for each of its bytes while it is read. */
  private static final int COPIES = 3;

  /** Bodies smaller than this are not counted: they take no more than their connection does. */
  private static final long STEP = 128 * 1024;

  private final long size;
  private final AtomicLong taken = new AtomicLong();

  /** Room for {@code bytes} of memory; one body at a time fits however large it may be. */
  public BodyRoom(long bytes) {
    this.size = bytes;
  }

  /** A quarter of what the Java heap can grow to. */
  public static BodyRoom ofHeap() {
    return new BodyRoom(Runtime.getRuntime().maxMemory() / 4);
  }

  /** What one request has of it. */
  final class Share {
    private long own;

    /** {@code body}, which takes room while it is read. */
    Counted count(InputStream body) {
      return new Counted(body, this);
    }

    private boolean grow() {
      long more = STEP * COPIES;
      long all = taken.addAndGet(more);
      if (all > size && all > own + more) {
        taken.addAndGet(-more);
        return false;
      }
      own += more;
      return true;
    }

    /** Gives it back: what was read is stored, or forgotten. */
    void giveBack() {
      taken.addAndGet(-own);
      own = 0;
    }
  }

  /** None of it yet. */
  Share share() {
    return new Share();
  }

  /** A body that ends with an exception where there is no more room. */
  static final class Counted extends FilterInputStream {
    private final Share share;
    private long untilNext = STEP;
    private boolean refused;

    private Counted(InputStream body, Share share) {
      super(body);
      this.share = share;
    }

    /** Whether it ended for want of room. */
    boolean isRefused() {
      return refused;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      for (untilNext -= Math.max(count, 0); untilNext <= 0; untilNext += STEP) {
        if (!share.grow()) {
          refused = true;
          throw new IOException("no room for more of this body now");
        }
      }
      return count;
    }
  }
}
