package dev.easel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.CatalogTables;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The catalogue from the command line. */
class CatalogCommandTest {
  private final Database.Address address = TestDatabase.address();
  private final Database database = Database.open(address, 2);

  @TempDir private Path directory;

  @BeforeEach
  void install() {
    database.transaction(tx -> CatalogTables.installDefaults(tx, Instant.now()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** What a command prints, and the code it ends with. */
  private record Ended(int code, String out, String err) {}

  @Test
  void whatIsExportedChangesNothing() {
    export();

    assertThat(run("check", directory.toString()))
        .isEqualTo(
            new Ended(0, "1 channels, 8 models, 30 listings: nothing is wrong with them\n", ""));
    assertThat(apply("--prune")).isEqualTo(new Ended(0, "", "Nothing to change.\n"));
  }

  @Test
  void aChangeIsShownThenMadeThenTakenBack() throws IOException {
    export();
    edit("art.yaml", "credits: 10", "credits: 11");
    String difference =
        """
        ~ listing art gpt-image-2
            price[0].credits: 10 -> 11
        """;

    assertThat(apply("--dry-run"))
        .isEqualTo(new Ended(0, difference, "Nothing was changed: --dry-run.\n"));
    assertThat(artCredits()).isEqualTo(10);
    assertThat(apply("--message", "dearer")).isEqualTo(new Ended(0, difference, "Applied.\n"));
    assertThat(artCredits()).isEqualTo(11);
    assertThat(withDatabase("history").out().lines().skip(1))
        .satisfiesExactly(
            line -> assertThat(line).matches(" +2 .* cli:\\S+ +dearer"),
            line -> assertThat(line).matches(" +1 .* easel +the defaults of .*"));
    assertThat(withDatabase("apply", "--version", "1").code()).isZero();
    assertThat(artCredits()).isEqualTo(10);
  }

  @Test
  void whatIsNotInTheFilesGoesOnlyWithPrune() throws IOException {
    export();
    Files.delete(directory.resolve("art.yaml"));

    assertThat(apply().err()).isEqualTo("Nothing to change.\n");
    assertThat(apply("--prune"))
        .isEqualTo(new Ended(0, "- listing art gpt-image-2\n", "Applied.\n"));
  }

  @Test
  void mistakesAreToldWithFileLineAndColumn() throws IOException {
    export();
    edit("art.yaml", "model: gpt-image-2", "model: gpt-image-3");
    Path file = directory.resolve("art.yaml");
    assertThat(run("check", directory.toString()))
        .isEqualTo(
            new Ended(
                1,
                "",
                "easel: %s:4:7: listing art gpt-image-2: there is no model gpt-image-3\n"
                    .formatted(file)));

    edit("art.yaml", "model: gpt-image-3", "model: gpt-image-2");
    edit("art.yaml", "n: n", "n: amount");
    assertThat(apply().err())
        .matches(
            "easel: \\Q"
                + file
                + "\\E:1[0-9]:9: listing art gpt-image-2: field n: means amount,"
                + " which the model does not know\n");

    edit("art.yaml", "n: amount", "n: {means: n, maximum: 11}");
    assertThat(apply().err()).endsWith("field n: maximum 11 is beyond the model's 10\n");

    edit("models.yaml", "provider: sandbox", "provider: sandpit");
    edit("art.yaml", "n: {means: n, maximum: 11}", "n: n");
    assertThat(apply().err())
        .isEqualTo(
            "easel: %s:3:5: channel sandbox wants the provider sandpit; there are instant, omni, sandbox\n"
                .formatted(directory.resolve("models.yaml")));
    edit("art.yaml", "n: n", "n: amount");
    assertThat(apply().err().lines()).as("both of them").hasSize(2);
    assertThat(run("check", directory.toString()).err()).isEqualTo(apply().err());
    assertThat(withDatabase("history").out().lines()).hasSize(2);
  }

  @Test
  void statesAreSetInAWord() {
    assertThat(withDatabase("state", "kie", "google/nano-banana", "off"))
        .isEqualTo(
            new Ended(0, "~ listing kie google/nano-banana\n    state: on -> off\n", "Applied.\n"));
    assertThat(withDatabase("state", "kie", "google/nano-banana", "off").err())
        .isEqualTo("It is off already.\n");
    assertThat(withDatabase("state", "sora-2", "maintenance").out())
        .isEqualTo("~ model sora-2\n    state: on -> maintenance\n");
    assertThat(withDatabase("state", "sora-3", "on").err())
        .startsWith("easel: there is no model sora-3; there are dall-e-3, ");
    assertThat(withDatabase("state", "kei", "sora-2", "on").err())
        .isEqualTo(
            "easel: there is no dialect kei; there are apimodels, art, kie, mcp, omni, openai\n");
    assertThat(withDatabase("state", "sora-2", "broken").err())
        .isEqualTo(
            "easel: no state broken; there are on, maintenance, off; see easel catalog state --help\n");
  }

  private void export() {
    assertThat(withDatabase("export", directory.toString()).code()).isZero();
  }

  private void edit(String name, String part, String instead) throws IOException {
    Path file = directory.resolve(name);
    String content = Files.readString(file).replace("\"n\"", "n");
    assertThat(content).contains(part);
    Files.writeString(file, content.replaceFirst(Pattern.quote(part), instead));
  }

  private long artCredits() {
    return database
        .read(CatalogTables::load)
        .listing("art", "gpt-image-2")
        .orElseThrow()
        .price()
        .rows()
        .getFirst()
        .credits();
  }

  private Ended apply(String... flags) {
    List<String> words = new ArrayList<>(List.of("apply", directory.toString()));
    words.addAll(List.of(flags));
    return withDatabase(words.toArray(String[]::new));
  }

  private Ended withDatabase(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of(
            "--db-url",
            address.url(),
            "--db-user",
            address.user(),
            "--db-password",
            address.password()));
    return run(all.toArray(String[]::new));
  }

  private static Ended run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("catalog"));
    all.addAll(List.of(words));
    CommandLine command = Easel.commands();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code = command.execute(all.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }
}
