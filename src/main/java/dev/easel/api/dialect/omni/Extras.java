package dev.easel.api.dialect.omni;

import dev.easel.account.AccountId;
import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.Verdict;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.catalog.Model;
import dev.easel.db.Database;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import dev.easel.ledger.Transfer;
import dev.easel.task.Cancellations;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskId;
import dev.easel.task.TaskState;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What no public API documents and every dialect has beside its own paths: list, cancel, models,
 * price, credits. Always in {@code {code,msg,data}}.
 */
public final class Extras implements HttpService {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int USUAL_PAGE = 20;
  private static final int LARGEST_PAGE = 100;

  private final Door door;
  private final Intake intake;
  private final Catalog catalog;
  private final Tables tables;
  private final OmniJson json;

  /** Where the answers come from. */
  public record Tables(Database database, Snapshots snapshots, Cancellations cancellations) {}

  /** The extra paths. */
  public Extras(Door door, Intake intake, Catalog catalog, Tables tables, OmniJson json) {
    this.door = door;
    this.intake = intake;
    this.catalog = catalog;
    this.tables = tables;
    this.json = json;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/v1/tasks", door.to(this::list, OmniJson::error))
        .post("/api/v1/tasks/{id}/cancel", door.to(this::cancel, OmniJson::error))
        .get("/api/v1/models", door.to(this::models, OmniJson::error))
        .post("/api/v1/quote", door.to(this::quote, OmniJson::error))
        .get("/api/v1/credits", door.to(this::credits, OmniJson::error))
        .get("/api/v1/credits/statement", door.to(this::statement, OmniJson::error));
  }

  private Verdict<Answer> list(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            limit(exchange)
                .then(
                    most -> cursor(exchange).map(before -> page(caller.account(), before, most))));
  }

  private static Verdict<Integer> limit(Exchange exchange) {
    Optional<String> asked = exchange.query("limit");
    return asked.isEmpty()
        ? Verdict.pass(USUAL_PAGE)
        : Exchange.number("limit", asked.get(), 1, LARGEST_PAGE);
  }

  private static Verdict<Optional<TaskId>> cursor(Exchange exchange) {
    Optional<String> asked = exchange.query("cursor");
    Optional<TaskId> before = asked.flatMap(TaskId::parse);
    return asked.isPresent() && before.isEmpty()
        ? Verdict.refuse(
            new ApiError.InvalidRequest("cursor", "must be the next_cursor of the page before"))
        : Verdict.pass(before);
  }

  private Answer page(AccountId account, Optional<TaskId> before, int most) {
    List<Task> tasks = tables.snapshots.list(account, before, most);
    ObjectNode data = JSON.objectNode();
    ArrayNode array = data.putArray("tasks");
    tables.snapshots.views(tasks).forEach(task -> array.add(json.task(task)));
    data.put("next_cursor", tasks.size() < most ? null : tasks.getLast().id().toString());
    return OmniJson.ok(data);
  }

  private Verdict<Answer> cancel(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> {
          Optional<Task> task =
              TaskId.parse(exchange.path("id"))
                  .flatMap(id -> tables.snapshots.read(caller.account(), id));
          return task.isEmpty() ? Verdict.refuse(new ApiError.TaskNotFound()) : cancel(task.get());
        });
  }

  private Verdict<Answer> cancel(Task task) {
    Task now = tables.cancellations.cancel(task);
    return now.state() instanceof TaskState.Canceled
        ? Verdict.pass(OmniJson.ok(json.task(now)))
        : Verdict.refuse(new ApiError.TooLateToCancel(word(now.state())));
  }

  private static String word(TaskState state) {
    return switch (state) {
      case TaskState.Queued _, TaskState.Running _ -> "running";
      case TaskState.Succeeded _ -> "finished";
      case TaskState.Failed _ -> "failed";
      case TaskState.Canceled _ -> "canceled";
    };
  }

  private Verdict<Answer> models(Exchange exchange) {
    return exchange
        .caller()
        .map(_ -> {
          ArrayNode array = JSON.arrayNode();
          catalog.listings(Omni.NAME).forEach(listing -> array.add(model(listing)));
          return OmniJson.ok(array);
        });
  }

  private ObjectNode model(Listing listing) {
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
        .then(caller ->
            exchange
                .json()
                .then(body -> intake.order(caller, Omni.NAME, Omni.MODEL_FIELD, body.object())))
        .map(order ->
            OmniJson.ok(
                JSON.objectNode()
                    .put("model_id", order.asked())
                    .put("credits", order.quote().credits())));
  }

  private Verdict<Answer> credits(Exchange exchange) {
    return exchange
        .caller()
        .map(caller -> {
          Balance balance = tables.database.read(tx -> Ledger.balance(tx, caller.account()));
          return OmniJson.ok(
              JSON.objectNode().put("available", balance.available()).put("held", balance.held()));
        });
  }

  private Verdict<Answer> statement(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            limit(exchange)
                .map(most -> {
                  ArrayNode array = JSON.arrayNode();
                  tables
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
