package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Handle;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** A command that works on the database, beside a running server or without one. */
abstract class DatabaseCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Mixin private final SettingsFlags flags = SettingsFlags.showingDatabase();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public final Integer call() {
    EaselConfig config = flags.load();
    try (OpenedDatabase opened = OpenedDatabase.forCommand(config)) {
      return run(config, opened.database());
    }
  }

  /** Does it; returns the exit code. */
  abstract int run(EaselConfig config, Database database);

  final PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** Tells people what was done, beside what programs read. */
  final void remark(String line) {
    PrintWriter err = command.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  /** Prints {@code rows} as a table with {@code columns}, or as a JSON array of objects. */
  final void print(List<String> columns, List<List<Object>> rows) {
    if (json) {
      out()
          .println(
              JsonMapper.shared()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(Table.objects(columns, rows)));
    } else {
      out().print(Table.text(columns, rows));
    }
    out().flush();
  }

  final boolean isJson() {
    return json;
  }

  /** The account that {@code nameOrId} names. */
  static Account account(Handle tx, String nameOrId) {
    return Accounts.named(tx, nameOrId)
        .or(() ->
            nameOrId.matches("[1-9][0-9]{0,17}")
                ? Accounts.byId(tx, new AccountId(Long.parseLong(nameOrId)))
                : Optional.empty())
        .orElseThrow(() ->
            new CommandFailed(
                "there is no account \"%s\"; easel account list shows them".formatted(nameOrId)));
  }
}
