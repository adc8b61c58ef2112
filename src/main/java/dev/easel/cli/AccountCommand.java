package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.Accounts;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Accounts: who pays. */
@Command(
    name = "account",
    description = "Create, list and delete accounts; credits, statements, files, AIGC labels.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      AccountCommand.Create.class,
      AccountCommand.ListAll.class,
      AccountCommand.Grant.class,
      AccountCommand.Statement.class,
      AccountKeepCommand.class,
      AccountLinksCommand.class,
      AccountCommand.Label.class,
      AccountDeleteCommand.class
    })
public final class AccountCommand {

  @Command(name = "create", description = "Create an account; it has no credits unless given some.")
  static final class Create extends DatabaseCommand {
    @Parameters(
        paramLabel = "NAME",
        description = "Up to 100 characters; no two accounts share one.")
    private String name = "";

    @Option(names = "--credits", paramLabel = "N", description = "Grant it N credits. (default: 0)")
    private long credits;

    @Override
    int run(EaselConfig config, Database database) {
      if (name.isBlank() || name.length() > 100) {
        throw new WrongArgument("NAME has 1 to 100 characters");
      }
      if (credits < 0) {
        throw new WrongArgument("--credits is at least 0");
      }
      Instant now = database.now();
      Account account =
          database.transaction(tx -> {
            Account created =
                Accounts.create(tx, name, Account.Role.CUSTOMER, now)
                    .orElseThrow(() ->
                        new CommandFailed("there is an account \"%s\" already".formatted(name)));
            config
                .engine()
                .runningPerAccount()
                .ifPresent(cap -> WorkLimits.set(tx, WorkLimits.ofAccount(created.id()), cap));
            return created;
          });
      if (credits != 0) {
        Credits.add(database, account, credits, "grant");
      }
      print(
          List.of("id", "name", "credits"),
          List.of(List.of(account.id().value(), account.name(), credits)));
      return 0;
    }
  }

  @Command(name = "list", description = "List all accounts with their balances.")
  static final class ListAll extends DatabaseCommand {
    @Override
    int run(EaselConfig config, Database database) {
      List<List<Object>> rows =
          database.read(tx ->
              Accounts.all(tx).stream()
                  .map(account -> {
                    Balance balance = Ledger.balance(tx, account.id());
                    return List.<Object>of(
                        account.id().value(),
                        account.name(),
                        account.role().name().toLowerCase(Locale.ROOT),
                        balance.available(),
                        balance.held());
                  })
                  .toList());
      print(List.of("id", "name", "role", "available", "held"), rows);
      return 0;
    }
  }

  @Command(
      name = "grant",
      description = "Give credits to an account, or take available ones back (a negative number).")
  static final class Grant extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Parameters(paramLabel = "CREDITS", description = "How many.")
    private long credits;

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "Stands in the statement. (default: grant)")
    private String reason = "grant";

    @Override
    int run(EaselConfig config, Database database) {
      Account found = database.read(tx -> account(tx, account));
      Balance after = Credits.add(database, found, credits, reason);
      print(
          List.of("account", "available", "held"),
          List.of(List.of(found.name(), after.available(), after.held())));
      return 0;
    }
  }

  @Command(name = "statement", description = "Print an account's transfers, newest first.")
  static final class Statement extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most N of them. (default: 50)")
    private int limit = 50;

    @Override
    int run(EaselConfig config, Database database) {
      if (limit < 1) {
        throw new WrongArgument("--limit is at least 1");
      }
      List<List<Object>> rows =
          database.read(tx ->
              Ledger.statement(tx, account(tx, account).id(), limit).stream()
                  .map(t ->
                      List.<Object>of(
                          t.at().toString(),
                          t.kind(),
                          t.amount(),
                          t.after().available(),
                          t.after().held(),
                          t.hold().map(Object::toString).orElse(""),
                          t.reason()))
                  .toList());
      print(
          List.of("at", "kind", "amount", "available_after", "held_after", "task", "reason"), rows);
      return 0;
    }
  }

  @Command(
      name = "label",
      description = "Say whether an account's results carry the AIGC label of GB 45438-2025.")
  static final class Label extends DatabaseCommand {
    enum Choice {
      on,
      off,
      setting
    }

    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Parameters(
        paramLabel = "on|off|setting",
        description = "\"setting\" follows provenance.aigc; other accounts do.")
    private Choice choice = Choice.setting;

    @Override
    int run(EaselConfig config, Database database) {
      if (choice == Choice.on && config.provenance().producer().isEmpty()) {
        throw new CommandFailed(
            "the label needs the setting provenance.producer, here and where it is served");
      }
      Account found = database.read(tx -> account(tx, account));
      Optional<Boolean> own =
          choice == Choice.setting ? Optional.empty() : Optional.of(choice == Choice.on);
      database.transaction(tx -> {
        Accounts.setAigcLabel(tx, found.id(), own);
        return own;
      });
      boolean labelled = own.orElse(config.provenance().aigc());
      print(
          List.of("account", "label", "labelled"),
          List.of(List.of(found.name(), choice.name(), labelled)));
      return 0;
    }
  }
}
