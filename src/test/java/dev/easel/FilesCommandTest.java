package dev.easel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What operators say about files by commands. */
class FilesCommandTest {
  private static final byte[] WEBP =
      Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");

  private final Database.Address address = TestDatabase.address();
  private final Database database = Database.open(address, 2);

  @TempDir private Path directory;

  @AfterEach
  void close() {
    database.close();
  }

  /** What a command prints, and the code it ends with. */
  private record Ended(int code, String out, String err) {}

  private Ended run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of(
            "--data",
            directory.toString(),
            "--db-url",
            address.url(),
            "--db-user",
            address.user(),
            "--db-password",
            address.password()));
    CommandLine command = Easel.commands();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code = command.execute(all.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }

  private String row(String... words) {
    Ended ended = run(words);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.code()).isZero();
    return ended.out().lines().toList().getLast().strip().replaceAll(" +", " ");
  }

  @Test
  void anAccountKeepsItsFilesAsItIsTold() {
    assertThat(run("account", "create", "ada").code()).isZero();
    assertThat(row("account", "keep", "ada")).isEqualTo("ada 14d 14d 14d 14d none");
    assertThat(row("account", "keep", "ada", "--image", "90d", "--video", "forever"))
        .isEqualTo("ada 90d forever 14d 14d none");
    assertThat(row("account", "keep", "ada", "--quota", "50GiB", "--image", "default"))
        .isEqualTo("ada 14d forever 14d 14d 50GiB");
    assertThat(run("account", "keep", "ada", "--input", "soon").err())
        .contains("--input", "14d, 36h or 30m, or forever, or default");
    assertThat(row("account", "keep", "ada")).isEqualTo("ada 14d forever 14d 14d 50GiB");
    assertThat(row("account", "links", "ada")).isEqualTo("ada open");
    assertThat(row("account", "links", "ada", "--signed", "12h")).isEqualTo("ada signed 12h");
    assertThat(run("account", "links", "ada", "--signed", "forever").code()).isEqualTo(2);
    assertThat(row("account", "links", "ada", "--open")).isEqualTo("ada open");
    assertThat(row("account", "keep", "ada")).isEqualTo("ada 14d forever 14d 14d 50GiB");
  }

  @Test
  void valuesThatMeanNothingAreNamedAndNothingIsDone() {
    assertThat(run("account", "create", "ada", "--credits", "-5"))
        .isEqualTo(
            new Ended(2, "", "easel: --credits is at least 0; see easel account create --help\n"));
    assertThat(run("account", "create", "ada").code()).as("there is none yet").isZero();
    assertThat(run("account", "statement", "ada", "--limit", "-1"))
        .isEqualTo(
            new Ended(2, "", "easel: --limit is at least 1; see easel account statement --help\n"));
    assertThat(run("key", "create", "ada", "--limit", "0").code()).isEqualTo(2);
    assertThat(run("key", "create", "ada", "--expires", "yesterday").code()).isEqualTo(2);
    assertThat(run("key", "list", "ada").out().lines()).as("only the head").hasSize(1);
    assertThat(run("catalog", "history", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void anAccountIsDeletedOnlyOnPurposeAndOnce() {
    assertThat(run("account", "create", "ada", "--credits", "5").code()).isZero();
    assertThat(run("key", "create", "ada").code()).isZero();
    assertThat(run("account", "delete", "ada").err()).contains("--yes");
    assertThat(row("account", "delete", "ada", "--yes")).endsWith("ada 1");
    assertThat(run("account", "delete", "ada", "--yes").err()).contains("there is no account");
    assertThat(run("account", "create", "ada").code()).as("the name is free").isZero();
    assertThat(run("account", "list").out()).contains("deleted account");
  }

  @Test
  void aCheckEndsWithOneWhenSomethingIsFound() throws IOException {
    assertThat(run("assets", "check").code()).isZero();
    Path shard = Files.createDirectories(directory.resolve("assets/o/r"));
    try (ByteArrayInputStream webp = new ByteArrayInputStream(WEBP)) {
      Files.copy(webp, shard.resolve("orphanorphanorphan.webp"));
    }
    assertThat(run("assets", "check").code()).as("it may still get its row").isZero();
    Path orphan = shard.resolve("orphanorphanorphan.webp");
    assertThat(orphan.toFile().setLastModified(0)).isTrue();
    Ended found = run("assets", "check");
    assertThat(found.code()).isEqualTo(1);
    assertThat(found.out()).contains("no row", "orphanorphanorphan.webp");
    assertThat(found.err()).contains("BROKEN: 1 files, 0 rows, 1 findings");
    assertThat(run("assets", "check", "--repair").code()).isEqualTo(1);
    assertThat(orphan).doesNotExist();
    assertThat(run("assets", "check", "--grace", "soon").err()).contains("--grace must be");
    assertThat(run("assets", "check", "--deep").code()).isZero();
  }
}
