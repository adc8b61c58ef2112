package dev.easel.api.extra;

import dev.easel.account.AccountId;
import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Caller;
import dev.easel.api.Callers;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Pace;
import dev.easel.api.Paging;
import dev.easel.api.Verdict;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.db.Database;
import dev.easel.db.RowId;
import dev.easel.net.AddressGuard;
import dev.easel.webhook.AccountKeys;
import dev.easel.webhook.DeliveryLog;
import dev.easel.webhook.Endpoint;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.Replays;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where an account says who is to be told of its tasks, and sees what they were told. Another
 * account's endpoints and deliveries are not there.
 */
public final class Webhooks implements HttpService {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String BASE = "/api/v1/webhooks";

  private final Door door;
  private final Parts parts;
  private final WebhookWish wish;

  /**
   * What answers are made of.
   *
   * @param pace counts what makes this server send something
   */
  public record Parts(
      Database database,
      Endpoints endpoints,
      AccountKeys keys,
      AddressGuard guard,
      Pace pace,
      InstantSource clock) {}

  /** The paths below {@code /api/v1/webhooks}. */
  public Webhooks(Door door, Parts parts) {
    this.door = door;
    this.parts = parts;
    this.wish = new WebhookWish(parts.guard);
  }

  @Override
  public void routing(HttpRules rules) {
    // Before the paths that an id stands in.
    rules
        .put(BASE + "/key", to(this::putKey))
        .delete(BASE + "/key", to(this::deleteKey))
        .get(BASE + "/deliveries", to(this::deliveries))
        .get(BASE + "/deliveries/{id}", to(this::delivery))
        .post(BASE + "/deliveries/{id}/replay", to(this::replay));
    rules
        .post(BASE, to(this::register))
        .get(BASE, to(this::list))
        .get(BASE + "/{id}", to(this::read))
        .patch(BASE + "/{id}", to(this::change))
        .delete(BASE + "/{id}", to(this::delete))
        .post(BASE + "/{id}/rotate", to(this::rotate))
        .post(BASE + "/{id}/test", to(this::test));
  }

  private Handler to(BiFunction<Exchange, Caller, Verdict<Answer>> endpoint) {
    return door.to(
        exchange -> exchange.caller().then(caller -> endpoint.apply(exchange, caller)),
        OmniJson::refuse);
  }

  private Verdict<Answer> register(Exchange exchange, Caller caller) {
    return exchange
        .json()
        .then(wish::registration)
        .then(wanted ->
            registered(
                parts.database.transaction(tx ->
                    parts.endpoints.register(
                        tx, caller.account(), wanted.url(), wanted.events(), now()))))
        .map(fresh -> OmniJson.ok(WebhookJson.fresh(fresh, exchange.language())));
  }

  private static Verdict<Endpoints.Fresh> registered(Endpoints.Registered result) {
    return switch (result) {
      case Endpoints.Fresh fresh -> Verdict.pass(fresh);
      case Endpoints.TooMany _ -> Verdict.refuse(tooMany());
      case Endpoints.AccountDeleted _ -> Verdict.refuse(Callers.INVALID);
    };
  }

  private static ApiError tooMany() {
    return new InvalidRequest(
        "",
        Cause.TOO_MANY,
        Phrase.of(
            "An account has at most %d webhook endpoints; delete one that is not needed any more.",
            Endpoints.MOST));
  }

  private Verdict<Answer> list(Exchange exchange, Caller caller) {
    ArrayNode all = JSON.arrayNode();
    parts
        .database
        .read(tx -> Endpoints.of(tx, caller.account()))
        .forEach(endpoint -> all.add(WebhookJson.endpoint(endpoint, exchange.language())));
    return Verdict.pass(OmniJson.ok(all));
  }

  private Verdict<Answer> read(Exchange exchange, Caller caller) {
    return endpoint(exchange, caller)
        .map(endpoint -> OmniJson.ok(WebhookJson.endpoint(endpoint, exchange.language())));
  }

  private Verdict<Endpoint> endpoint(Exchange exchange, Caller caller) {
    return endpoint(
        exchange, id -> parts.database.read(tx -> Endpoints.find(tx, caller.account(), id)));
  }

  /** What {@code use} makes of the endpoint whose id stands in the path. */
  private static <T> Verdict<T> endpoint(Exchange exchange, Function<UUID, Optional<T>> use) {
    return RowId.parse(exchange.path("id"))
        .flatMap(use)
        .map(Verdict::pass)
        .orElseGet(
            () -> Verdict.refuse(new ApiError.NotFound(Phrase.of("Webhook endpoint not found."))));
  }

  private Verdict<Answer> change(Exchange exchange, Caller caller) {
    return endpoint(exchange, caller)
        .then(_ -> exchange.json())
        .then(wish::change)
        .then(change ->
            endpoint(
                exchange,
                id ->
                    parts.database.transaction(
                        tx -> Endpoints.change(tx, caller.account(), id, change, now()))))
        .map(endpoint -> OmniJson.ok(WebhookJson.endpoint(endpoint, exchange.language())));
  }

  private Verdict<Answer> delete(Exchange exchange, Caller caller) {
    return endpoint(
            exchange,
            id ->
                parts.database.transaction(tx -> Endpoints.delete(tx, caller.account(), id))
                    ? Optional.of(id)
                    : Optional.empty())
        .map(_ -> OmniJson.ok(NullNode.getInstance()));
  }

  private Verdict<Answer> rotate(Exchange exchange, Caller caller) {
    return endpoint(
            exchange,
            id ->
                parts.database.transaction(
                    tx -> parts.endpoints.rotate(tx, caller.account(), id, now())))
        .map(fresh -> OmniJson.ok(WebhookJson.fresh(fresh, exchange.language())));
  }

  private Verdict<Answer> test(Exchange exchange, Caller caller) {
    return endpoint(exchange, caller)
        .then(endpoint ->
            parts
                .pace
                .count(caller, exchange::standsAt)
                .then(_ ->
                    parts
                        .database
                        .transaction(tx -> Replays.test(tx, endpoint, now()))
                        .map(Verdict::pass)
                        .orElseGet(() -> Verdict.refuse(disabled()))))
        .then(id -> shown(caller.account(), id));
  }

  private static ApiError disabled() {
    return new InvalidRequest(
        "",
        Cause.WRONG_VALUE,
        Phrase.of("The webhook endpoint is disabled; change it with \"enabled\": true first."));
  }

  private Verdict<Answer> putKey(Exchange exchange, Caller caller) {
    String key =
        parts.database.transaction(tx -> parts.keys.put(tx, caller.account(), now())).text();
    return Verdict.pass(OmniJson.ok(JSON.objectNode().put("key", key)));
  }

  private Verdict<Answer> deleteKey(Exchange exchange, Caller caller) {
    return parts.database.transaction(tx -> AccountKeys.delete(tx, caller.account()))
        ? Verdict.pass(OmniJson.ok(NullNode.getInstance()))
        : Verdict.refuse(new ApiError.NotFound(Phrase.of("The account has no webhook key.")));
  }

  private Verdict<Answer> deliveries(Exchange exchange, Caller caller) {
    return Paging.limit(exchange)
        .then(most -> filter(exchange).map(filter -> page(caller, filter, most)));
  }

  private static Verdict<DeliveryLog.Filter> filter(Exchange exchange) {
    return id(exchange, "endpoint", Phrase.of("must be the id of a webhook endpoint"))
        .then(endpoint ->
            id(exchange, "task", Phrase.of("must be the id of a task"))
                .then(task ->
                    state(exchange)
                        .then(state ->
                            id(
                                    exchange,
                                    "cursor",
                                    Phrase.of("must be the next_cursor of the page before"))
                                .map(before ->
                                    new DeliveryLog.Filter(endpoint, task, state, before)))));
  }

  private static Verdict<Optional<UUID>> id(Exchange exchange, String name, Phrase why) {
    Optional<String> asked = exchange.query(name);
    Optional<UUID> id = asked.flatMap(RowId::parse);
    return asked.isPresent() && id.isEmpty()
        ? Verdict.refuse(new InvalidRequest(name, why))
        : Verdict.pass(id);
  }

  private static Verdict<Optional<DeliveryLog.State>> state(Exchange exchange) {
    Optional<String> asked = exchange.query("state");
    Optional<DeliveryLog.State> state = asked.flatMap(DeliveryLog.State::of);
    return asked.isPresent() && state.isEmpty()
        ? Verdict.refuse(
            new InvalidRequest(
                "state", Phrase.of("must be one of: %s", DeliveryLog.State.allWords())))
        : Verdict.pass(state);
  }

  private Answer page(Caller caller, DeliveryLog.Filter filter, int most) {
    List<DeliveryLog.Entry> page =
        parts.database.read(tx -> DeliveryLog.page(tx, caller.account(), filter, most));
    ObjectNode data = JSON.objectNode();
    ArrayNode array = data.putArray("deliveries");
    page.forEach(delivery -> array.add(WebhookJson.listed(delivery)));
    data.put("next_cursor", page.size() < most ? null : page.getLast().id().toString());
    return OmniJson.ok(data);
  }

  private Verdict<Answer> delivery(Exchange exchange, Caller caller) {
    return found(exchange, caller).then(found -> shown(caller.account(), found.id()));
  }

  private Verdict<DeliveryLog.Entry> found(Exchange exchange, Caller caller) {
    return RowId.parse(exchange.path("id"))
        .flatMap(id -> parts.database.read(tx -> DeliveryLog.find(tx, caller.account(), id)))
        .map(Verdict::pass)
        .orElseGet(() -> Verdict.refuse(noDelivery()));
  }

  private static ApiError noDelivery() {
    return new ApiError.NotFound(Phrase.of("Delivery not found."));
  }

  private Verdict<Answer> shown(AccountId account, UUID delivery) {
    return parts
        .database
        .read(tx ->
            DeliveryLog.find(tx, account, delivery)
                .map(found -> WebhookJson.withTries(found, DeliveryLog.tries(tx, delivery))))
        .<Verdict<Answer>>map(json -> Verdict.pass(OmniJson.ok(json)))
        .orElseGet(() -> Verdict.refuse(noDelivery()));
  }

  private Verdict<Answer> replay(Exchange exchange, Caller caller) {
    return found(exchange, caller)
        .then(
            found -> parts.pace.count(caller, exchange::standsAt).then(_ -> replay(caller, found)));
  }

  private Verdict<Answer> replay(Caller caller, DeliveryLog.Entry found) {
    return switch (parts.database.transaction(tx -> Replays.replay(tx, found, now()))) {
      case DUE -> shown(caller.account(), found.id());
      case PENDING ->
          refuse(Phrase.of("The delivery is pending: it is tried again without being asked."));
      case ENDPOINT_DELETED -> refuse(Phrase.of("The delivery's webhook endpoint was deleted."));
      case ENDPOINT_DISABLED -> Verdict.refuse(disabled());
    };
  }

  private static Verdict<Answer> refuse(Phrase why) {
    return Verdict.refuse(new InvalidRequest("", Cause.WRONG_VALUE, why));
  }

  private Instant now() {
    return parts.clock.instant();
  }
}
