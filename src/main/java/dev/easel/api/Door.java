package dev.easel.api;

import dev.easel.asset.FileAnswer;
import dev.easel.asset.StoreAway;
import dev.easel.db.DatabaseException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way in and out: every answer leaves here, and every error is put into its dialect's shape
 * here.
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

  /** Tells whoever repeats a request that it is not done again. */
  private static final Header REPLAYED = HeaderValues.create("Idempotent-Replayed", "true");

  private static final HeaderName RATE_LIMIT_POLICY = HeaderNames.create("RateLimit-Policy");
  private static final HeaderName RATE_LIMIT = HeaderNames.create("RateLimit");
  static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final Pattern ACCEPTABLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final Callers callers;
  private final BodyRoom room;

  /** A door at which {@code callers} are identified, and behind which there is {@code room}. */
  public Door(Callers callers, BodyRoom room) {
    this.callers = callers;
    this.room = room;
  }

  /** Has every answer tell which request it is of: by the caller's id for it, or a fresh one. */
  static void name(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    response.header(REQUEST_ID, requestId(request));
    chain.proceed();
  }

  /** Puts {@code endpoint} behind the door; {@code refusals} is its dialect's table. */
  public Handler to(Endpoint endpoint, Refusals refusals) {
    return toAny(exchange -> endpoint.handle(exchange).map(Reply.Text::new), refusals);
  }

  /** The same for an endpoint whose answers are of several forms. */
  public Handler toAny(
      Function<Exchange, ? extends Verdict<? extends Reply>> endpoint, Refusals refusals) {
    return (request, response) -> {
      Exchange exchange = new Exchange(request, callers, requestId(response), room.share());
      switch (ask(exchange, endpoint)) {
        case Verdict.Pass<? extends Reply>(Reply reply) ->
            answer(request, response, exchange, reply);
        case Verdict.Refuse<? extends Reply>(ApiError error) ->
            send(response, exchange, refusals.refuse(error, exchange.language()));
      }
    };
  }

  private static void answer(
      ServerRequest request, ServerResponse response, Exchange exchange, Reply reply) {
    switch (reply) {
      case Reply.Text(Answer answer) -> send(response, exchange, answer);
      case Reply.Written written -> write(response, exchange, written);
      case Reply.File(FileAnswer file) -> send(request, response, exchange, file);
      case Reply.Events(Reply.Teller teller) -> stream(response, exchange, teller);
      case Reply.Nothing _ -> {
        response.status(Status.NO_CONTENT_204);
        describe(response, exchange);
        response.send();
      }
    }
  }

  private static Verdict<? extends Reply> ask(
      Exchange exchange, Function<Exchange, ? extends Verdict<? extends Reply>> endpoint) {
    try {
      return endpoint.apply(exchange);
    } catch (DatabaseException | StoreAway away) {
      log.warn("request {}: {}", exchange.requestId(), away.getMessage());
      return Verdict.refuse(new ApiError.Unavailable());
    } catch (RuntimeException broken) {
      log.error("request {} broke", exchange.requestId(), broken);
      return Verdict.refuse(new ApiError.Internal(exchange.requestId()));
    } finally {
      exchange.forgetBody();
    }
  }

  private static void stream(ServerResponse response, Exchange exchange, Reply.Teller teller) {
    response.header(EVENT_STREAM);
    response.header(NO_CACHE);
    response.header(NO_BUFFERING);
    describe(response, exchange);
    try {
      OutputStream out = response.outputStream();
      teller.tell(new EventStream(out));
      out.close(); // not when it breaks: then the last chunk must be missing
    } catch (IOException | UncheckedIOException | ServerConnectionException gone) {
      log.debug("request {}: the caller has gone: {}", exchange.requestId(), gone.getMessage());
      throw new CloseConnectionException("the caller has gone", gone);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("stopping", stopping);
    } catch (RuntimeException broken) {
      log.error("request {} broke", exchange.requestId(), broken);
      throw new CloseConnectionException("broken", broken);
    }
  }

  /** A body that cannot be written to its end is cut: its last chunk is missing. */
  private static void write(ServerResponse response, Exchange exchange, Reply.Written written) {
    response.header(JSON);
    describe(response, exchange);
    OutputStream out = response.outputStream();
    try {
      written.writer().write(out);
      out.close();
    } catch (IOException | UncheckedIOException cut) {
      throw cut(exchange, cut);
    }
  }

  private static void send(
      ServerRequest request, ServerResponse response, Exchange exchange, FileAnswer file) {
    try (file) {
      describe(response, exchange);
      file.send(request, response);
    } catch (IOException | UncheckedIOException cut) {
      throw cut(exchange, cut);
    }
  }

  private static CloseConnectionException cut(Exchange exchange, Exception cut) {
    log.debug("request {}: cut: {}", exchange.requestId(), cut.getMessage());
    return new CloseConnectionException("cut", cut);
  }

  private static void send(ServerResponse response, Exchange exchange, Answer answer) {
    response.status(Status.create(answer.status()));
    response.header(JSON);
    describe(response, exchange);
    answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
    if (exchange.method().equals("HEAD")) {
      response.send(); // a body would be taken for the answer to the next request
    } else {
      response.send(answer.bytes());
    }
  }

  /** What answers have beside the name of their request. */
  private static void describe(ServerResponse response, Exchange exchange) {
    response.header(NO_SNIFF);
    if (exchange.isAdmitted()) {
      response.header(DO_NOT_RETRY);
    }
    if (exchange.isReplayed()) {
      response.header(REPLAYED);
    }
    exchange
        .standing()
        .ifPresent(standing -> {
          response.header(RATE_LIMIT_POLICY, standing.policy());
          response.header(RATE_LIMIT, standing.state());
        });
  }

  /** As the answer tells it. */
  private static String requestId(ServerResponse response) {
    return response.headers().get(REQUEST_ID).get();
  }

  /** The caller's own id when it is fit to be logged, else a fresh one. */
  private static String requestId(ServerRequest request) {
    return request
        .headers()
        .first(REQUEST_ID)
        .filter(id -> ACCEPTABLE_ID.matcher(id).matches())
        .orElseGet(Door::newId);
  }

  /** A name for a request that has none: to be told from others, not to be kept secret. */
  static String newId() {
    RandomGenerator random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
