package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.PreparedDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The compiled program in a jar, as it is delivered, and its classes as a JVM finds them ready: a
 * third of the work of a start is to load them, and tests start it dozens of times.
 */
final class Packed {
  private static final Path CLASSES = Path.of("target/classes").toAbsolutePath();
  private static final Path JAR = Path.of("target/program.jar").toAbsolutePath();

  private Packed() {}

  /** The program and its libraries, without the tests. */
  static String classPath() {
    return ClassPath.VALUE;
  }

  /** The file for {@code -XX:SharedArchiveFile}; of use to a JVM that runs {@link #classPath}. */
  static Path archive() {
    return Archive.FILE;
  }

  /** Made by the first use. */
  private static final class ClassPath {
    static final String VALUE = pack();

    private static String pack() {
      String[] jar = {
        "--create", "--no-compress", "--file", JAR.toString(), "-C", CLASSES.toString(), "."
      };
      int code = ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, jar);
      assertThat(code).isZero();
      Stream<String> libraries =
          Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
              .filter(entry -> entry.endsWith(".jar"));
      return Stream.concat(Stream.of(JAR.toString()), libraries)
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  /** Written by the first use, by a JVM that starts a server and ends it. */
  private static final class Archive {
    static final Path FILE = write();

    private static Path write() {
      Path file = Path.of("target/program.jsa").toAbsolutePath();
      try {
        Path data = Files.createTempDirectory(Path.of("target"), "packed-");
        List<String> options =
            List.of("-XX:TieredStopAtLevel=1", "-XX:ArchiveClassesAtExit=" + file);
        List<String> arguments =
            List.of("serve", "--data", PreparedDatabase.in(data).toString(), "--port", "0");
        try (Program program = Program.start(options, arguments)) {
          program.linesUntil("Easel is ready at ");
          program.terminate();
        }
        new ProcessBuilder("rm", "-rf", data.toString()).start().waitFor();
        assertThat(file).as("without it every start would be slow, and nothing else").exists();
        return file;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }
}
