package dev.easel.api.extra;

import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.CallbackAddress;
import dev.easel.api.JsonBody;
import dev.easel.api.Verdict;
import dev.easel.net.AddressGuard;
import dev.easel.webhook.Endpoints;
import dev.easel.webhook.EventType;
import dev.easel.wording.Phrase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Reads what is wanted of an endpoint: where it is, which events, whether it is on. */
final class WebhookWish {
  private static final String EVENTS =
      EventType.ofTasks().map(EventType::word).collect(Collectors.joining(", "));

  private final AddressGuard guard;

  WebhookWish(AddressGuard guard) {
    this.guard = guard;
  }

  /**
   * A new endpoint.
   *
   * @param events none are all
   */
  record Registration(String url, List<EventType> events) {}

  /** Reads a registration. */
  Verdict<Registration> registration(JsonBody body) {
    return url(body)
        .then(url ->
            url.isEmpty()
                ? refuse("url", Cause.MISSING, Phrase.of("required, must be an http(s) URL"))
                : events(body)
                    .map(events -> new Registration(url.get(), events.orElse(List.of()))));
  }

  /** Reads a change, which must be one. */
  Verdict<Endpoints.Change> change(JsonBody body) {
    return url(body)
        .then(url ->
            events(body)
                .then(events ->
                    enabled(body)
                        .then(enabled -> {
                          Endpoints.Change change = new Endpoints.Change(url, events, enabled);
                          return change.isNone()
                              ? refuse(
                                  "",
                                  Cause.MISSING,
                                  Phrase.of(
                                      "Nothing to change: send url, events or enabled, or several of them."))
                              : Verdict.pass(change);
                        })));
  }

  private Verdict<Optional<String>> url(JsonBody body) {
    JsonNode given = body.object().path("url");
    if (given.isMissingNode() || given.isNull()) {
      return Verdict.pass(Optional.empty());
    }
    if (!given.isString()) {
      return refuse("url", Cause.WRONG_TYPE, Phrase.of("must be a string"));
    }
    String url = given.stringValue().strip();
    return CallbackAddress.refuse(guard, url)
        .map(why -> WebhookWish.<Optional<String>>refuse("url", Cause.WRONG_VALUE, why))
        .orElseGet(() -> Verdict.pass(Optional.of(url)));
  }

  private static Verdict<Optional<List<EventType>>> events(JsonBody body) {
    JsonNode given = body.object().path("events");
    if (given.isMissingNode() || given.isNull()) {
      return Verdict.pass(Optional.empty());
    }
    if (!given.isArray()) {
      return refuse("events", Cause.WRONG_TYPE, Phrase.of("must be a list of: %s", EVENTS));
    }
    List<EventType> events = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      Optional<EventType> event = given.get(i).asStringOpt().flatMap(EventType::ofTask);
      if (event.isEmpty()) {
        return refuse(
            "events[" + i + "]", Cause.WRONG_VALUE, Phrase.of("must be one of: %s", EVENTS));
      }
      if (!events.contains(event.get())) {
        events.add(event.get());
      }
    }
    return Verdict.pass(Optional.of(List.copyOf(events)));
  }

  private static Verdict<Optional<Boolean>> enabled(JsonBody body) {
    JsonNode given = body.object().path("enabled");
    if (given.isMissingNode() || given.isNull()) {
      return Verdict.pass(Optional.empty());
    }
    return given.isBoolean()
        ? Verdict.pass(Optional.of(given.booleanValue()))
        : refuse("enabled", Cause.WRONG_TYPE, Phrase.of("must be true or false"));
  }

  private static <T> Verdict<T> refuse(String field, Cause cause, Phrase why) {
    return Verdict.refuse(new InvalidRequest(field, cause, why));
  }
}
