package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.Accounts;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.task.AccountRemovals;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes an account. */
@Command(
    name = "delete",
    description = "Delete an account: keys, tasks and files. Its books stay.",
    footer = {
      "",
      "Nothing is deleted while tasks are live: revoke the keys, and try again when they have ended.",
      "A running server deletes the files; without one they go at its next start."
    })
final class AccountDeleteCommand extends DatabaseCommand {
  @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
  private String account = "";

  @Option(names = "--yes", description = "It cannot be taken back: without this nothing is done.")
  private boolean yes;

  @Override
  int run(EaselConfig config, Database database) {
    Account found = database.read(tx -> account(tx, account));
    if (found.role() == Account.Role.OPERATOR) {
      throw new CommandFailed("%s is an operator, who is not deleted".formatted(found.name()));
    }
    if (!yes) {
      throw new CommandFailed(
          "this cannot be taken back: say --yes to delete account %s with its tasks and files"
              .formatted(found.name()));
    }
    Instant now = database.now();
    AccountRemovals.Removed removed =
        database.transaction(tx -> {
          if (Accounts.isDeleted(tx, found.id())) {
            throw new CommandFailed("account %s is deleted already".formatted(found.id()));
          }
          return AccountRemovals.remove(tx, found.id(), now);
        });
    return switch (removed) {
      case AccountRemovals.Removed.Busy(long tasks) ->
          throw new CommandFailed(
              "account %s has %d live tasks; revoke its keys, and try again when they have ended"
                  .formatted(found.name(), tasks));
      case AccountRemovals.Removed.Done(int keys) -> {
        print(
            List.of("id", "name", "keys_revoked"),
            List.of(List.of(found.id().value(), found.name(), keys)));
        yield 0;
      }
    };
  }
}
