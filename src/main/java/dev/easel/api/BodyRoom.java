package dev.easel.api;

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
    private long untilNext = STEP;

    /** Takes room for {@code bytes} more of a body; false where there is none. */
    boolean take(long bytes) {
      for (untilNext -= bytes; untilNext <= 0; untilNext += STEP) {
        if (!grow()) {
          return false;
        }
      }
      return true;
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
      untilNext = STEP;
    }
  }

  /** None of it yet. */
  Share share() {
    return new Share();
  }
}
