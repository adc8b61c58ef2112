package dev.easel.db;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server process wrote about itself into {@code postmaster.pid} of its cluster.
 *
 * <p>A server that was killed leaves the file behind, and its process id may since belong to
 * somebody else: see {@link #isAlive()}.
 *
 * @param port 0 while the server has not got that far
 * @param isReady whether it accepts connections
 */
record PostmasterFile(Path cluster, long pid, int port, boolean isReady) {
  /** The file of this cluster, if there is one. */
  static Optional<PostmasterFile> read(Path cluster) throws IOException {
    try {
      // A path in it may be in any encoding; the rest is ASCII.
      List<String> lines = Files.readAllLines(path(cluster), ISO_8859_1);
      return Optional.of(
          new PostmasterFile(
              cluster, number(lines, 0), (int) number(lines, 3), line(lines, 7).equals("ready")));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  static Path path(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }

  /**
   * Whether that process is running, and is a server on this cluster.
   *
   * <p>Told by its arguments: the number may name another process by now, or even a thread of one;
   * and a zombie, which has no arguments any more, is as good as gone.
   */
  boolean isAlive() {
    return pid > 0
        && ProcessHandle.of(pid)
            .flatMap(process -> process.info().arguments())
            .filter(arguments -> List.of(arguments).equals(arguments(cluster)))
            .isPresent();
  }

  /** The arguments that every server on {@code cluster} is started with. */
  static List<String> arguments(Path cluster) {
    return List.of("-D", cluster.toString());
  }

  /** A line, or nothing: the file may be read while it is being written. */
  private static String line(List<String> lines, int index) {
    return index < lines.size() ? lines.get(index).strip() : "";
  }

  private static long number(List<String> lines, int index) {
    String text = line(lines, index);
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
  }
}
