package dev.easel.db;

import static dev.easel.db.EmbeddedPostgresTest.connect;
import static dev.easel.db.EmbeddedPostgresTest.execute;
import static dev.easel.db.EmbeddedPostgresTest.query;
import static dev.easel.db.EmbeddedPostgresTest.serverPid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is killed, the next start works and the committed rows are there. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedPostgresCrashTest {
  @TempDir static Path temporary;

  private static Path data;
  private static PostgresHome home;

  @BeforeAll
  static void firstStart() throws Exception {
    // As root, in the harder place.
    Path closed = Files.createDirectory(temporary.toRealPath().resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    data = closed.resolve("data");
    home = PostgresHome.of(data);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      execute(postgres.address(), "create table kept (n int)");
    }
  }

  /** A node that starts the server of a directory, commits rows for ever, and says so. */
  static final class Node {
    public static void main(String[] arguments) throws SQLException {
      EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(arguments[0]));
      try (Connection connection = connect(postgres.address());
          PreparedStatement insert = connection.prepareStatement("insert into kept values (?)")) {
        for (int n = 1_000; ; n++) {
          insert.setInt(1, n);
          insert.executeUpdate();
          System.out.println("committed " + n);
        }
      }
    }
  }

  @Test
  void aKilledNodeTakesItsServerAlongAndLosesNothing() throws Exception {
    Process node =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Node.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    PostmasterFile server;
    int last = 0;
    try (BufferedReader output = node.inputReader()) {
      while (last < 1_050) {
        last = committed(output);
        assertThat(last).as("the node ended early").isPositive();
      }
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .hasMessageContaining("in use by another running node (pid " + node.pid() + ")");
      Database.Address beside = EmbeddedPostgres.running(data).orElseThrow();
      assertThat(query(beside, "select n from kept where n = " + last)).hasSize(1);
      server = serverOf(home);
      node.toHandle().destroyForcibly();
      node.waitFor();
      for (int n = committed(output); n > 0; n = committed(output)) {
        last = n;
      }
    }
    awaitEnd(server);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(
              query(
                  postgres.address(),
                  "select count(distinct n) from kept where n between 1000 and " + last))
          .containsExactly(String.valueOf(last - 999));
    }
  }

  @Test
  void aServerThatOutlivedItsNodeIsStopped() throws Exception {
    EmbeddedPostgres.start(data).close();
    Process leftover = serverWithoutEasel(home.cluster().toString());
    PostmasterFile file = serverOf(home);
    assertThat(file.pid()).isEqualTo(leftover.pid());
    assertThat(file.isAlive()).isTrue();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(leftover.waitFor()).isZero();
      assertThat(serverOf(home).pid()).isNotEqualTo(leftover.pid());
      execute(postgres.address(), "insert into kept values (1)");
    }
  }

  @Test
  void aServerUnderAnotherNameKeepsTheNextOneOut() throws Exception {
    EmbeddedPostgres.start(data).close();
    Process stranger = serverWithoutEasel(home.cluster() + "/.");
    assertThat(serverOf(home).isAlive()).isFalse();
    PostgresServer server = server();
    assertPassing(
        server.launch(PostgresPorts.choose(home), () -> false), "pre-existing shared memory block");
    server.stop(stranger);
    EmbeddedPostgres.start(data).close();
  }

  @Test
  void aPortSnatchedAwayMeansAnotherTry() throws Exception {
    EmbeddedPostgres.start(data).close();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertPassing(server().launch(taken.getLocalPort(), () -> false), "Address already in use");
    }
  }

  @Test
  void aStaleFileThatNamesALiveProcessIsRemoved() throws Exception {
    EmbeddedPostgres.start(data).close();
    Process foreign = user().process(List.of("sh", "-c", "echo $$; read end")).start();
    try (BufferedReader output = foreign.inputReader()) {
      assertThat(output.readLine()).isEqualTo(String.valueOf(foreign.pid()));
      assertStartsDespite(foreign.pid(), true);
      assertThat(foreign.isAlive()).isTrue();
    } finally {
      foreign.destroyForcibly();
    }
  }

  @Test
  void aStaleFileThatNamesALiveThreadIsRemoved() throws Exception {
    EmbeddedPostgres.start(data).close();
    long self = ProcessHandle.current().pid();
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      long thread =
          threads
              .mapToLong(task -> Long.parseLong(task.getFileName().toString()))
              .filter(id -> id != self)
              .min()
              .orElseThrow();
      // As root our threads are not the server's user's, and PostgreSQL does not mind them.
      assertStartsDespite(thread, !PostgresUser.isRoot());
    }
  }

  @Test
  void aStaleFileThatNamesAZombieIsRemoved() throws Exception {
    EmbeddedPostgres.start(data).close();
    // A child that ends when its parent has become a program that never asks for it.
    String script = "exec 3<&0; sh -c 'read end <&3' & echo $!; exec sleep 600";
    Process parent = user().process(List.of("sh", "-c", script)).start();
    try (BufferedReader output = parent.inputReader();
        Writer input = parent.outputWriter()) {
      long zombie = Long.parseLong(output.readLine());
      awaitContent(Path.of("/proc/" + parent.pid() + "/comm"), "sleep");
      input.write("\n");
      input.flush();
      awaitContent(Path.of("/proc/" + zombie + "/stat"), ") Z ");
      assertStartsDespite(zombie, true);
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void aKilledServerComesBackAtTheSameAddress() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      execute(postgres.address(), "insert into kept values (21)");
      PostmasterFile killed = serverOf(home);
      ProcessHandle.of(killed.pid()).orElseThrow().destroyForcibly();
      awaitEnd(killed);
      assertThat(whenItAnswers(postgres.address(), "select n from kept where n = 21")).hasSize(1);
      assertThat(serverOf(home).pid()).isNotEqualTo(killed.pid());
    }
    assertThat(EmbeddedPostgres.running(data)).isEmpty();
  }

  @Test
  void aServerThatCannotComeBackIsTriedUntilClosed() throws Exception {
    Path custom = home.directory().resolve("custom.conf");
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      PostgresLog log = new PostgresLog(home.log(), Long.MAX_VALUE);
      long before = log.end();
      Files.writeString(custom, "nonsense = 1\n");
      ProcessHandle.of(serverPid(home)).orElseThrow().destroyForcibly();
      while (!log.since(before).contains("configuration file")) {
        Thread.onSpinWait();
      }
      Files.delete(custom);
      assertThat(whenItAnswers(postgres.address(), "select 1")).hasSize(1);
    } finally {
      Files.deleteIfExists(custom);
    }
  }

  private static PostgresServer server() throws IOException {
    return new PostgresServer(home, user(), new PostgresLog(home.log(), Long.MAX_VALUE));
  }

  private static void assertPassing(PostgresServer.Launch launch, String reason) {
    assertThat(launch)
        .isInstanceOfSatisfying(
            PostgresServer.Launch.Failed.class,
            failed -> {
              assertThat(failed.why()).contains(reason);
              assertThat(failed.isPassing()).isTrue();
            });
  }

  /** Writes the file that a killed server would have left if it had had this process id. */
  private static void assertStartsDespite(long pid, boolean postgresMinds) throws Exception {
    Path file = PostmasterFile.path(home.cluster());
    Files.writeString(file, "%d\n%s\n1\n15432\n\n127.0.0.1\n".formatted(pid, home.cluster()));
    user().own(file);
    if (postgresMinds) {
      PostgresUser.Ran refused =
          user().run("", home.program("postgres"), "-D", home.cluster().toString());
      assertThat(refused.isSuccess()).isFalse();
      assertThat(refused.output()).contains("lock file \"postmaster.pid\" already exists");
    }
    assertThat(EmbeddedPostgres.running(data)).isEmpty();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      execute(postgres.address(), "insert into kept values (2)");
    }
  }

  /** A server whose end nobody will bring about; returns when it accepts connections. */
  private static Process serverWithoutEasel(String cluster) throws IOException {
    ProcessBuilder builder = user().process(List.of(home.program("postgres"), "-D", cluster));
    List<String> command = new ArrayList<>(builder.command());
    Collections.replaceAll(command, "INT", "clear");
    Process process =
        builder.command(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    while (PostmasterFile.read(home.cluster()).filter(PostmasterFile::isReady).isEmpty()) {
      assertThat(process.isAlive()).isTrue();
    }
    return process;
  }

  private static List<String> whenItAnswers(Database.Address address, String sql)
      throws InterruptedException {
    while (true) {
      try {
        return query(address, sql);
      } catch (SQLException notYet) {
        Thread.onSpinWait();
      }
    }
  }

  private static void awaitContent(Path file, String part) throws IOException {
    while (!Files.readString(file).contains(part)) {
      Thread.onSpinWait();
    }
  }

  private static void awaitEnd(PostmasterFile server) {
    while (server.isAlive()) {
      Thread.onSpinWait();
    }
  }

  private static PostmasterFile serverOf(PostgresHome home) throws IOException {
    return PostmasterFile.read(home.cluster()).orElseThrow();
  }

  private static PostgresUser user() throws IOException {
    return PostgresUser.of(home);
  }

  /** The next number that the node reports, 0 at its end. */
  private static int committed(BufferedReader output) throws IOException {
    String line = output.readLine();
    while (line != null && !line.startsWith("committed ")) {
      line = output.readLine();
    }
    return line == null ? 0 : Integer.parseInt(line.substring("committed ".length()));
  }
}
