package dev.easel.asset;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where files arrive before a store keeps them: each in a file of its own, where it is recognised,
 * measured and hashed without ever being in memory as a whole.
 */
final class Arrivals {
  private static final Pattern STEM = Pattern.compile("[a-z0-9]{16,64}");
  static final int CHUNK = 64 * 1024;

  /** Longer than any file takes to arrive: what is older was left by a crash. */
  static final Duration ABANDONED = Duration.ofHours(6);

  private final Path directory;

  /** Makes {@code directory} where there is none, and removes what a crash left there. */
  Arrivals(Path directory, Instant now) throws IOException {
    this.directory = Files.createDirectories(directory);
    sweep(now.minus(ABANDONED));
  }

  private void sweep(Instant before) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory)) {
      for (Path part : parts) {
        // Another node may be writing, and may finish between the look and the removal.
        if (part.toFile().lastModified() < before.toEpochMilli()) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  /** Keeps a file that has arrived; it may be moved away, and is removed when it is still there. */
  interface Keeper {
    void keep(StoredFile file, Path part, FileChannel content) throws IOException;
  }

  /** Takes {@code content} as {@link AssetStore#put} does, and has {@code keeper} keep it. */
  Put take(String stem, InputStream content, long maxBytes, Keeper keeper) throws IOException {
    if (!STEM.matcher(stem).matches()) {
      throw new IllegalArgumentException("a stem has 16 to 64 lower-case letters and digits");
    }
    Path part = directory.resolve(UUID.randomUUID() + ".part");
    try (FileChannel file = FileChannel.open(part, CREATE_NEW, READ, WRITE)) {
      byte[] chunk = content.readNBytes((int) Math.min(CHUNK, maxBytes + 1));
      byte[] head = Arrays.copyOf(chunk, Math.min(chunk.length, MediaType.HEAD));
      Optional<MediaType> type = MediaType.sniff(head);
      if (type.isEmpty()) {
        return new Put.NotMedia("is neither a picture nor a film" + MediaType.impression(head));
      }
      MessageDigest digest = digest("SHA-256");
      long bytes = 0;
      for (int count = chunk.length;
          count > 0;
          count = content.readNBytes(chunk, 0, chunk.length)) {
        bytes += count;
        if (bytes > maxBytes) {
          return new Put.TooLarge(maxBytes);
        }
        digest.update(chunk, 0, count);
        write(file, ByteBuffer.wrap(chunk, 0, count));
      }
      String sha256 = HexFormat.of().formatHex(digest.digest());
      StoredFile stored = describe(stem, type.get(), bytes, sha256, file);
      keeper.keep(stored, part, file);
      return new Put.Stored(stored);
    } finally {
      Files.deleteIfExists(part);
    }
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

  /** The type of a file that can have that name; empty when none can. */
  static Optional<MediaType> type(String name) {
    int dot = name.indexOf('.');
    return dot >= 0 && STEM.matcher(name.substring(0, dot)).matches()
        ? MediaType.ofExtension(name.substring(dot + 1))
        : Optional.empty();
  }

  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has " + algorithm, impossible);
    }
  }
}
