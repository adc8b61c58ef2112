package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small pictures of results, {@value #LONGEST_SIDE} pixels at the longer side at most. One is made
 * when it is first asked for, and kept in the store under a name that follows from its file's. So
 * nothing waits for it that does not want it, and a node that dies while it makes one leaves
 * nothing to be done.
 */
public final class Thumbnails {
  private static final Logger log = LoggerFactory.getLogger(Thumbnails.class);

  static final int LONGEST_SIDE = 512;

  private static final int MOST_WAITING = 32;

  /** What the stem of a thumbnail begins with; all others are shorter than one. */
  private static final String MARK = "th";

  private static final int HASH_BYTES = 24;
  private static final int STEM = MARK.length() + 2 * HASH_BYTES;

  private final AssetStore store;
  private final Previews previews;
  private final InstantSource clock;
  private final Semaphore waiting = new Semaphore(MOST_WAITING);
  private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  /** Files that show nothing; each is looked at once. */
  private final Cache<String, Boolean> unfit =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofHours(1)).build();

  /** Thumbnails of what is in {@code store}. */
  public Thumbnails(AssetStore store, Previews previews, InstantSource clock) {
    this.store = store;
    this.previews = previews;
    this.clock = clock;
  }

  /** What there is. */
  public sealed interface Found {
    /** The thumbnail; whoever gets it closes it. */
    record There(AssetStore.Opened file) implements Found {}

    /** There is no such result, or nothing can be seen of it here. */
    record Nothing() implements Found {}

    /** Too many are being made. */
    record Busy() implements Found {}
  }

  /** The name of the thumbnail of the file {@code name}, which may not have been made yet. */
  public static String nameFor(String name) {
    String hash = HexFormat.of().formatHex(sha256(name), 0, HASH_BYTES);
    return MARK + hash + "." + MediaType.WEBP.extension();
  }

  /** Whether a file of that name is a thumbnail. */
  public static boolean isOne(String name) {
    return name.startsWith(MARK) && name.indexOf('.') == STEM;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /**
   * The thumbnail of the result {@code name}.
   *
   * @throws IOException when the store cannot be read
   */
  public Found of(String name) throws IOException {
    if (isOne(name) || AssetNames.isInput(name)) {
      return new Found.Nothing();
    }
    Optional<AssetStore.Opened> kept = store.open(nameFor(name));
    if (kept.isPresent()) {
      return new Found.There(kept.get());
    }
    if (unfit.getIfPresent(name) != null) {
      return new Found.Nothing();
    }
    if (!waiting.tryAcquire()) {
      return new Found.Busy();
    }
    try {
      return madeOnce(name);
    } finally {
      waiting.release();
    }
  }

  private Found madeOnce(String name) throws IOException {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> others = underWay.putIfAbsent(name, mine);
    if (others != null) {
      others.join();
      return store.open(nameFor(name)).<Found>map(Found.There::new).orElseGet(Found.Nothing::new);
    }
    try {
      return made(name);
    } finally {
      underWay.remove(name);
      mine.complete(null);
    }
  }

  private Found made(String name) throws IOException {
    Optional<byte[]> content = previews.small(name, LONGEST_SIDE);
    if (!isThere(name)) {
      return new Found.Nothing();
    }
    if (content.isEmpty()) {
      unfit.put(name, true);
      return new Found.Nothing();
    }
    keep(nameFor(name), content.get());
    if (!isThere(name)) { // deleted meanwhile, and its thumbnail was not there yet
      store.delete(nameFor(name));
      return new Found.Nothing();
    }
    // As it is in the store, so that this answer and the next have one tag.
    Optional<AssetStore.Opened> kept = store.open(nameFor(name));
    return new Found.There(kept.orElseGet(() -> new Made(content.get(), clock.instant())));
  }

  private boolean isThere(String name) throws IOException {
    Optional<AssetStore.Opened> file = store.open(name);
    if (file.isPresent()) {
      file.get().close();
    }
    return file.isPresent();
  }

  private void keep(String name, byte[] content) {
    try {
      store.put(
          name.substring(0, name.indexOf('.')), new ByteArrayInputStream(content), content.length);
    } catch (IOException full) {
      log.warn(
          "a thumbnail cannot be kept; it is made again when it is wanted: {}", full.toString());
    }
  }

  /** One that is in memory. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Made(byte[] content, Instant modified) implements AssetStore.Opened {
    @Override
    public MediaType type() {
      return MediaType.WEBP;
    }

    @Override
    public long bytes() {
      return content.length;
    }

    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      out.write(content, (int) offset, (int) length);
    }

    @Override
    public void close() {
      // It is in memory.
    }
  }
}
