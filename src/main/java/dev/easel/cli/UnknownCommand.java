package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.task.Settlement;
import dev.easel.task.Unknowns;
import dev.easel.task.Unknowns.Finding;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submissions whose answer was lost. */
@Command(
    name = "unknown",
    description = "Submissions to providers whose answer was lost: list and resolve them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {UnknownCommand.ListAll.class, UnknownCommand.Resolve.class})
public final class UnknownCommand {

  @Command(
      name = "list",
      description = "List the attempts of which nobody knows what became of them.",
      footer = {
        "",
        "asked     Easel still asks the provider by itself; the task is live.",
        "given up  The task is over and was refunded; what it cost, only the provider's bill says."
      })
  static final class ListAll extends DatabaseCommand {
    @Override
    int run(EaselConfig config, Database database) {
      print(
          List.of(
              "attempt",
              "task",
              "account",
              "channel",
              "model",
              "submitted",
              "state",
              "upstream_id"),
          database.read(Unknowns::list).stream()
              .map(unknown ->
                  List.<Object>of(
                      unknown.attempt(),
                      unknown.task().value(),
                      unknown.account().value(),
                      unknown.channel(),
                      unknown.upstreamModel(),
                      unknown.submittedAt().truncatedTo(ChronoUnit.SECONDS),
                      unknown.isGivenUp() ? "given up" : "asked",
                      unknown.upstreamId().orElse("-")))
              .toList());
      return 0;
    }
  }

  @Command(
      name = "resolve",
      description = "Say what became of an attempt, as the provider's console or bill shows it.",
      footer = {
        "",
        "Examples",
        "  easel unknown resolve 0b5e… --nothing            nothing was bought; a live task is tried again",
        "  easel unknown resolve 0b5e… --accepted task_123  a live task goes on with the provider's task_123",
        "  easel unknown resolve 0b5e… --bought --cost 0.04 it was paid for and its results are lost"
      })
  static final class Resolve extends DatabaseCommand {
    @Parameters(paramLabel = "ATTEMPT", description = "Its id, as easel unknown list shows it.")
    private UUID attempt = new UUID(0, 0);

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    @Option(
        names = "--cost",
        paramLabel = "AMOUNT",
        description = "With --bought: what it cost, in the provider's currency.")
    private @Nullable BigDecimal cost;

    static final class What {
      @Option(names = "--nothing", description = "Nothing was bought.")
      private boolean nothing;

      @Option(
          names = "--accepted",
          paramLabel = "UPSTREAM-ID",
          description = "The provider has it under this id.")
      private @Nullable String accepted;

      @Option(names = "--bought", description = "It was bought, and its results are lost.")
      private boolean bought;
    }

    @Override
    int run(EaselConfig config, Database database) {
      Finding finding = finding();
      Instant now = database.now();
      try (Settlement settlement = Settlement.ofOperator(database, InstantSource.fixed(now));
          Connection tx = database.connection()) {
        out().println(said(Unknowns.resolve(tx, settlement, attempt, finding, now)));
        out().flush();
        return 0;
      } catch (SQLException away) {
        throw new CommandFailed("cannot use the database: " + away.getMessage());
      }
    }

    private Finding finding() {
      if (cost != null && (!what.bought || cost.signum() < 0)) {
        throw new WrongArgument("--cost is at least 0 and goes with --bought");
      }
      if (what.accepted != null) {
        return accepted(what.accepted.strip());
      }
      return what.nothing ? new Finding.Nothing() : new Finding.Bought(Optional.ofNullable(cost));
    }

    private static Finding accepted(String upstreamId) {
      try {
        return new Finding.Accepted(upstreamId);
      } catch (IllegalArgumentException malformed) {
        throw new WrongArgument("--accepted wants the provider's id: " + malformed.getMessage());
      }
    }

    private String said(Unknowns.Resolved resolved) {
      return switch (resolved) {
        case RESOLVED -> "Resolved.";
        case GOES_ON -> "The task goes on with that.";
        case STILL_ASKED ->
            throw new CommandFailed(
                "the task is live and the provider is still being asked: say --nothing or --accepted, or wait");
        case BEING_ASKED ->
            throw new CommandFailed(
                "the provider is being asked about it at this moment: try again in a minute");
        case NOT_FOUND ->
            throw new CommandFailed(
                "there is no unknown attempt %s; easel unknown list shows them".formatted(attempt));
      };
    }
  }
}
