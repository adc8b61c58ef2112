package dev.easel.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL's programs run.
 *
 * <p>As ourselves, unless we are root, as whom PostgreSQL refuses to run: then as the owner of the
 * cluster, and a new cluster belongs to {@code nobody}. On Linux a program started here gets an
 * interrupt (for the server: a fast shutdown) when the thread that started it ends, and a session
 * of its own, so that Ctrl-C in a terminal reaches Easel alone.
 */
final class PostgresUser {
  private static final List<String> FENCE = List.of("setsid", "setpriv", "--pdeathsig", "INT");

  private final List<String> prefix;
  private final Optional<Owner> owner;

  private PostgresUser(List<String> prefix, Optional<Owner> owner) {
    this.prefix = prefix;
    this.owner = owner;
  }

  /**
   * Finds out what works here, by running the unpacked server program.
   *
   * @throws DatabaseException when nothing does
   */
  static PostgresUser of(PostgresHome home) throws IOException {
    if (!isRoot()) {
      return firstThatWorks(home, List.of(FENCE, List.of()), Optional.empty());
    }
    Owner owner = Owner.of(home.cluster());
    List<String> other =
        concat(
            FENCE,
            List.of(
                "--reuid=" + owner.user().getName(),
                "--regid=" + owner.group().getName(),
                "--clear-groups"));
    return firstThatWorks(
        home,
        List.of(other, entering(other, "dac_read_search"), entering(other, "dac_override")),
        Optional.of(owner));
  }

  /**
   * The same with the right to pass through directories that only root may enter, such as a home:
   * {@code dac_read_search}, or {@code dac_override} where a container has only that one.
   *
   * <p>The secure bit makes access(2), which PostgreSQL asks about its own files, count the right.
   */
  private static List<String> entering(List<String> other, String right) {
    return concat(
        other,
        List.of(
            "--securebits=+no_setuid_fixup",
            "--inh-caps=-all,+" + right,
            "--ambient-caps=-all,+" + right));
  }

  private static PostgresUser firstThatWorks(
      PostgresHome home, List<List<String>> prefixes, Optional<Owner> owner) {
    String postgres = home.program("postgres");
    String why = "";
    for (List<String> prefix : prefixes) {
      PostgresUser user = new PostgresUser(prefix, owner);
      Ran probe = user.run("", "sh", "-c", "test -x \"$0\" && exec \"$0\" --version", postgres);
      if (probe.isSuccess()) {
        return user;
      }
      why = probe.lastLines();
    }
    throw new DatabaseException(
        owner
            .map(other ->
                "PostgreSQL may not run as root, and as %s it cannot run in %s (%s): start"
                    + " Easel as an ordinary user, or use --db-url")
            .orElse("the embedded PostgreSQL cannot run in %2$s (%3$s): use --db-url")
            .formatted(
                owner.map(other -> other.user().getName()).orElse(""), home.directory(), why));
  }

  /** For commands that touch nothing of the server. */
  static PostgresUser ourselves() {
    return new PostgresUser(List.of(), Optional.empty());
  }

  static boolean isRoot() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        ? Files.readAllLines(status).stream()
            .anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"))
        : System.getProperty("user.name", "").equals("root");
  }

  /** The command line and the environment that run a program as this user. */
  ProcessBuilder process(List<String> command) {
    ProcessBuilder process = new ProcessBuilder(concat(prefix, command));
    // PGPORT, PGDATA and the like must not reach the server; macOS insists on a locale.
    String path = process.environment().getOrDefault("PATH", "/usr/bin:/bin");
    process.environment().clear();
    process.environment().putAll(Map.of("PATH", path, "LC_ALL", "C"));
    return process.directory(Path.of("/").toFile()).redirectErrorStream(true);
  }

  /** Runs a command to its end. */
  Ran run(String input, String... command) {
    try {
      Process process = process(List.of(command)).start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException ended) {
        // Its exit code and its words say why it did not listen.
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Ran(process.waitFor(), output);
    } catch (IOException missing) {
      return new Ran(127, String.valueOf(missing.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("interrupted while running " + List.of(command), interrupted);
    }
  }

  /** Makes this user the owner of {@code path} and of all below it, if it is not yet. */
  void own(Path path) throws IOException {
    if (owner.isEmpty() || Files.getOwner(path).equals(owner.get().user())) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      // From the leaves up: when this is interrupted, the root still says that it is not done.
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.setOwner(each, owner.get().user());
        Files.getFileAttributeView(each, PosixFileAttributeView.class)
            .setGroup(owner.get().group());
      }
    }
  }

  private static List<String> concat(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  /**
   * How a command ended.
   *
   * @param output what it said on both streams
   */
  record Ran(int exitCode, String output) {
    boolean isSuccess() {
      return exitCode == 0;
    }

    String lastLines() {
      return output.isBlank() ? "exit code " + exitCode : PostgresLog.lastMessages(output);
    }
  }

  private record Owner(UserPrincipal user, GroupPrincipal group) {
    /** The owner of the cluster; nobody if there is none yet, or if root made a copy of it. */
    static Owner of(Path cluster) throws IOException {
      if (Files.exists(cluster) && !Files.getAttribute(cluster, "unix:uid").equals(0)) {
        PosixFileAttributes attributes = Files.readAttributes(cluster, PosixFileAttributes.class);
        return new Owner(attributes.owner(), attributes.group());
      }
      UserPrincipalLookupService users = cluster.getFileSystem().getUserPrincipalLookupService();
      return new Owner(users.lookupPrincipalByName("nobody"), group(users));
    }

    private static GroupPrincipal group(UserPrincipalLookupService users) throws IOException {
      try {
        return users.lookupPrincipalByGroupName("nogroup");
      } catch (UserPrincipalNotFoundException notDebian) {
        return users.lookupPrincipalByGroupName("nobody");
      }
    }
  }
}
