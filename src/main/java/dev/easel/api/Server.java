package dev.easel.api;

import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The listening socket and the table of paths. */
public final class Server implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final WebServer server;

  /** The address cannot be listened on; the message says what to do. */
  public static final class CannotListen extends RuntimeException {
    private static final long serialVersionUID = 1;

    CannotListen(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * What is served where.
   *
   * @param dialects by base path; each also answers without its base, in the order given
   * @param files serves {@code /files}
   * @param ready whether this node should be sent requests
   */
  public record Routes(
      Map<String, List<HttpService>> dialects, HttpService files, BooleanSupplier ready) {}

  /**
   * Starts listening.
   *
   * @param port 0 takes any free one
   * @throws CannotListen when somebody else listens there, or may not
   */
  public Server(String host, int port, Duration drain, Routes routes, Door door) {
    refuseWhatIsTaken(host, port);
    this.server =
        WebServer.builder()
            .host(host)
            .port(port)
            .backlog(BACKLOG)
            .shutdownHook(false)
            .shutdownGracePeriod(drain)
            .routing(routing -> route(routing, routes, door))
            .build()
            .start();
  }

  /** Asked beforehand, because the web server only logs that it could not listen, and goes on. */
  private static void refuseWhatIsTaken(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException taken) {
      throw new CannotListen(
          "cannot listen on %s port %d (%s): stop what listens there, or choose another with --port"
              .formatted(host, port, taken.getMessage()),
          taken);
    }
  }

  private static void route(HttpRouting.Builder routing, Routes routes, Door door) {
    routing.addFilter(Server::closeWhenAsked);
    routing.register("/files", routes.files);
    routing.get("/health/live", door.to(_ -> health("live", true), Server::plain));
    routing.get(
        "/health/ready", door.to(_ -> health("ready", routes.ready.getAsBoolean()), Server::plain));
    routes.dialects.forEach(
        (base, services) -> routing.register(base, services.toArray(HttpService[]::new)));
    routes
        .dialects
        .values()
        .forEach(services -> routing.register("/", services.toArray(HttpService[]::new)));
    routing.any(door.to(exchange -> Verdict.pass(noSuchPath(exchange)), Server::plain));
  }

  /** Helidon 4.5 announces that it will close a connection, and leaves it open. */
  private static void closeWhenAsked(
      FilterChain chain, RoutingRequest request, RoutingResponse response) {
    chain.proceed();
    if (response.isSent() && request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("asked for");
    }
  }

  private static Verdict<Answer> health(String what, boolean isSo) {
    return Verdict.pass(
        Answer.of(isSo ? 200 : 503, JsonNodeFactory.instance.objectNode().put(what, isSo)));
  }

  private static Answer noSuchPath(Exchange exchange) {
    return plain(404, "Nothing is served at %s %s.".formatted(exchange.method(), exchange.path()));
  }

  private static Answer plain(ApiError error) {
    return plain(error instanceof ApiError.Unavailable ? 503 : 500, error.message());
  }

  private static Answer plain(int status, String message) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("code", status).put("msg", message);
    body.putNull("data");
    return Answer.of(status, body);
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  /** Takes no more requests and lets those that are being answered finish. */
  @Override
  public void close() {
    server.stop();
  }
}
