package dev.easel.api;

import dev.easel.db.DatabaseException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way in and out: every request gets an id, every answer leaves here, every error is put
 * into its dialect's shape here.
 */
public final class Door {
  private static final Logger log = LoggerFactory.getLogger(Door.class);
  private static final Header JSON =
      HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
  private static final Header EVENT_STREAM =
      HeaderValues.create(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
  private static final Header NO_CACHE = HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-cache");

  /** Has nginx, and who does as it does, pass every event on at once. */
  private static final Header NO_BUFFERING = HeaderValues.create("X-Accel-Buffering", "no");

  private static final Header NO_SNIFF = HeaderValues.create("X-Content-Type-Options", "nosniff");

  /** Official SDKs retry by themselves, unless told. */
  private static final Header DO_NOT_RETRY = HeaderValues.create("x-should-retry", "false");

  static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final Pattern ACCEPTABLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final Callers callers;

  /** A door at which {@code callers} are identified. */
  public Door(Callers callers) {
    this.callers = callers;
  }

  /** Puts {@code endpoint} behind the door; {@code refusals} is its dialect's table. */
  public Handler to(Endpoint endpoint, Refusals refusals) {
    return (request, response) -> {
      Exchange exchange = new Exchange(request, callers, requestId(request));
      switch (ask(exchange, endpoint::handle)) {
        case Verdict.Pass<Answer>(Answer answer) -> send(response, exchange, answer);
        case Verdict.Refuse<Answer>(ApiError error) ->
            send(response, exchange, refusals.refuse(error, exchange.language()));
      }
    };
  }

  /** The same for an endpoint that answers with events, as long as there are any. */
  public Handler toEvents(EventEndpoint endpoint, Refusals refusals) {
    return (request, response) -> {
      Exchange exchange = new Exchange(request, callers, requestId(request));
      switch (ask(exchange, endpoint::open)) {
        case Verdict.Pass<Optional<EventEndpoint.Events>>(var events) -> {
          if (events.isPresent()) {
            stream(response, exchange, events.get());
          } else {
            response.status(Status.NO_CONTENT_204);
            response.header(REQUEST_ID, exchange.requestId());
            response.send();
          }
        }
        case Verdict.Refuse<Optional<EventEndpoint.Events>>(ApiError error) ->
            send(response, exchange, refusals.refuse(error, exchange.language()));
      }
    };
  }

  /** The same for an endpoint whose answers are of several forms. */
  public Handler toAny(Function<Exchange, Verdict<Reply>> endpoint, Refusals refusals) {
    return (request, response) -> {
      Exchange exchange = new Exchange(request, callers, requestId(request));
      switch (ask(exchange, endpoint)) {
        case Verdict.Pass<Reply>(Reply.Text(Answer answer)) -> send(response, exchange, answer);
        case Verdict.Pass<Reply>(Reply.Content content) -> write(response, exchange, content);
        case Verdict.Pass<Reply>(Reply.Events(EventEndpoint.Events events)) ->
            stream(response, exchange, events);
        case Verdict.Refuse<Reply>(ApiError error) ->
            send(response, exchange, refusals.refuse(error, exchange.language()));
      }
    };
  }

  private static <T> Verdict<T> ask(Exchange exchange, Function<Exchange, Verdict<T>> endpoint) {
    try {
      return endpoint.apply(exchange);
    } catch (DatabaseException away) {
      log.warn("request {}: {}", exchange.requestId(), away.getMessage());
      return Verdict.refuse(new ApiError.Unavailable());
    } catch (RuntimeException broken) {
      log.error("request {} broke", exchange.requestId(), broken);
      return Verdict.refuse(new ApiError.Internal(exchange.requestId()));
    }
  }

  private static void stream(
      ServerResponse response, Exchange exchange, EventEndpoint.Events events) {
    String requestId = exchange.requestId();
    response.header(EVENT_STREAM);
    response.header(NO_CACHE);
    response.header(NO_BUFFERING);
    response.header(NO_SNIFF);
    response.header(REQUEST_ID, requestId);
    if (exchange.isAdmitted()) {
      response.header(DO_NOT_RETRY);
    }
    try (OutputStream out = response.outputStream()) {
      events.tell(new EventStream(out));
    } catch (IOException | UncheckedIOException gone) {
      log.debug("request {}: the caller has gone: {}", requestId, gone.getMessage());
      throw new CloseConnectionException("the caller has gone", gone);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("stopping", stopping);
    }
  }

  /** A body that cannot be written to its end is cut: its length, or its last chunk, is missing. */
  private static void write(ServerResponse response, Exchange exchange, Reply.Content content) {
    response.header(HeaderNames.CONTENT_TYPE, content.type());
    response.header(NO_SNIFF);
    response.header(REQUEST_ID, exchange.requestId());
    if (exchange.isAdmitted()) {
      response.header(DO_NOT_RETRY);
    }
    content
        .length()
        .ifPresent(length -> response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(length)));
    content.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
    OutputStream out = response.outputStream();
    try {
      content.writer().write(out);
      out.close();
    } catch (IOException | UncheckedIOException cut) {
      log.debug("request {}: cut: {}", exchange.requestId(), cut.getMessage());
      throw new CloseConnectionException("cut", cut);
    }
  }

  private static void send(ServerResponse response, Exchange exchange, Answer answer) {
    response.status(Status.create(answer.status()));
    response.header(JSON);
    response.header(NO_SNIFF);
    response.header(REQUEST_ID, exchange.requestId());
    if (exchange.isAdmitted()) {
      response.header(DO_NOT_RETRY);
    }
    answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
    if (exchange.method().equals("HEAD")) {
      response.send(); // a body would be taken for the answer to the next request
    } else {
      response.send(answer.bytes());
    }
  }

  /** The caller's own id when it is fit to be logged, else a fresh one. */
  private static String requestId(ServerRequest request) {
    return request
        .headers()
        .first(REQUEST_ID)
        .filter(id -> ACCEPTABLE_ID.matcher(id).matches())
        .orElseGet(Door::newId);
  }

  /** A name for a request that has none. */
  static String newId() {
    return "req_" + UUID.randomUUID().toString().replace("-", "");
  }
}
