package dev.easel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.config.EaselConfig;
import dev.easel.config.Setting;
import dev.easel.config.Version;
import dev.easel.db.DatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandTreeTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void helpListsCommandsInTheirGroups() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString())
        .contains(
            """

            Settings
              config   Print every setting: its value, where it comes from, what it means.
              version  Print the versions of Easel, the JDK and PostgreSQL.

            Others
              test     Run the whole test suite, as CI does.
              fail     Fail in the way asked for.
              thing    Do something to things.
            """);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void helpOfACommandDescribesEverySettingOnce() {
    assertThat(run("config", "--help")).isZero();

    // Long words are wrapped anywhere.
    String help = out.toString().replaceAll("\\s+", "");
    for (Setting<?> setting : EaselConfig.all()) {
      String told = setting.meaning() + "(default:" + setting.defaultWords() + ")";
      assertThat(help).containsOnlyOnce(told.replaceAll("\\s+", ""));
      setting.keys().forEach(key -> assertThat(help).contains(Setting.flag(key) + "="));
    }
  }

  @Test
  void helpOfACommandBesideAServerShowsOnlyWhereTheDataIs() {
    assertThat(run("fail", "--help")).isZero();

    assertThat(out.toString())
        .contains("--data=", "--db-url=", "--db-password-file=", "--config=")
        .doesNotContain("--port", "Sandbox");
  }

  @Test
  void noCommandPrintsTheHelpAsAnError() {
    assertThat(run()).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("Usage: easel", "Print every setting");

    assertThat(run("thing")).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: easel thing", "paint");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "confg                 | unknown command confg; did you mean config?",
        "frobnicate            | unknown command frobnicate; see easel --help",
        "thing pain            | unknown command pain; did you mean paint?",
        "config --db-ulr=x     | unknown flag --db-ulr; did you mean --db-url?",
        "config --prot 80      | unknown flag --prot; did you mean --port?",
        "config --frobnicate   | unknown flag --frobnicate; see easel config --help",
        "config more           | unknown argument more; see easel config --help",
        "--frobnicate          | unknown flag --frobnicate; see easel --help",
        "fail                  | missing required parameter: 'HOW'; see easel fail --help",
        "config --port         | missing required parameter for option '--server-port' (NUMBER); see easel config --help",
        "config --port x       | server.port (from --server-port) is \"x\"; it must be a whole number from 0 to 65535",
        "config --config /no/x | cannot read the settings file /no/x: it does not exist",
      })
  void aWrongCallIsOneLineAndExitCodeTwo(String call, String line) {
    assertThat(run(call.split(" "))).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("easel: " + line + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "told       | no account is called x",
        "database   | cannot use the database",
        "unexpected | unexpected java.lang.IllegalStateException: broken (--log-level debug shows more)",
      })
  void aFailureIsOneLineAndExitCodeOne(String how, String line) {
    assertThat(run("fail", how)).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("easel: " + line + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void testsAreTheLaunchersBusiness() {
    assertThat(run("test")).isEqualTo(1);
    assertThat(err.toString()).contains("./easel test");
  }

  @Test
  void versionNamesAllThree() {
    assertThat(run("version")).isZero();
    assertThat(out.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("Easel \\d+\\.\\d+\\.\\d+.*"),
            line -> assertThat(line).startsWith("JDK " + Runtime.version()),
            line -> assertThat(line).matches("embedded PostgreSQL \\d+\\.\\d+"));
  }

  @Test
  void versionIsAFlagToo() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString().strip()).isEqualTo("Easel " + Version.current().easel());
  }

  @Test
  void versionForMachines() {
    assertThat(run("version", "--json")).isZero();

    JsonNode version = JsonMapper.shared().readTree(out.toString());
    assertThat(version.get("easel").asString()).isEqualTo(Version.current().easel());
    assertThat(version.get("jdk").asString()).isEqualTo(Runtime.version().toString());
    assertThat(version.get("embeddedPostgres").asString())
        .isEqualTo(Version.current().embeddedPostgres());
  }

  @Test
  void configIsATableOfAllSettings() throws IOException {
    String file = yaml("sandbox:\n  image-latency: 1500ms\n");
    assertThat(run("config", "--config", file, "--port", "0", "--db-password", "hunter2")).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(lines.stream().map(line -> line.replaceAll(" {2,}", "  ")))
        .contains(
            "Server",
            "  server.port  0  --server-port  Port to listen on; 0 takes a free one.",
            "  db.password  ********  --db-password  Password of the external database.",
            "  sandbox.image-latency  1500ms  " + file + ":2  Time that a sandbox image takes.",
            "  log.level  info  default  Least important thing that is logged.");
    assertThat(out.toString()).doesNotContain("hunter2");
    // The last column begins at one place.
    assertThat(
            lines.stream()
                .filter(line -> line.startsWith("  "))
                .map(line -> line.replaceFirst("(\\S+ +)(\\(.*?\\)|\\S+)( +\\S+ +)\\S.*", "$1$2$3"))
                .map(String::length))
        .hasSize(EaselConfig.all().size())
        .containsOnly(lines.get(1).indexOf("Address to listen on."));
  }

  @Test
  void configForMachines() {
    assertThat(run("config", "--json", "--master-key", "hunter2", "--host", "0.0.0.0")).isZero();

    JsonNode all = JsonMapper.shared().readTree(out.toString());
    assertThat(all).hasSize(EaselConfig.all().size());
    JsonNode host = all.get(0);
    assertThat(host.get("key").asString()).isEqualTo("server.host");
    assertThat(host.get("value").asString()).isEqualTo("0.0.0.0");
    assertThat(host.get("source").asString()).isEqualTo("--server-host");
    assertThat(host.get("default").asString()).isEqualTo("127.0.0.1");
    assertThat(host.get("variable").asString()).isEqualTo("EASEL_SERVER_HOST");
    assertThat(out.toString()).doesNotContain("hunter2");
  }

  private int run(String... arguments) {
    CommandLine line =
        new CommandTree(new Root())
            .group("Settings", new ConfigCommand(), new VersionCommand())
            .group("Others", new TestCommand(), new FailCommand(), new ThingCommand())
            .build();
    return line.setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private String yaml(String text) throws IOException {
    return Files.writeString(directory.resolve("some.yaml"), text).toString();
  }

  @Command(name = "easel")
  static final class Root {}

  @Command(name = "thing", description = "Do something to things.")
  static final class ThingCommand {
    @Command(description = "Paint it.")
    int paint() {
      return 0;
    }
  }

  @Command(name = "fail", description = "Fail in the way asked for.")
  static final class FailCommand implements Callable<Integer> {
    @Mixin private final SettingsFlags flags = SettingsFlags.showingDatabase();

    @Parameters(paramLabel = "HOW")
    private String how;

    @Override
    public Integer call() {
      flags.load();
      throw switch (how) {
        case "told" -> new CommandFailed("no account is called x");
        case "database" -> new DatabaseException("cannot use the database");
        default -> new IllegalStateException("broken");
      };
    }
  }
}
