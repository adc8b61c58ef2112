package dev.easel.api;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what is no HTTP, or more of it than is read: addresses and headers that are malformed or
 * too long. No route has been looked for, so it is no dialect's.
 */
final class NoRequest implements DirectHandler {
  private static final Logger log = LoggerFactory.getLogger(NoRequest.class);

  private NoRequest() {}

  /** One for everything that can be wrong. */
  static DirectHandlers handlers() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (EventType event : EventType.values()) {
      handlers.addHandler(event, new NoRequest());
    }
    return handlers.build();
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType event,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    // The server takes a method that is none for a failure of its own.
    boolean isUnread = event == EventType.INTERNAL_ERROR && request.path().isEmpty();
    Status told = isUnread ? Status.BAD_REQUEST_400 : status;
    headers.set(HeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
    headers.set(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    String id = Door.newId();
    headers.set(Door.REQUEST_ID, id);
    log.debug("request {}: {} {}", id, told, message);
    TransportResponse.Builder response =
        TransportResponse.builder().status(told).headers(headers).keepAlive(event.keepAlive());
    return request.method().equals("HEAD")
        ? response.build()
        : response.entity(Server.plain(told.code(), reason(told)).bytes()).build();
  }

  /** The server's own message may quote what was sent, or name its classes. */
  private static String reason(Status status) {
    return switch (status.code()) {
      case 400 -> "This is no HTTP request: its first line or a header is malformed.";
      case 413 -> "The body is too large.";
      case 414 -> "The address is too long.";
      case 431 -> "The headers are too long.";
      case 505 -> "This version of HTTP is not spoken here.";
      default -> "The request cannot be served.";
    };
  }
}
