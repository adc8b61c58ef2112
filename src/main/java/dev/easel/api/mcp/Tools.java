package dev.easel.api.mcp;

import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Intake;
import dev.easel.api.Verdict;
import dev.easel.api.mcp.Mcp.Visit;
import dev.easel.asset.StoreAway;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.db.DatabaseException;
import dev.easel.ledger.Balance;
import dev.easel.task.TaskState;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tools: one for each listing that is sold, whose arguments are the listing's fields, and a few
 * that are always there.
 */
public final class Tools {
  /** What the catalogue calls this server among the dialects. */
  public static final String DIALECT = "mcp";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Ask.Names NAMES = new Ask.Names(DIALECT, "model", "", "");
  private static final int USUAL_WAIT_SECONDS = 40;

  /** What clients put before it counts too: many stop at 64. */
  private static final int LONGEST_NAME = 48;

  private final Parts parts;

  /** Where the answers come from. */
  public record Parts(
      Intake intake,
      Desk desk,
      Supplier<Catalog> catalog,
      Function<Caller, Balance> balance,
      TaskContent content) {}

  /** The tools in front of {@code parts}. */
  public Tools(Parts parts) {
    this.parts = parts;
  }

  /** The answer to {@code tools/list}: one page, of what the caller's key may use. */
  Response list(Visit visit, ObjectNode params) {
    if (params.hasNonNull("cursor")) {
      return new Response.Fault(Response.Code.INVALID_PARAMS, "cursor: there is only one page");
    }
    Catalog catalog = parts.catalog.get();
    ObjectNode result = JSON.objectNode();
    ArrayNode tools = result.putArray("tools");
    generators(catalog)
        .forEach((name, listing) -> {
          if (isOffered(catalog, listing, visit.caller())) {
            tools.add(generator(name, catalog, listing));
          }
        });
    FixedTool.all().forEach(tool -> tools.add(tool.describe()));
    return new Response.Result(result);
  }

  private static boolean isOffered(Catalog catalog, Listing listing, Caller caller) {
    return catalog.availability(listing) == Availability.ON && caller.mayUse(listing);
  }

  /** Every listing by the name of its tool: letters, digits, {@code _} and {@code -}. */
  private static Map<String, Listing> generators(Catalog catalog) {
    Map<String, Listing> named = new LinkedHashMap<>();
    for (Listing listing : catalog.listings(DIALECT)) {
      String whole = "generate_" + listing.id().replaceAll("[^A-Za-z0-9_-]", "_");
      String plain = whole.substring(0, Math.min(LONGEST_NAME, whole.length()));
      String name = plain;
      for (int i = 2; named.containsKey(name); i++) {
        name = plain + "_" + i;
      }
      named.put(name, listing);
    }
    return named;
  }

  private static ObjectNode generator(String name, Catalog catalog, Listing listing) {
    ObjectNode schema = catalog.schema(listing);
    ObjectNode wait = FixedTool.wait(USUAL_WAIT_SECONDS);
    ((ObjectNode) schema.path("properties")).set(FixedTool.WAIT, wait);
    return FixedTool.describe(
        name,
        "Generate with " + catalog.model(listing).label().name(),
        OfferText.of(catalog, listing),
        schema,
        FixedTool.Effect.SPENDS);
  }

  /** The answer to {@code tools/call}. */
  Response call(Visit visit, ObjectNode params) {
    JsonNode name = params.path("name");
    JsonNode given = params.path("arguments");
    if (!name.isString()) {
      return new Response.Fault(Response.Code.INVALID_PARAMS, "name: required, must be a string");
    }
    if (!given.isMissingNode() && !given.isNull() && !given.isObject()) {
      return new Response.Fault(Response.Code.INVALID_PARAMS, "arguments: must be an object");
    }
    ObjectNode arguments = given instanceof ObjectNode object ? object : JSON.objectNode();
    Optional<Verdict<ToolAnswer>> called = call(visit, name.stringValue(), arguments);
    return called.isEmpty()
        ? new Response.Fault(Response.Code.INVALID_PARAMS, "There is no such tool; ask tools/list.")
        : new Response.Result(
            switch (called.get()) {
              case Verdict.Pass<ToolAnswer>(ToolAnswer answer) -> answer.json(visit.protocol());
              case Verdict.Refuse<ToolAnswer>(ApiError error) ->
                  ToolAnswer.refusal(error.message(visit.language())).json(visit.protocol());
            });
  }

  private Optional<Verdict<ToolAnswer>> call(Visit visit, String name, ObjectNode arguments) {
    try {
      Optional<FixedTool> fixed = FixedTool.named(name);
      if (fixed.isPresent()) {
        return Optional.of(
            known(arguments, fixed.get().schema()).then(_ -> call(fixed.get(), visit, arguments)));
      }
      Catalog catalog = parts.catalog.get();
      return Optional.ofNullable(generators(catalog).get(name))
          .map(listing -> generate(visit, catalog, listing, arguments));
    } catch (DatabaseException | StoreAway away) {
      // Not for all messages of a batch: others may have bought something.
      return Optional.of(Verdict.refuse(new ApiError.Unavailable()));
    }
  }

  private Verdict<ToolAnswer> call(FixedTool tool, Visit visit, ObjectNode arguments) {
    Caller caller = visit.caller();
    return switch (tool) {
      case LIST_MODELS -> Verdict.pass(models(caller));
      case GET_TASK ->
          task(arguments)
              .then(id -> patience(arguments, 0).then(wait -> parts.desk.read(caller, id, wait)))
              .map(view -> parts.content.read(view, visit.language()));
      case CANCEL_TASK ->
          task(arguments)
              .then(id -> parts.desk.cancel(caller, id))
              .map(task -> parts.content.read(TaskView.of(task), visit.language()));
      case GET_CREDITS -> Verdict.pass(credits(parts.balance.apply(caller)));
    };
  }

  private ToolAnswer models(Caller caller) {
    Catalog catalog = parts.catalog.get();
    ObjectNode json = JSON.objectNode();
    ArrayNode models = json.putArray("models");
    generators(catalog)
        .forEach((name, listing) -> {
          if (caller.mayUse(listing) && catalog.availability(listing) != Availability.OFF) {
            models.add(OfferText.json(name, catalog, listing));
          }
        });
    return ToolAnswer.of(json);
  }

  private static ToolAnswer credits(Balance balance) {
    return ToolAnswer.of(
        JSON.objectNode().put("available", balance.available()).put("held", balance.held()));
  }

  /** Takes the request as every dialect does, and waits for its end as long as is usual. */
  private Verdict<ToolAnswer> generate(
      Visit visit, Catalog catalog, Listing listing, ObjectNode arguments) {
    ObjectNode fields = arguments.deepCopy();
    fields.remove(FixedTool.WAIT);
    Ask ask =
        new Ask(
            NAMES, listing.id(), fields, MissingNode.getInstance(), fields.toString(), List.of());
    return known(fields, catalog.schema(listing))
        .then(_ -> patience(arguments, USUAL_WAIT_SECONDS))
        .then(wait ->
            parts.intake.takeAndRead(
                visit.exchange(),
                visit.caller(),
                ask,
                id ->
                    parts
                        .desk
                        .read(visit.caller(), id, wait)
                        .map(view -> made(view, visit.language())),
                TaskContent::accepted));
  }

  private ToolAnswer made(TaskView view, Language language) {
    ToolAnswer answer = parts.content.read(view, language);
    return view.task().state() instanceof TaskState.Failed ? answer.asError() : answer;
  }

  /**
   * Refuses arguments that no tool of this kind has: what an assistant made up would be paid for
   * without doing anything.
   */
  private static Verdict<ObjectNode> known(ObjectNode arguments, ObjectNode schema) {
    JsonNode properties = schema.path("properties");
    return arguments.propertyNames().stream()
        .filter(name -> !properties.has(name))
        .findFirst()
        .map(name -> Verdict.<ObjectNode>refuse(unknown(name, properties)))
        .orElseGet(() -> Verdict.pass(arguments));
  }

  private static ApiError unknown(String name, JsonNode properties) {
    String allowed =
        properties.propertyStream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    return new InvalidRequest(
        name.length() <= 60 ? name : name.substring(0, 60) + "…",
        Phrase.of("there is no such argument; allowed: %s", allowed));
  }

  private static Verdict<String> task(ObjectNode arguments) {
    JsonNode id = arguments.path(FixedTool.TASK);
    return id.isString()
        ? Verdict.pass(id.stringValue())
        : Verdict.refuse(
            new InvalidRequest(
                FixedTool.TASK,
                id.isMissingNode() ? Cause.MISSING : Cause.WRONG_TYPE,
                Phrase.of("required, must be a string")));
  }

  private static Verdict<Duration> patience(ObjectNode arguments, int usual) {
    JsonNode asked = arguments.path(FixedTool.WAIT);
    if (asked.isMissingNode() || asked.isNull()) {
      return Verdict.pass(Duration.ofSeconds(usual));
    }
    return asked.isIntegralNumber()
            && asked.canConvertToInt()
            && asked.intValue() >= 0
            && asked.intValue() <= FixedTool.LONGEST_WAIT_SECONDS
        ? Verdict.pass(Duration.ofSeconds(asked.intValue()))
        : Verdict.refuse(
            new InvalidRequest(
                FixedTool.WAIT,
                Phrase.of(
                    "must be a whole number from %s to %s", 0, FixedTool.LONGEST_WAIT_SECONDS)));
  }
}
