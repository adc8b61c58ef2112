package dev.easel.cli;

import dev.easel.account.Account;
import dev.easel.account.Key;
import dev.easel.account.KeyId;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.net.Cidr;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** Keys: the secrets that act for an account. */
@Command(
    name = "key",
    description = "Create, list and revoke API keys.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {KeyCommand.Create.class, KeyCommand.ListAll.class, KeyCommand.Revoke.class})
public final class KeyCommand {

  @Command(
      name = "create",
      description =
          "Create a key. Standard output is its secret and nothing else; it is never shown again.",
      footer = {
        "",
        "Example: KEY=$(easel key create demo --name laptop --daily-limit 500 --expires 30d)"
      })
  static final class Create extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id of the account that it acts for.")
    private String account = "";

    @Option(names = "--name", paramLabel = "TEXT", description = "For recognition. (default: key)")
    private String name = "key";

    @Option(names = "--limit", paramLabel = "N", description = "Credits that it may spend in all.")
    private @Nullable Long limit;

    @Option(
        names = "--daily-limit",
        paramLabel = "N",
        description = "Credits that it may spend in a day (UTC).")
    private @Nullable Long dailyLimit;

    @Option(
        names = "--expires",
        paramLabel = "WHEN",
        description = "30d, 12h, or a time such as 2027-01-31T00:00:00Z.")
    private @Nullable String expires;

    @Option(
        names = "--models",
        split = ",",
        paramLabel = "ID",
        description = "The only models that it may use.")
    private List<String> models = List.of();

    @Option(
        names = "--from",
        split = ",",
        paramLabel = "CIDR",
        description = "The only addresses that it may come from.")
    private List<String> from = List.of();

    @Override
    int run(EaselConfig config, Database database) {
      Instant now = database.now();
      Key.Rules rules = rules(now);
      KeySecret secret = KeySecret.random();
      Key key =
          database.transaction(tx -> {
            Account owner = account(tx, account);
            return Keys.create(tx, owner.id(), name, secret, rules, now);
          });
      if (isJson()) {
        out()
            .println(
                JsonMapper.shared()
                    .writeValueAsString(Map.of("id", key.id().value(), "key", secret.text())));
      } else {
        out().println(secret.text());
      }
      out().flush();
      return 0;
    }

    private Key.Rules rules(Instant now) {
      if (name.isBlank() || name.length() > 100) {
        throw new WrongArgument("--name has 1 to 100 characters");
      }
      for (String network : from) {
        try {
          Cidr.parse(network);
        } catch (IllegalArgumentException malformed) {
          throw new WrongArgument("--from: " + malformed.getMessage());
        }
      }
      return new Key.Rules(
          limit("--limit", limit),
          limit("--daily-limit", dailyLimit),
          Optional.ofNullable(expires).map(text -> expiry(text, now)),
          models,
          from);
    }

    private static OptionalLong limit(String option, @Nullable Long credits) {
      if (credits == null) {
        return OptionalLong.empty();
      }
      if (credits < 1) {
        throw new WrongArgument(option + " is at least 1 credit");
      }
      return OptionalLong.of(credits);
    }

    private static Instant expiry(String text, Instant now) {
      try {
        Instant at =
            text.matches("[1-9][0-9]{0,4}[dh]")
                ? now.plus(
                    text.endsWith("d")
                        ? Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1)))
                        : Duration.ofHours(Long.parseLong(text.substring(0, text.length() - 1))))
                : Instant.parse(text);
        if (at.isAfter(now)) {
          return at;
        }
      } catch (DateTimeParseException malformed) {
        throw new WrongArgument(notATime(text));
      }
      throw new WrongArgument(notATime(text));
    }

    private static String notATime(String text) {
      return "--expires \"%s\" is no time to come: 30d, 12h, or 2027-01-31T00:00:00Z"
          .formatted(text);
    }
  }

  @Command(name = "list", description = "List an account's keys, without their secrets.")
  static final class ListAll extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Override
    int run(EaselConfig config, Database database) {
      Instant now = database.now();
      List<List<Object>> rows =
          database.read(tx ->
              Keys.of(tx, account(tx, account).id()).stream()
                  .map(key ->
                      List.<Object>of(
                          key.id().value(),
                          key.name(),
                          key.prefix() + "…",
                          key.revokedAt().isPresent()
                              ? "revoked"
                              : key.isActive(now) ? "active" : "expired",
                          limit(key.rules().totalLimit()),
                          limit(key.rules().dailyLimit()),
                          key.rules().expiresAt().map(Instant::toString).orElse("-"),
                          key.createdAt().toString()))
                  .toList());
      print(
          List.of("id", "name", "key", "state", "limit", "daily_limit", "expires", "created"),
          rows);
      return 0;
    }

    private static Object limit(OptionalLong credits) {
      return credits.isPresent() ? credits.getAsLong() : "-";
    }
  }

  @Command(
      name = "revoke",
      description = "Revoke a key; running servers refuse it within a second.")
  static final class Revoke extends DatabaseCommand {
    @Parameters(paramLabel = "ID", description = "The key's id, as key list shows it.")
    private long id;

    @Override
    int run(EaselConfig config, Database database) {
      Instant now = database.now();
      if (id < 1 || !database.transaction(tx -> Keys.revoke(tx, new KeyId(id), now))) {
        throw new CommandFailed(
            "there is no active key with the id " + id + "; easel key list ACCOUNT shows them");
      }
      remark("Key " + id + " is revoked.");
      return 0;
    }
  }
}
