package dev.easel.asset;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * An {@link AssetStore} in a directory, which several nodes may share. A file {@code abc….png} is
 * {@code a/b/abc….png}; what is still arriving is in {@code incoming}.
 */
public final class LocalAssetStore implements AssetPlace {
  private static final String INCOMING = "incoming";

  /** Holds the id of this place; no file can have that name. */
  private static final String MARKER = "easel-assets.id";

  private final Path root;
  private final Arrivals arrivals;

  /** Directories that are known to survive a crash. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  private LocalAssetStore(Path root, Arrivals arrivals) {
    this.root = root;
    this.arrivals = arrivals;
  }

  /**
   * Opens the store in {@code root}, makes the directory where there is none, and removes what a
   * crash left half written.
   *
   * @throws IOException when the directory cannot be made or written
   */
  public static LocalAssetStore open(Path root, InstantSource clock) throws IOException {
    Path absolute = root.toAbsolutePath();
    Arrivals arrivals = new Arrivals(absolute.resolve(INCOMING), clock.instant());
    sync(absolute);
    Path above = absolute.getParent();
    if (above != null) {
      sync(above);
    }
    return new LocalAssetStore(absolute, arrivals);
  }

  @Override
  public Put put(String stem, InputStream content, long maxBytes) throws IOException {
    return arrivals.take(
        stem,
        content,
        maxBytes,
        (file, part, channel) -> {
          channel.force(true);
          publish(part, file.name());
        });
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

  @Override
  public void delete(String name) throws IOException {
    if (Arrivals.type(name).isPresent() && Files.deleteIfExists(path(name))) {
      sync(path(name).resolveSibling(""));
    }
  }

  @Override
  public Optional<Opened> open(String name) throws IOException {
    Optional<MediaType> type = Arrivals.type(name);
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

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public void list(Consumer<Listed> reader) throws IOException {
    try (Stream<Path> paths = Files.find(root, 3, (_, attributes) -> attributes.isRegularFile())) {
      Iterator<Path> each = paths.iterator();
      while (each.hasNext()) {
        Path path = each.next();
        String name = String.valueOf(path.getFileName());
        if (Arrivals.type(name).isPresent() && path.equals(path(name))) {
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
  public UUID mark(UUID fresh) throws IOException {
    Path marker = root.resolve(MARKER);
    Path part = root.resolve(INCOMING).resolve(fresh + ".part");
    if (Files.notExists(marker)) {
      try {
        Files.writeString(part, fresh + "\n");
        publishOnce(part, marker);
        sync(root);
      } catch (FileAlreadyExistsException another) {
        // It was first: its id counts.
      } finally {
        Files.deleteIfExists(part);
      }
    }
    return AssetPlace.id(location(), Files.readString(marker));
  }

  /** Whole or not at all, and never over another node's, as far as the file system can do that. */
  private static void publishOnce(Path part, Path marker) throws IOException {
    try {
      Files.createLink(marker, part);
    } catch (FileAlreadyExistsException another) {
      throw another;
    } catch (UnsupportedOperationException | FileSystemException noLinks) {
      Files.move(part, marker);
    }
  }

  @Override
  public void close() {
    // Nothing is held between calls.
  }

  private record LocalFile(FileChannel file, MediaType type, long bytes, Instant modified)
      implements Opened {
    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(Arrivals.CHUNK, Math.max(length, 1)));
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
