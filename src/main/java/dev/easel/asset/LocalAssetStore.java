package dev.easel.asset;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An {@link AssetStore} in a directory, which several nodes may share. A file {@code abc….png} is
 * {@code a/b/abc….png}; what is still arriving is in {@code incoming}.
 */
public final class LocalAssetStore implements AssetStore {
  private static final Pattern STEM = Pattern.compile("[a-z0-9]{16,64}");
  private static final int CHUNK = 64 * 1024;

  /** Longer than any file takes to arrive: what is older was left by a crash. */
  private static final Duration ABANDONED = Duration.ofHours(6);

  private final Path root;
  private final Path incoming;

  /** Directories that are known to survive a crash. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  private LocalAssetStore(Path root) {
    this.root = root;
    this.incoming = root.resolve("incoming");
  }

  /**
   * Opens the store in {@code root}, makes the directory where there is none, and removes what a
   * crash left half written.
   *
   * @throws IOException when the directory cannot be made or written
   */
  public static LocalAssetStore open(Path root, InstantSource clock) throws IOException {
    LocalAssetStore store = new LocalAssetStore(root.toAbsolutePath());
    Files.createDirectories(store.incoming);
    sync(store.root);
    Path above = store.root.getParent();
    if (above != null) {
      sync(above);
    }
    store.sweep(clock.instant().minus(ABANDONED));
    return store;
  }

  private void sweep(Instant before) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(incoming)) {
      for (Path part : parts) {
        // Another node may be writing, and may finish between the look and the removal.
        if (part.toFile().lastModified() < before.toEpochMilli()) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  @Override
  public Put put(String stem, InputStream content, long maxBytes) throws IOException {
    if (!STEM.matcher(stem).matches()) {
      throw new IllegalArgumentException("a stem has 16 to 64 lower-case letters and digits");
    }
    Path part = incoming.resolve(UUID.randomUUID() + ".part");
    try (FileChannel file = FileChannel.open(part, CREATE_NEW, READ, WRITE)) {
      return store(stem, content, maxBytes, part, file);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private Put store(String stem, InputStream content, long maxBytes, Path part, FileChannel file)
      throws IOException {
    byte[] chunk = content.readNBytes((int) Math.min(CHUNK, maxBytes + 1));
    byte[] head = Arrays.copyOf(chunk, Math.min(chunk.length, MediaType.HEAD));
    Optional<MediaType> type = MediaType.sniff(head);
    if (type.isEmpty()) {
      return new Put.NotMedia("is neither a picture nor a film" + MediaType.impression(head));
    }
    MessageDigest digest = sha256();
    long bytes = 0;
    for (int count = chunk.length; count > 0; count = content.readNBytes(chunk, 0, chunk.length)) {
      bytes += count;
      if (bytes > maxBytes) {
        return new Put.TooLarge(maxBytes);
      }
      digest.update(chunk, 0, count);
      write(file, ByteBuffer.wrap(chunk, 0, count));
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    StoredFile stored = describe(stem, type.get(), bytes, sha256, file);
    file.force(true);
    publish(part, stored.name());
    return new Put.Stored(stored);
  }

  private static void write(FileChannel file, ByteBuffer content) throws IOException {
    while (content.hasRemaining()) {
      file.write(content);
    }
  }

  private static StoredFile describe(
      String stem, MediaType type, long bytes, String sha256, FileChannel file) throws IOException {
    String name = stem + "." + type.extension();
    if (type.isImage()) {
      file.position(0);
      // The stream is not closed: the channel is still needed.
      Optional<PixelSize> size = PixelSize.ofImage(type, Channels.newInputStream(file));
      return new StoredFile(name, type, bytes, sha256, size, Optional.empty());
    }
    FilmHead film = FilmHead.read(file);
    return new StoredFile(name, type, bytes, sha256, film.size(), film.duration());
  }

  private void publish(Path part, String name) throws IOException {
    Path path = path(name);
    Path shard = path.resolveSibling("");
    if (!durable.contains(shard)) {
      Files.createDirectories(shard);
      sync(shard.resolveSibling(""));
      sync(root);
      durable.add(shard);
    }
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
    sync(shard);
  }

  /** Makes what was created in or renamed into {@code directory} survive a crash. */
  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  /**
   * Two levels of one character: 1,024 directories for names in base32, thousands of files each.
   */
  private Path path(String name) {
    return root.resolve(name.substring(0, 1)).resolve(name.substring(1, 2)).resolve(name);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** The type of a file that can have that name; empty when none can. */
  private static Optional<MediaType> type(String name) {
    int dot = name.indexOf('.');
    return dot >= 0 && STEM.matcher(name.substring(0, dot)).matches()
        ? MediaType.ofExtension(name.substring(dot + 1))
        : Optional.empty();
  }

  @Override
  public void delete(String name) throws IOException {
    if (type(name).isPresent() && Files.deleteIfExists(path(name))) {
      sync(path(name).resolveSibling(""));
    }
  }

  @Override
  public void list(Consumer<Listed> reader) throws IOException {
    try (Stream<Path> paths = Files.find(root, 3, (_, attributes) -> attributes.isRegularFile())) {
      Iterator<Path> each = paths.iterator();
      while (each.hasNext()) {
        Path path = each.next();
        String name = String.valueOf(path.getFileName());
        if (type(name).isPresent() && path.equals(path(name))) {
          listed(name, path).ifPresent(reader);
        }
      }
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
  }

  /** Empty when it was deleted meanwhile. */
  private static Optional<Listed> listed(String name, Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return Optional.of(
          new Listed(name, attributes.size(), attributes.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException deleted) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Opened> open(String name) throws IOException {
    Optional<MediaType> type = type(name);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    Path path = path(name);
    try {
      FileChannel file = FileChannel.open(path, READ);
      return Optional.of(
          new LocalFile(
              file, type.get(), file.size(), Files.getLastModifiedTime(path).toInstant()));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  private record LocalFile(FileChannel file, MediaType type, long bytes, Instant modified)
      implements Opened {
    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(length, 1)));
      for (long done = 0; done < length; done += chunk.position()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
        if (file.read(chunk, offset + done) < 0) {
          throw new IOException("the file has become shorter");
        }
        out.write(chunk.array(), 0, chunk.position());
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
