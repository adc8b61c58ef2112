package dev.easel.api.extra;

import dev.easel.webhook.DeliveryLog;
import dev.easel.webhook.Endpoint;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.EventType;
import dev.easel.wording.Language;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How endpoints and deliveries are shown. Times are in seconds, as everywhere beside a dialect. */
final class WebhookJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private WebhookJson() {}

  /** An endpoint, without its secret. */
  static ObjectNode endpoint(Endpoint endpoint, Language language) {
    Optional<String> reason = endpoint.disabled().map(Endpoint.Disabled::reason);
    ObjectNode json =
        JSON.objectNode().put("id", endpoint.id().toString()).put("url", endpoint.url());
    endpoint.events().stream().map(EventType::word).forEach(json.putArray("events")::add);
    return json.put("enabled", endpoint.disabled().isEmpty())
        .put("created_at", endpoint.createdAt().getEpochSecond())
        .put("failing_since", seconds(endpoint.failingSince()))
        .put("disabled_at", seconds(endpoint.disabled().map(Endpoint.Disabled::at)))
        .put("disabled_reason", reason.map(language::retell).orElse(null))
        .put("previous_secret_until", seconds(endpoint.previousUntil()));
  }

  /** An endpoint with its new secret. */
  static ObjectNode fresh(Endpoints.Fresh fresh, Language language) {
    return endpoint(fresh.endpoint(), language).put("secret", fresh.secret().text());
  }

  /** A delivery in a list: with its newest try. */
  static ObjectNode listed(DeliveryLog.Entry delivery) {
    ObjectNode json = delivery(delivery);
    delivery
        .lastTry()
        .ifPresentOrElse(
            last -> json.set("last_try", attempt(last)), () -> json.putNull("last_try"));
    return json;
  }

  /** A delivery with all of its tries. */
  static ObjectNode withTries(DeliveryLog.Entry delivery, List<DeliveryLog.Try> tries) {
    ObjectNode json = delivery(delivery);
    ArrayNode log = json.putArray("log");
    tries.forEach(one -> log.add(attempt(one)));
    return json;
  }

  private static ObjectNode delivery(DeliveryLog.Entry delivery) {
    return JSON.objectNode()
        .put("id", delivery.id().toString())
        .put("endpoint_id", delivery.endpoint().map(Object::toString).orElse(null))
        .put("task_id", delivery.task().toString())
        .put("event", delivery.event().word())
        .put("shape", delivery.shape())
        .put("url", delivery.url())
        .put("state", delivery.state().word())
        .put("tries", delivery.tries())
        .put("created_at", delivery.createdAt().getEpochSecond())
        .put("finished_at", seconds(delivery.finishedAt()))
        .put("next_try_at", seconds(delivery.nextTryAt()));
  }

  private static ObjectNode attempt(DeliveryLog.Try one) {
    return JSON.objectNode()
        .put("number", one.number())
        .put("started_at", one.startedAt().getEpochSecond())
        .put("duration_millis", one.duration().toMillis())
        .put("status", one.status().isPresent() ? one.status().getAsInt() : null)
        .put("failure", one.failure().orElse(null))
        .put("answer", one.answer().orElse(null));
  }

  private static @Nullable Long seconds(Optional<Instant> time) {
    return time.map(Instant::getEpochSecond).orElse(null);
  }
}
