package dev.easel.task;

import static dev.easel.task.ScriptedProvider.pictures;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.cli.CommandTree;
import dev.easel.cli.UnknownCommand;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.TestDatabase;
import dev.easel.provider.Progress;
import dev.easel.provider.Submission;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code easel unknown resolve} on a machine whose clock is wrong: months from the database's,
 * which shows what the nodes' clock does.
 */
@ExtendWith(Invariants.class)
class UnknownCommandTest {
  private TestHouse house;
  private Task task;

  @Command(name = "easel")
  private static final class Root {}

  /** What a command prints, and the code it ends with. */
  private record Ended(int code, String out, String err) {}

  /** A live task whose only attempt is unknown. */
  @BeforeEach
  void loseAnAnswer(Database database) {
    house = new TestHouse(database);
    house.execute(
        "create function clock_timestamp() returns timestamptz language sql as $$ select timestamptz '%s' $$"
            .formatted(house.clock.instant()));
    task = house.accept(house.customer(100));
    house.a.submits(new Submission.Unknown("connection reset"));
    house.engine.runAll();
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void aTaskGoesOnAtOnceAndByTheDatabasesTime() {
    assertThat(resolve("--accepted", " up-7\n"))
        .isEqualTo(new Ended(0, "The task goes on with that.\n", ""));
    assertThat(acceptedAt()).isEqualTo(house.clock.instant());

    house.a.checks(new Progress.Produced(pictures(1)));
    house.engine.runAll();
    assertThat(house.a.calls()).containsExactly("submit", "check up-7");
    assertThat(house.state(task)).isInstanceOf(TaskState.Succeeded.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \t",
        "up 7",
        "up\t7",
        "up\n7",
        "up\u00007",
        "up\u00a07",
        "up/7",
        "up?7",
        "up%7"
      })
  void anIdThatNoAddressCanHaveIsRefused(String upstreamId) {
    assertThat(resolve("--accepted", upstreamId))
        .isEqualTo(
            new Ended(
                2,
                "",
                "easel: --accepted wants the provider's id: it has 1 to 200 letters, digits, and . _ : -;"
                    + " see easel unknown resolve --help\n"));
    assertThat(house.database.read(Unknowns::list)).hasSize(1);
  }

  private Instant acceptedAt() {
    return house.database.read(
        tx -> tx.createQuery("select accepted_at from attempt").mapTo(Instant.class).one());
  }

  private Ended resolve(String... finding) {
    String attempt = house.attempts(task).getFirst().id().toString();
    Database.Address address = TestDatabase.addressOf(house.database);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        new CommandTree(new Root()).group("Accounts", new UnknownCommand()).build();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code =
        command.execute(
            "unknown",
            "resolve",
            attempt,
            finding[0],
            finding[1],
            "--db-url",
            // Its functions go before the server's own.
            address.url() + "?options=-c%20search_path=public,pg_catalog",
            "--db-user",
            address.user(),
            "--db-password",
            address.password());
    return new Ended(code, out.toString(), err.toString());
  }
}
