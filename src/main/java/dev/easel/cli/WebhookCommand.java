package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.db.Database;
import dev.easel.db.RowId;
import dev.easel.webhook.DeliveryLog;
import dev.easel.webhook.DeliveryLog.State;
import dev.easel.webhook.DeliveryLog.Try;
import dev.easel.webhook.Endpoint;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.EventType;
import dev.easel.webhook.Replays;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who is told of tasks that have ended, and what they were told. */
@Command(
    name = "webhook",
    description = "Webhooks: endpoints and deliveries of accounts; test and replay them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      WebhookCommand.ListAll.class,
      WebhookCommand.Deliveries.class,
      WebhookCommand.Replay.class,
      WebhookCommand.Test.class
    })
public final class WebhookCommand {
  private static final int MOST_SHOWN = 1_000;

  @Command(name = "list", description = "List an account's endpoints, without their secrets.")
  static final class ListAll extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Override
    int run(EaselConfig config, Database database) {
      print(
          List.of("endpoint", "state", "since", "events", "created", "url", "reason"),
          database.read(tx -> Endpoints.of(tx, account(tx, account).id())).stream()
              .map(endpoint ->
                  List.<Object>of(
                      endpoint.id(),
                      state(endpoint),
                      since(endpoint).map(WebhookCommand::shown).orElse("-"),
                      endpoint.events().isEmpty() ? "all" : words(endpoint.events()),
                      shown(endpoint.createdAt()),
                      endpoint.url(),
                      endpoint.disabled().map(Endpoint.Disabled::reason).orElse("-")))
              .toList());
      return 0;
    }

    private static String state(Endpoint endpoint) {
      if (endpoint.disabled().isPresent()) {
        return "disabled";
      }
      return endpoint.failingSince().isPresent() ? "failing" : "on";
    }

    private static Optional<Instant> since(Endpoint endpoint) {
      return endpoint.disabled().map(Endpoint.Disabled::at).or(endpoint::failingSince);
    }

    private static String words(List<EventType> events) {
      return events.stream().map(EventType::word).collect(Collectors.joining(","));
    }
  }

  @Command(
      name = "deliveries",
      description = "List an account's deliveries, newest first, each with its newest try.",
      footer = {
        "",
        "pending    It is due again at the time that is shown.",
        "delivered  The receiver answered 2xx.",
        "exhausted  It was tried as often as it is; easel webhook replay tries once more.",
        "",
        "Example: easel webhook deliveries ada --state exhausted"
      })
  static final class Deliveries extends DatabaseCommand {
    @Parameters(paramLabel = "ACCOUNT", description = "Name or id.")
    private String account = "";

    @Option(names = "--endpoint", paramLabel = "ID", description = "Only those to that endpoint.")
    private @Nullable String endpoint;

    @Option(names = "--task", paramLabel = "ID", description = "Only those about that task.")
    private @Nullable String task;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only those that stand so: pending, delivered or exhausted.")
    private @Nullable String state;

    @Option(names = "--limit", paramLabel = "N", description = "At most N of them. (default: 50)")
    private int limit = 50;

    @Override
    int run(EaselConfig config, Database database) {
      if (limit < 1 || limit > MOST_SHOWN) {
        throw new WrongArgument("--limit is from 1 to " + MOST_SHOWN);
      }
      DeliveryLog.Filter filter =
          new DeliveryLog.Filter(
              Optional.ofNullable(endpoint).map(text -> id("--endpoint", text)),
              Optional.ofNullable(task).map(text -> id("--task", text)),
              Optional.ofNullable(state).map(Deliveries::state),
              Optional.empty());
      print(
          List.of("delivery", "event", "state", "tries", "due", "last_answer", "task", "url"),
          database
              .read(tx -> DeliveryLog.page(tx, account(tx, account).id(), filter, limit))
              .stream()
              .map(WebhookCommand::row)
              .toList());
      return 0;
    }

    private static State state(String word) {
      return State.of(word)
          .orElseThrow(() ->
              new WrongArgument("--state \"%s\": there are %s".formatted(word, State.allWords())));
    }
  }

  @Command(
      name = "replay",
      description =
          "Send deliveries again, at once, whatever became of them; all of them, or none when one cannot be.",
      footer = {"", "Example: easel webhook replay 019a7d1c-9f10-7b6e-8a44-5c2d1f0e9b37"})
  static final class Replay extends DatabaseCommand {
    @Parameters(
        paramLabel = "DELIVERY",
        arity = "1..*",
        description = "Their ids, as webhook deliveries shows them.")
    private List<String> deliveries = List.of();

    @Override
    int run(EaselConfig config, Database database) {
      List<UUID> ids = deliveries.stream().distinct().map(text -> id("DELIVERY", text)).toList();
      Instant now = database.now();
      database.transaction(tx -> {
        ids.forEach(id -> replay(tx, id, now));
        return ids;
      });
      ids.forEach(id -> remark("Delivery " + id + " is due."));
      return 0;
    }

    private static void replay(Handle tx, UUID id, Instant now) {
      DeliveryLog.Entry delivery =
          DeliveryLog.find(tx, id)
              .orElseThrow(() ->
                  new CommandFailed(
                      "there is no delivery %s; easel webhook deliveries ACCOUNT shows them"
                          .formatted(id)));
      switch (Replays.replay(tx, delivery, now)) {
        case DUE -> {}
        case PENDING ->
            throw new CommandFailed(
                "delivery %s is pending: it is tried again without being asked".formatted(id));
        case ENDPOINT_DELETED ->
            throw new CommandFailed("the endpoint of delivery %s was deleted".formatted(id));
        case ENDPOINT_DISABLED ->
            throw new CommandFailed(
                "the endpoint of delivery %s is disabled; its owner can enable it".formatted(id));
      }
    }
  }

  @Command(
      name = "test",
      description = "Send an endpoint an event webhook.test. Standard output is the delivery's id.")
  static final class Test extends DatabaseCommand {
    @Parameters(paramLabel = "ENDPOINT", description = "Its id, as webhook list shows it.")
    private String endpoint = "";

    @Override
    int run(EaselConfig config, Database database) {
      UUID id = id("ENDPOINT", endpoint);
      Instant now = database.now();
      UUID delivery =
          database.transaction(tx -> {
            Endpoint found =
                Endpoints.find(tx, id)
                    .orElseThrow(() ->
                        new CommandFailed(
                            "there is no endpoint %s; easel webhook list ACCOUNT shows them"
                                .formatted(id)));
            return Replays.test(tx, found, now)
                .orElseThrow(() ->
                    new CommandFailed(
                        "endpoint %s is disabled; its owner can enable it".formatted(id)));
          });
      out().println(delivery);
      out().flush();
      return 0;
    }
  }

  private static UUID id(String what, String text) {
    return RowId.parse(text)
        .orElseThrow(() ->
            new WrongArgument(
                "%s \"%s\" is no id, such as 019a7d1c-9f10-7b6e-8a44-5c2d1f0e9b37"
                    .formatted(what, text)));
  }

  private static List<Object> row(DeliveryLog.Entry delivery) {
    return List.of(
        delivery.id(),
        delivery.event().word(),
        delivery.state().word(),
        delivery.tries(),
        delivery.nextTryAt().map(WebhookCommand::shown).orElse("-"),
        delivery.lastTry().map(WebhookCommand::said).orElse("-"),
        delivery.task(),
        delivery.url());
  }

  private static String said(Try last) {
    return last.status().isPresent()
        ? String.valueOf(last.status().getAsInt())
        : last.failure().orElse("-");
  }

  private static String shown(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
