package dev.easel.asset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Moves files from one place to another while nodes serve from both as a {@link MovingStore}: all
 * are copied and verified before the first is removed, so that a move that was cut short can simply
 * be run again.
 */
public final class AssetMove {
  private static final int AT_ONCE = 8;
  private static final int PIECE = 4 << 20;

  private final AssetPlace from;
  private final AssetPlace to;
  private final Function<String, Optional<String>> sha256;

  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong there = new AtomicLong();
  private final AtomicLong gone = new AtomicLong();
  private final AtomicLong removed = new AtomicLong();
  private final Queue<String> verified = new ConcurrentLinkedQueue<>();
  private final Queue<String> damaged = new ConcurrentLinkedQueue<>();

  /**
   * A move that is to be run once.
   *
   * @param sha256 of the file of that name as it was when it was stored; empty where nobody knows
   */
  public AssetMove(AssetPlace from, AssetPlace to, Function<String, Optional<String>> sha256) {
    this.from = from;
    this.to = to;
    this.sha256 = sha256;
  }

  /**
   * How far it is.
   *
   * @param copied files that are at the new place now
   * @param bytes of those
   * @param there files that had been there already, with the right content
   * @param gone files that were deleted meanwhile
   * @param damaged files whose content is not what was stored; they stay where they are
   * @param removed files that are at the old place no more
   */
  public record Progress(
      long copied, long bytes, long there, long gone, long removed, List<String> damaged) {}

  /**
   * Moves what is there.
   *
   * @param keep whether the files stay at the old place too
   * @param watcher told after every file, by several threads
   * @throws IOException when a place cannot be read or written; what was copied stays copied
   */
  public Progress run(boolean keep, Consumer<Progress> watcher) throws IOException {
    List<String> names = new ArrayList<>();
    from.list(file -> names.add(file.name()));
    each(
        names,
        name -> {
          copy(name);
          watcher.accept(progress());
        });
    if (!keep) {
      each(
          List.copyOf(verified),
          name -> {
            from.delete(name);
            removed.incrementAndGet();
            watcher.accept(progress());
          });
    }
    return progress();
  }

  private Progress progress() {
    return new Progress(
        copied.get(), bytes.get(), there.get(), gone.get(), removed.get(), List.copyOf(damaged));
  }

  private interface Step {
    void of(String name) throws IOException;
  }

  /** Several at once; the first failure ends it. */
  private static void each(List<String> names, Step step) throws IOException {
    try (ExecutorService workers =
        Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
      List<Future<?>> steps = new ArrayList<>(names.size());
      for (String name : names) {
        steps.add(
            workers.submit(() -> {
              step.of(name);
              return null;
            }));
      }
      try {
        for (Future<?> one : steps) {
          one.get();
        }
      } catch (ExecutionException failed) {
        workers.shutdownNow();
        throw new IOException(String.valueOf(failed.getCause()), failed.getCause());
      } catch (InterruptedException stopped) {
        workers.shutdownNow();
        Thread.currentThread().interrupt();
        throw new IOException("stopped", stopped);
      }
    }
  }

  private void copy(String name) throws IOException {
    Optional<AssetStore.Opened> source = from.open(name);
    if (source.isEmpty()) {
      gone.incrementAndGet();
      return;
    }
    try (AssetStore.Opened file = source.get()) {
      Optional<String> known = sha256.apply(name);
      String right = known.isPresent() ? known.get() : sum(file);
      if (isThere(name, right)) {
        there.incrementAndGet();
      } else if (!store(name, file, right)) {
        damaged.add(name);
        return;
      } else {
        copied.incrementAndGet();
        bytes.addAndGet(file.bytes());
      }
    } catch (NoSuchFileException deleted) {
      gone.incrementAndGet();
      return;
    }
    if (isDeleted(name)) {
      // By somebody who may have looked for it at the new place before it was there.
      to.delete(name);
      gone.incrementAndGet();
    } else {
      verified.add(name);
    }
  }

  private boolean isThere(String name, String right) throws IOException {
    Optional<AssetStore.Opened> target = to.open(name);
    if (target.isEmpty()) {
      return false;
    }
    try (AssetStore.Opened file = target.get()) {
      return sum(file).equals(right);
    }
  }

  /** Whether what is at the new place now is what was stored; if not, nothing is. */
  private boolean store(String name, AssetStore.Opened file, String right) throws IOException {
    String stem = name.substring(0, name.indexOf('.'));
    if (!(to.put(stem, new Pieces(file), file.bytes()) instanceof Put.Stored(StoredFile stored))) {
      return false;
    }
    boolean same = stored.sha256().equals(right) && stored.name().equals(name);
    if (!same) {
      to.delete(stored.name());
    }
    return same;
  }

  private boolean isDeleted(String name) throws IOException {
    Optional<AssetStore.Opened> source = from.open(name);
    if (source.isPresent()) {
      source.get().close();
    }
    return source.isEmpty();
  }

  private static String sum(AssetStore.Opened file) throws IOException {
    MessageDigest digest = Arrivals.digest("SHA-256");
    file.copy(
        0,
        file.bytes(),
        new OutputStream() {
          @Override
          public void write(int b) {
            digest.update((byte) b);
          }

          @Override
          public void write(byte[] content, int offset, int length) {
            digest.update(content, offset, length);
          }
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A file to be read from, of which a piece is in memory. */
  private static final class Pieces extends InputStream {
    private final AssetStore.Opened file;
    private InputStream piece = InputStream.nullInputStream();
    private long next;

    Pieces(AssetStore.Opened file) {
      this.file = file;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = piece.read(into, offset, length);
      if (count >= 0 || next == file.bytes()) {
        return count;
      }
      int size = (int) Math.min(PIECE, file.bytes() - next);
      ByteArrayOutputStream fetched = new ByteArrayOutputStream(size);
      file.copy(next, size, fetched);
      next += size;
      piece = new ByteArrayInputStream(fetched.toByteArray());
      return piece.read(into, offset, length);
    }
  }
}
