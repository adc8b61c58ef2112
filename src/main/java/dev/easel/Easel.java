package dev.easel;

import dev.easel.cli.AccountCommand;
import dev.easel.cli.AssetsCommand;
import dev.easel.cli.AuditCommand;
import dev.easel.cli.CatalogCommand;
import dev.easel.cli.CommandTree;
import dev.easel.cli.ConfigCommand;
import dev.easel.cli.KeyCommand;
import dev.easel.cli.MigrateCommand;
import dev.easel.cli.TestCommand;
import dev.easel.cli.UnknownCommand;
import dev.easel.cli.VersionCommand;
import dev.easel.cli.bench.BenchCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: one command with everything it can do below it. */
@Command(
    name = "easel",
    header = "Easel: a self-hosted gateway for image and video generation.",
    customSynopsis = "easel COMMAND [FLAGS]",
    footer = {
      "",
      "Examples",
      "  easel serve                                   on this machine, with nothing else installed",
      "  easel serve --port 9000 --data /var/lib/easel",
      "  EASEL_DB_PASSWORD_FILE=/run/secrets/db easel serve --db-url jdbc:postgresql://db/easel",
      "  easel config                                  what is set, and where",
      "  easel COMMAND --help                          what a command takes",
      "",
      "Settings come from easel.yaml, EASEL_* variables and flags, each over those before it.",
      "Exit codes: 0 done, 1 failed, 2 called wrongly (nothing was done)."
    })
public final class Easel {
  private Easel() {}

  public static void main(String[] arguments) {
    System.exit(commands().execute(arguments));
  }

  static CommandLine commands() {
    return new CommandTree(new Easel())
        .group("Running", new ServeCommand(), new TestCommand(), new BenchCommand())
        .group(
            "Accounts and credits",
            new AccountCommand(),
            new KeyCommand(),
            new AuditCommand(),
            new UnknownCommand())
        .group("What is sold", new CatalogCommand(Channels::check))
        .group(
            "Looking after it",
            new AssetsCommand(),
            new MigrateCommand(),
            new ConfigCommand(),
            new VersionCommand())
        .build();
  }
}
