package dev.easel.api.extra;

import dev.easel.api.Answer;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Dialect;
import dev.easel.api.Door;
import dev.easel.api.EndUser;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.Paging;
import dev.easel.api.Verdict;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.db.Database;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import dev.easel.ledger.Transfer;
import dev.easel.task.Page;
import dev.easel.task.TaskView;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What no public API documents and every dialect has beside its own paths: list, cancel, models,
 * price, credits. Always in {@code {code,msg,data}}.
 */
public final class Extras implements HttpService {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Door door;
  private final List<Dialect> dialects;
  private final Parts parts;

  /** Where the answers come from. */
  public record Parts(
      Intake intake, Desk desk, Supplier<Catalog> catalog, Database database, OmniJson json) {}

  /**
   * The extra paths.
   *
   * @param dialects those whose models are listed and whose requests are priced here; a request is
   *     priced in the first one that sells its model
   */
  public Extras(Door door, List<Dialect> dialects, Parts parts) {
    this.door = door;
    this.dialects = List.copyOf(dialects);
    this.parts = parts;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/v1/tasks", door.to(this::list, OmniJson::refuse))
        .post("/api/v1/tasks/{id}/cancel", door.to(this::cancel, OmniJson::refuse))
        .get("/api/v1/models", door.to(this::models, OmniJson::refuse))
        .post("/api/v1/quote", door.to(this::quote, OmniJson::refuse))
        .get("/api/v1/credits", door.to(this::credits, OmniJson::refuse))
        .get("/api/v1/credits/statement", door.to(this::statement, OmniJson::refuse));
  }

  private Verdict<Answer> list(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            Paging.limit(exchange)
                .then(most ->
                    Paging.after(
                            exchange,
                            "cursor",
                            Phrase.of("must be the next_cursor of the page before"))
                        .map(before ->
                            page(caller, Page.newest(before, most), exchange.language()))));
  }

  private Answer page(Caller caller, Page page, Language language) {
    List<TaskView> tasks = parts.desk.list(caller, page);
    ObjectNode data = JSON.objectNode();
    ArrayNode array = data.putArray("tasks");
    tasks.forEach(task -> array.add(listed(task, language)));
    data.put(
        "next_cursor", tasks.size() < page.most() ? null : tasks.getLast().task().id().toString());
    return OmniJson.ok(data);
  }

  private ObjectNode listed(TaskView view, Language language) {
    ObjectNode json = parts.json.task(view, language);
    EndUser.of(parts.desk.sent(view.task().request())).ifPresent(user -> json.put("user", user));
    return json;
  }

  private Verdict<Answer> cancel(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> parts.desk.cancel(caller, exchange.path("id")))
        .map(task -> OmniJson.ok(parts.json.task(task, exchange.language())));
  }

  private Verdict<Answer> models(Exchange exchange) {
    return exchange.caller().map(_ -> OmniJson.ok(models()));
  }

  /** One entry for each id, with the dialects that sell it. */
  private ArrayNode models() {
    Catalog catalog = parts.catalog.get();
    Map<String, ObjectNode> models = new TreeMap<>();
    for (Dialect dialect : dialects) {
      for (Listing listing : catalog.listings(dialect.name())) {
        models
            .computeIfAbsent(listing.id(), _ -> model(catalog, listing))
            .withArray("dialects")
            .add(dialect.name());
      }
    }
    return JSON.arrayNode().addAll(models.values());
  }

  private static ObjectNode model(Catalog catalog, Listing listing) {
    Model model = catalog.model(listing);
    return JSON.objectNode()
        .put("id", listing.id())
        .put("name", model.label().name())
        .put("description", model.label().description())
        .put("task_type", model.kind().word())
        .put("state", catalog.availability(listing).word());
  }

  private Verdict<Answer> quote(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> exchange.json().then(body -> quote(caller, body)))
        .map(order ->
            OmniJson.ok(
                JSON.objectNode()
                    .put("model_id", order.ask().model())
                    .put("credits", order.quote().credits())));
  }

  /**
   * Refused in the words of the first dialect when no dialect sells the model. One that need not be
   * named is nobody's here, unless there is only one dialect.
   */
  private Verdict<Intake.Order> quote(Caller caller, JsonBody body) {
    Catalog catalog = parts.catalog.get();
    for (Dialect dialect : dialects) {
      if (dialect.understand(body) instanceof Verdict.Pass<Ask>(Ask ask)
          && ask.isNamedIn(body)
          && catalog.listing(dialect.name(), ask.model()).isPresent()) {
        return quote(caller, dialect, body);
      }
    }
    return quote(caller, dialects.getFirst(), body);
  }

  private Verdict<Intake.Order> quote(Caller caller, Dialect dialect, JsonBody body) {
    return dialect.priced(caller, body).then(ask -> parts.intake.order(caller, ask));
  }

  private Verdict<Answer> credits(Exchange exchange) {
    return exchange
        .caller()
        .map(caller -> {
          Balance balance = parts.database.read(tx -> Ledger.balance(tx, caller.account()));
          return OmniJson.ok(
              JSON.objectNode().put("available", balance.available()).put("held", balance.held()));
        });
  }

  private Verdict<Answer> statement(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            Paging.limit(exchange)
                .map(most -> {
                  ArrayNode array = JSON.arrayNode();
                  parts
                      .database
                      .read(tx -> Ledger.statement(tx, caller.account(), most))
                      .forEach(transfer -> array.add(transfer(transfer)));
                  return OmniJson.ok(array);
                }));
  }

  private static ObjectNode transfer(Transfer transfer) {
    return JSON.objectNode()
        .put("id", transfer.id())
        .put("created_at", transfer.at().getEpochSecond())
        .put("kind", transfer.kind())
        .put("amount", transfer.amount())
        .put("available_after", transfer.after().available())
        .put("held_after", transfer.after().held())
        .put("task_id", transfer.hold().map(Object::toString).orElse(null))
        .put("reason", transfer.reason());
  }
}
