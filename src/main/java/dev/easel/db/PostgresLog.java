package dev.easel.db;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The server's log: a file to which the server itself appends, so that its words are there even
 * when Easel is not.
 */
final class PostgresLog {
  /** How much of a failed start is read. */
  private static final int TAIL_BYTES = 64 << 10;

  private static final String LINE_PREFIX = "^.*? \\[\\d+] (\\w*@\\w* )?";

  private final Path file;
  private final long limitBytes;

  PostgresLog(Path file, long limitBytes) {
    this.file = file;
    this.limitBytes = limitBytes;
  }

  /** Where the next message will begin; makes the file, for its owner's eyes, if need be. */
  long end() throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return Files.size(file);
  }

  ProcessBuilder.Redirect append() {
    return ProcessBuilder.Redirect.appendTo(file.toFile());
  }

  /**
   * Moves the content aside, to {@code .1}, when it is longer than the limit.
   *
   * <p>The server holds the file open for appending: it is emptied, not renamed.
   */
  void bound() throws IOException {
    if (end() > limitBytes) {
      Files.copy(file, file.resolveSibling(file.getFileName() + ".1"), REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(file, WRITE)) {
        channel.truncate(0);
      }
    }
  }

  /** What the server said since {@code start}. */
  String since(long start) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer tail = ByteBuffer.allocate(TAIL_BYTES);
      channel.read(tail, Math.max(start, channel.size() - TAIL_BYTES));
      return UTF_8.decode(tail.flip()).toString();
    }
  }

  /** The last messages of {@code text} in one line. */
  static String lastMessages(String text) {
    List<String> lines = text.strip().lines().toList();
    return lines.subList(Math.max(0, lines.size() - 5), lines.size()).stream()
        .map(line -> line.replaceFirst(LINE_PREFIX, ""))
        .collect(Collectors.joining("; "));
  }
}
