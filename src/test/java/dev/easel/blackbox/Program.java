package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.Easel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program as it is run: in a process of its own. */
final class Program implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader out;
  private final Path err;

  private Program(Process process, Path err) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.err = err;
  }

  /** How a run ended. */
  record Ended(int code, String out, String err) {}

  /** Starts {@code easel} with {@code arguments}, on a JVM that starts fast. */
  static Program start(String... arguments) throws IOException {
    return start(fastStart(), List.of(arguments));
  }

  /**
   * Options for a JVM that starts fast. It would print that it cannot use all of the archive, for
   * the archive of the JDK's own classes is of a program without native access.
   */
  static List<String> fastStart() {
    return List.of(
        "-XX:TieredStopAtLevel=1",
        "-Xmx512m",
        "-Xlog:disable",
        "-XX:SharedArchiveFile=" + Packed.archive());
  }

  /** Starts {@code easel} with {@code arguments} on a JVM with {@code options}. */
  static Program start(List<String> options, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-Djava.awt.headless=true",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Packed.classPath(),
            Easel.class.getName()));
    command.addAll(arguments);
    Path err = Files.createTempFile(Path.of("target"), "program-", ".err");
    return new Program(new ProcessBuilder(command).redirectError(err.toFile()).start(), err);
  }

  /** Runs {@code easel} with {@code arguments} to its end. */
  static Ended run(String... arguments) throws IOException, InterruptedException {
    try (Program program = start(arguments)) {
      String printed = program.out.readAllLines().stream().reduce("", (a, b) -> a + b + "\n");
      return new Ended(program.awaitExit(), printed, Files.readString(program.err));
    }
  }

  long pid() {
    return process.pid();
  }

  /** Reads what it prints until a line begins with {@code last}, which comes back with the rest. */
  List<String> linesUntil(String last) throws IOException {
    List<String> lines = new ArrayList<>();
    while (lines.isEmpty() || !lines.getLast().startsWith(last)) {
      String line = out.readLine();
      assertThat(line)
          .as("after %s and %s", lines, line == null ? Files.readString(err) : "")
          .isNotNull();
      lines.add(line);
    }
    return lines;
  }

  /** What it has logged so far. */
  String logged() throws IOException {
    return Files.readString(err);
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As {@code kill}; returns the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return awaitExit();
  }

  private int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(err);
  }
}
