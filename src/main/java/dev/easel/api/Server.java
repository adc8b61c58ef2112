package dev.easel.api;

import dev.easel.wording.Language;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The listening socket and the table of paths. */
public final class Server implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Server.class);
  private static final int BACKLOG = 1024;

  private final Consumer<HttpRules> table;
  private final Connections connections;
  private final WebServer server;
  private final CompletableFuture<Void> deaf = new CompletableFuture<>();
  private volatile boolean isClosing;

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
   * @param dialects each alone at its own base, and all of them together where their clients expect
   *     them
   * @param shared the paths there that belong to more than one of them
   * @param extras what these dialects have in common beside their own paths
   * @param mcp serves {@code /mcp}
   * @param files serves {@code /files}
   * @param document serves the document of all this, and the page that shows it
   * @param readiness whether this node should be sent requests
   */
  public record Routes(
      List<Dialect> dialects,
      List<SharedPath> shared,
      Function<List<Dialect>, List<HttpService>> extras,
      HttpService mcp,
      HttpService files,
      HttpService document,
      Supplier<Readiness> readiness) {}

  /**
   * How a node is.
   *
   * @param ready whether it should be sent requests
   * @param catalog what an operator has to mend, while it serves from an older catalogue
   */
  public record Readiness(boolean ready, Optional<String> catalog) {}

  /**
   * Starts listening.
   *
   * @param port 0 takes any free one
   * @throws CannotListen when somebody else listens there, or may not
   */
  public Server(String host, int port, Duration drain, Routes routes, Door door) {
    this(host, port, drain, routes, door, ConnectionLimits.USUAL);
  }

  /** The same with other {@code limits}. */
  Server(String host, int port, Duration drain, Routes routes, Door door, ConnectionLimits limits) {
    refuseWhatIsTaken(host, port);
    this.table = rules -> route(rules, routes, door);
    this.connections = new Connections(limits);
    this.server =
        connections
            .serve(WebServer.builder())
            .host(host)
            .port(port)
            .backlog(BACKLOG)
            .shutdownHook(false)
            .shutdownGracePeriod(drain)
            .directHandlers(NoRequest.handlers())
            .routing(routing -> {
              routing.addFilter(Server::closeWhenOver);
              routing.addFilter(Door::name);
              table.accept(routing);
            })
            .build()
            .start();
    connections.every(() -> listenFor(host));
  }

  /**
   * Helidon 4.5 stops listening at the first connection that it fails to accept, for whatever
   * reason, says that it is running, and cannot be started again.
   */
  private void listenFor(String host) {
    if (!deaf.isDone() && isFree(host, port()) && !isClosing) {
      log.error("ALERT: nobody listens on {} port {} any more: this node ends", host, port());
      deaf.complete(null);
    }
  }

  private static boolean isFree(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
      return true;
    } catch (IOException taken) {
      return false;
    }
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

  private static void route(HttpRules routing, Routes routes, Door door) {
    // One after the other is tried: what is asked for most comes first.
    routing.register("/files", routes.files);
    routes.shared.forEach(path -> routing.register("/", path));
    mount(routing, "/", routes.dialects, routes);
    for (Dialect dialect : routes.dialects) {
      mount(routing, "/" + dialect.name(), List.of(dialect), routes);
    }
    routing.register("/", routes.mcp);
    routing.register("/", routes.document);
    look(routing, "/health/live", door, () -> health("live", true, Optional.empty()));
    look(routing, "/health/ready", door, () -> readiness(routes.readiness.get()));
    routing.any(door.to(exchange -> Verdict.pass(noSuchPath(exchange)), Server::plain));
  }

  /** Whoever only looks, as load balancers do, may do without the body. */
  private static void look(
      HttpRules routing, String path, Door door, Supplier<Verdict<Answer>> answer) {
    Handler handler = door.to(_ -> answer.get(), Server::plain);
    routing.get(path, handler).head(path, handler);
  }

  private static void mount(HttpRules routing, String base, List<Dialect> dialects, Routes routes) {
    dialects.forEach(dialect -> routing.register(base, dialect));
    routes.extras.apply(dialects).forEach(extra -> routing.register(base, extra));
  }

  /**
   * Ends the connection with the answer when the caller asks for that, or has sent a body that was
   * not read: the next request begins after it, and it may be long. Helidon 4.5 announces that it
   * will close a connection, and leaves it open.
   */
  static void closeWhenOver(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (request.content().hasEntity()) {
      Connection.current().bodyFollows();
      if (!isShort(request.headers())) {
        response.beforeSend(() -> {
          if (!request.content().consumed()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
          }
        });
      }
    }
    chain.proceed();
    if (request.content().hasEntity()) {
      Connection.current().answered(request.content().consumed());
    }
    if (response.isSent() && (saysClose(request.headers()) || saysClose(response.headers()))) {
      throw new CloseConnectionException("announced");
    }
  }

  private static boolean saysClose(Headers headers) {
    return headers.contains(HeaderNames.CONNECTION)
        && headers.containsToken(HeaderValues.CONNECTION_CLOSE);
  }

  /** Whether Helidon may read what is left of a body, so that the connection can stay open. */
  private static boolean isShort(ServerRequestHeaders headers) {
    return headers.contentLength().orElse(Long.MAX_VALUE) <= Exchange.LARGEST_BODY
        && !headers.contains(HeaderNames.EXPECT);
  }

  private static Verdict<Answer> readiness(Readiness now) {
    return health("ready", now.ready, now.catalog);
  }

  private static Verdict<Answer> health(String what, boolean isSo, Optional<String> catalog) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put(what, isSo);
    catalog.ifPresent(trouble -> json.put("catalog", trouble));
    return Verdict.pass(Answer.of(isSo ? 200 : 503, json));
  }

  private static Answer noSuchPath(Exchange exchange) {
    return plain(404, "Nothing is served at %s %s.".formatted(exchange.method(), exchange.path()));
  }

  private static Answer plain(ApiError error, Language language) {
    return plain(error instanceof ApiError.Unavailable ? 503 : 500, error.message(language));
  }

  /** In no dialect. */
  static Answer plain(int status, String message) {
    return Answer.of(status, Envelope.of(status, message));
  }

  /** Registers all that is served here with {@code rules} too, which can list it. */
  public void register(HttpRules rules) {
    table.accept(rules);
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  /** Is done when nobody listens any more, though this was not closed. */
  public CompletableFuture<Void> deaf() {
    return deaf;
  }

  /** Takes no more requests and lets those that are being answered finish. */
  @Override
  public void close() {
    isClosing = true;
    server.stop();
    connections.close();
  }
}
