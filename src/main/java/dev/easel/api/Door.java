package dev.easel.api;

import dev.easel.db.DatabaseException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
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
  private static final Header NO_SNIFF = HeaderValues.create("X-Content-Type-Options", "nosniff");
  private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final Pattern ACCEPTABLE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final Callers callers;

  /** A door at which {@code callers} are identified. */
  public Door(Callers callers) {
    this.callers = callers;
  }

  /** Puts {@code endpoint} behind the door; {@code errors} is its dialect's table. */
  public Handler to(Endpoint endpoint, Function<ApiError, Answer> errors) {
    return (request, response) -> {
      String requestId = requestId(request);
      send(
          response, requestId, answer(new Exchange(request, callers, requestId), endpoint, errors));
    };
  }

  private static Answer answer(
      Exchange exchange, Endpoint endpoint, Function<ApiError, Answer> errors) {
    try {
      return switch (endpoint.handle(exchange)) {
        case Verdict.Pass<Answer>(Answer answer) -> answer;
        case Verdict.Refuse<Answer>(ApiError error) -> errors.apply(error);
      };
    } catch (DatabaseException away) {
      log.warn("request {}: {}", exchange.requestId(), away.getMessage());
      return errors.apply(new ApiError.Unavailable());
    } catch (RuntimeException broken) {
      log.error("request {} broke", exchange.requestId(), broken);
      return errors.apply(new ApiError.Internal(exchange.requestId()));
    }
  }

  private static void send(ServerResponse response, String requestId, Answer answer) {
    response.status(Status.create(answer.status()));
    response.header(JSON);
    response.header(NO_SNIFF);
    response.header(REQUEST_ID, requestId);
    answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
    response.send(answer.bytes());
  }

  /** The caller's own id when it is fit to be logged, else a fresh one. */
  private static String requestId(ServerRequest request) {
    return request
        .headers()
        .first(REQUEST_ID)
        .filter(id -> ACCEPTABLE_ID.matcher(id).matches())
        .orElseGet(() -> "req_" + UUID.randomUUID().toString().replace("-", ""));
  }
}
