package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Each test restarts the server of one shared directory, and leaves it startable. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedPostgresTest {
  @TempDir static Path temporary;

  private static Path data;
  private static PostgresHome home;

  @BeforeAll
  static void firstStart() throws Exception {
    // A name with a blank, of a directory that does not exist yet, with what an interrupted first
    // start leaves behind.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    data = temporary.toRealPath().resolve("some data");
    home = PostgresHome.of(data);
    Files.createDirectories(home.directory().resolve("initdb-1/base"));
    Files.createDirectories(home.directory().resolve("unpack-1/bin"));
    Files.createFile(home.directory().resolve("initdb-1.password"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      execute(postgres.address(), "create table kept (n int)");
    }
  }

  @Test
  void leavesOnlyItsOwnFiles() throws IOException {
    EmbeddedPostgres.start(data).close();
    try (Stream<Path> files = Files.list(home.directory())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "bin-" + PostgresBinaries.VERSION, "cluster", "password", "port", "server.log");
    }
    assertThat(mode(home.password())).isEqualTo("rw-------");
    assertThat(mode(home.log())).isEqualTo("rw-------");
    assertThat(mode(home.cluster())).isEqualTo("rwx------");
  }

  @Test
  void keepsItsDataPortAndPasswordOverRestarts() throws Exception {
    Database.Address first;
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      first = postgres.address();
      execute(first, "insert into kept values (11)");
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(postgres.address()).isEqualTo(first);
      assertThat(query(first, "select n from kept where n = 11")).hasSize(1);
    }
    assertThat(first.url()).matches("jdbc:postgresql://127\\.0\\.0\\.1:\\d+/easel");
    assertThat(first.password()).hasSize(32);
  }

  @Test
  void givesUpNoDurability() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(
              query(
                  postgres.administration(),
                  """
                  select name || '=' || setting from pg_settings where name in ('fsync',
                    'full_page_writes', 'synchronous_commit', 'data_checksums', 'server_encoding')
                  order by name
                  """))
          .containsExactly(
              "data_checksums=on",
              "fsync=on",
              "full_page_writes=on",
              "server_encoding=UTF8",
              "synchronous_commit=on");
      assertThat(
              query(
                  postgres.administration(),
                  "select datlocprovider::text || ' ' || datlocale from pg_database"
                      + " where datname = 'easel'"))
          .containsExactly("b C.UTF-8");
    }
  }

  @Test
  void isOpenToNobodyWithoutThePassword() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      Database.Address address = postgres.address();
      Database.Address wrong = new Database.Address(address.url(), address.user(), "guess");
      assertThatThrownBy(() -> execute(wrong, "select 1"))
          .hasMessageContaining("password authentication failed");
      assertThat(
              query(
                  postgres.administration(),
                  """
                  select name || '=' || setting from pg_settings
                  where name in ('listen_addresses', 'unix_socket_directories') order by name
                  """))
          .containsExactly("listen_addresses=127.0.0.1", "unix_socket_directories=");
      assertThat(
              query(
                  postgres.administration(), "select distinct auth_method from pg_hba_file_rules"))
          .containsExactly("scram-sha-256");
      assertThatThrownBy(() -> execute(address, "copy kept to program 'cat'"))
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void runsInASessionOfItsOwnAndNotAsRoot() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(EmbeddedPostgres.running(data)).hasValue(postgres.address());
      Path process = Path.of("/proc/" + serverPid(home));
      assertThat(Files.readString(process.resolve("status"))).doesNotContainPattern("Uid:\\s+0");
      // The fields after the name: state, parent, process group, session.
      String[] fields =
          Files.readString(process.resolve("stat")).replaceFirst(".*\\) ", "").split(" ", 5);
      assertThat(fields[2]).isEqualTo(fields[3]).isEqualTo(String.valueOf(serverPid(home)));
    }
  }

  @Test
  void whatItStartsEndsWithTheThreadThatStartedIt() throws Exception {
    // Whoever starts these tests in the background of a script has them ignore interrupts.
    ProcessBuilder endless =
        PostgresUser.of(home).process(List.of("env", "--default-signal=INT", "yes", "started"));
    CompletableFuture<Process> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            Process process = endless.start();
            process.inputReader().readLine();
            started.complete(process);
          } catch (IOException failed) {
            started.completeExceptionally(failed);
          }
        })
        .join();
    int interrupted = 128 + 2;
    assertThat(started.get().waitFor()).isEqualTo(interrupted);
  }

  @Test
  void refusesADirectoryThatIsInUse() {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .isInstanceOf(DatabaseException.class)
          .hasMessage(
              "the data directory %s is in use by another running node (pid %d)",
              data, ProcessHandle.current().pid());
      assertThat(EmbeddedPostgres.running(data)).hasValue(postgres.address());
    }
    assertThat(EmbeddedPostgres.running(data)).isEmpty();
  }

  @Test
  void isNotRunningWhereNothingIs() {
    assertThat(EmbeddedPostgres.running(data.resolveSibling("nothing"))).isEmpty();
  }

  @Test
  void closesWithClientsConnectedAndTwice() throws Exception {
    EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
    try (Connection connection = connect(postgres.address())) {
      postgres.close();
      assertThat(connection.isValid(1)).isFalse();
    }
    try (EmbeddedPostgres next = EmbeddedPostgres.start(data)) {
      postgres.close();
      assertThatThrownBy(() -> EmbeddedPostgres.start(data)).hasMessageContaining("in use");
      assertThat(EmbeddedPostgres.running(data)).hasValue(next.address());
    }
  }

  @Test
  void takesAnotherPortWhenItsOwnIsTaken() throws Exception {
    EmbeddedPostgres.start(data).close();
    int before = Integer.parseInt(Files.readString(home.port()).strip());
    try (ServerSocket taken = new ServerSocket(before, 1, InetAddress.ofLiteral("127.0.0.1"));
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
      assertThat(postgres.address().url()).doesNotContain(":" + taken.getLocalPort() + "/");
      execute(postgres.address(), "select 1");
    }
  }

  @Test
  void obeysTheOperatorsSettingsAndShowsWhatIsWrongWithThem() throws Exception {
    Path custom = home.directory().resolve("custom.conf");
    try {
      Files.writeString(custom, "work_mem = 33MB\nfsync = off\nport = 1\n");
      try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
        assertThat(query(postgres.address(), "show work_mem")).containsExactly("33MB");
        assertThat(query(postgres.address(), "show fsync")).containsExactly("on");
      }
      Files.writeString(custom, "work_memory = 33MB\n");
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("PostgreSQL did not start")
          .hasMessageContaining("unrecognized configuration parameter \"work_memory\"")
          .hasMessageContaining(home.log().toString());
    } finally {
      Files.delete(custom);
    }
    EmbeddedPostgres.start(data).close();
  }

  @Test
  void refusesAClusterOfAnotherVersion() throws IOException {
    Path version = home.cluster().resolve("PG_VERSION");
    Files.writeString(version, "17\n");
    try {
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("was made by PostgreSQL 17, and this is 18");
    } finally {
      Files.writeString(version, "18\n");
    }
  }

  @Test
  void refusesAClusterWhosePasswordIsLost() throws IOException {
    Path aside = home.directory().resolve("aside");
    Files.move(home.password(), aside);
    try {
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("password is missing");
    } finally {
      Files.move(aside, home.password());
    }
  }

  @Test
  void saysWhyADirectoryCannotBeUsed() throws IOException {
    Path file = Files.createFile(temporary.resolve("a file"));
    assertThatThrownBy(() -> EmbeddedPostgres.start(file))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot keep a database in " + file);
  }

  @Test
  void replacesTheProgramsOfAnotherVersion() throws IOException {
    Path old = Files.createDirectories(home.directory().resolve("bin-17.0.0/bin")).getParent();
    EmbeddedPostgres.start(data).close();
    assertThat(old).doesNotExist();
  }

  @Test
  @EnabledIf("isRoot")
  void asRootItWorksBelowADirectoryThatOnlyRootMayEnter() throws Exception {
    Path closed = Files.createDirectory(temporary.toRealPath().resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(closed.resolve("data"))) {
      execute(postgres.address(), "create table t (n int)");
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(closed.resolve("data"))) {
      assertThat(query(postgres.address(), "select n from t")).isEmpty();
    }
  }

  @Test
  @EnabledIf("isRoot")
  void asRootItTakesOverACopyThatBelongsToRoot() throws Exception {
    try (Stream<Path> cluster = Files.walk(home.cluster())) {
      for (Path path : cluster.toList()) {
        Files.setAttribute(path, "unix:uid", 0);
      }
    }
    Files.setPosixFilePermissions(home.cluster(), PosixFilePermissions.fromString("rwxr-xr-x"));
    EmbeddedPostgres.start(data).close();
    assertThat(Files.getOwner(home.cluster()).getName()).isEqualTo("nobody");
  }

  @Test
  void knowsThePlatformsThatAreBundled() {
    assertThat(PostgresBinaries.archive("Linux", "amd64", true))
        .isEqualTo("/postgres-linux-x86_64.txz");
    assertThat(PostgresBinaries.archive("Linux", "aarch64", true))
        .isEqualTo("/postgres-linux-arm_64.txz");
    assertThat(PostgresBinaries.archive("Mac OS X", "aarch64", false))
        .isEqualTo("/postgres-darwin-arm_64.txz");
    assertThat(
            Stream.of(
                "/postgres-linux-x86_64.txz",
                "/postgres-linux-arm_64.txz",
                "/postgres-darwin-arm_64.txz"))
        .allSatisfy(archive ->
            assertThat(EmbeddedPostgres.class.getResource(archive).toString())
                .contains("-" + PostgresBinaries.VERSION + ".jar"));
  }

  @Test
  void refusesOtherPlatforms() {
    assertThatThrownBy(() -> PostgresBinaries.archive("Windows 11", "amd64", false))
        .hasMessage("no embedded PostgreSQL for Windows 11 amd64: use --db-url");
    assertThatThrownBy(() -> PostgresBinaries.archive("Linux", "riscv64", true))
        .hasMessage("no embedded PostgreSQL for Linux riscv64: use --db-url");
    assertThatThrownBy(() -> PostgresBinaries.archive("Linux", "amd64", false))
        .hasMessage("no embedded PostgreSQL for Linux without glibc amd64: use --db-url");
    assertThatThrownBy(() -> PostgresBinaries.archive("Mac OS X", "x86_64", false))
        .hasMessage("no embedded PostgreSQL for Mac OS X x86_64: use --db-url");
  }

  @Test
  void boundsItsLog() throws IOException {
    Path file = temporary.resolve("bounded.log");
    PostgresLog log = new PostgresLog(file, 10);
    assertThat(log.end()).isZero();
    Files.writeString(file, "0123456789");
    log.bound();
    assertThat(file).hasContent("0123456789");
    Files.writeString(file, "0123456789a");
    log.bound();
    assertThat(file).isEmptyFile();
    assertThat(file.resolveSibling("bounded.log.1")).hasContent("0123456789a");
  }

  static boolean isRoot() throws IOException {
    return PostgresUser.isRoot();
  }

  static long serverPid(PostgresHome home) throws IOException {
    return PostmasterFile.read(home.cluster()).orElseThrow().pid();
  }

  static Connection connect(Database.Address address) throws SQLException {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  static void execute(Database.Address address, String sql) throws SQLException {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static List<String> query(Database.Address address, String sql) throws SQLException {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
