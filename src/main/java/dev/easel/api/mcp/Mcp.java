package dev.easel.api.mcp;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Caller;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Refusals;
import dev.easel.api.Verdict;
import dev.easel.api.mcp.Response.Code;
import dev.easel.api.mcp.Response.Fault;
import dev.easel.wording.Language;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The server of the Model Context Protocol, by its streamable HTTP transport: every message is a
 * POST to {@code /mcp} and is answered at once with JSON. There are no sessions and no streams, so
 * that any node can answer any message.
 *
 * <p>The specification is that of modelcontextprotocol.io, versions 2025-03-26 to 2025-11-25.
 */
public final class Mcp implements HttpService, Refusals {
  private static final String PATH = "/mcp";
  private static final int LARGEST_BATCH = 20;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final JsonNode RPC_VERSION = JSON.stringNode("2.0");
  private static final String INSTRUCTIONS =
      "Generates images and videos. Call one of the generate_ tools; each is one model, and says"
          + " what it costs. An answer whose state is queued or running is not the end: call"
          + " get_task with its task_id and a wait_seconds until the state is succeeded, failed or"
          + " canceled. Results are links. Credits are taken when a task is accepted, and given"
          + " back when it fails.";

  private final Door door;
  private final Supplier<String> publicUrl;
  private final String version;
  private final Tools tools;

  /**
   * The server of {@code tools}.
   *
   * @param publicUrl where browsers find this server: no page from elsewhere may use it
   * @param version of Easel
   */
  public Mcp(Door door, Supplier<String> publicUrl, String version, Tools tools) {
    this.door = door;
    this.publicUrl = publicUrl;
    this.version = version;
    this.tools = tools;
  }

  /** A message, and who sent it how. */
  record Visit(Exchange exchange, Caller caller, Protocol protocol) {
    Language language() {
      return exchange.language();
    }
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post(PATH, door.to(this::take, this))
        .any(PATH, door.to(exchange -> Verdict.pass(notAllowed(exchange)), this));
  }

  private static Answer notAllowed(Exchange exchange) {
    String text = "%s is not served here: messages are POST.".formatted(exchange.method());
    return fault(405, Code.INVALID_REQUEST, text).with("Allow", "POST");
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    String text = error.message(language);
    return switch (error) {
      case ApiError.Unauthenticated _ ->
          fault(401, Code.REFUSED, text).with("WWW-Authenticate", "Bearer");
      case ApiError.InvalidRequest(_, var cause, _) ->
          fault(
              400,
              cause == ApiError.InvalidRequest.Cause.UNREADABLE
                  ? Code.UNREADABLE
                  : Code.INVALID_REQUEST,
              text);
      case ApiError.TooLarge _ -> fault(413, Code.INVALID_REQUEST, text);
      case ApiError.RateLimited _ -> fault(429, Code.REFUSED, text).inDueTime(error);
      case ApiError.Unavailable _ -> fault(503, Code.INTERNAL, text).inDueTime(error);
      case ApiError.Internal _ -> fault(500, Code.INTERNAL, text);
      // These are answers of tools.
      case ApiError.InsufficientCredits _,
          ApiError.KeyLimitExceeded _,
          ApiError.StorageFull _,
          ApiError.UnknownModel _,
          ApiError.TaskNotFound _,
          ApiError.NotFound _,
          ApiError.IdempotencyConflict _,
          ApiError.Maintenance _,
          ApiError.Disabled _,
          ApiError.TooLateToCancel _ ->
          fault(400, Code.REFUSED, text);
    };
  }

  private static Answer fault(int status, Code code, String text) {
    return Answer.of(status, new Fault(code, text).to(NullNode.getInstance()));
  }

  private Verdict<Answer> take(Exchange exchange) {
    if (!isFromHere(exchange)) {
      return Verdict.pass(
          fault(403, Code.INVALID_REQUEST, "Pages of other origins may not use this server."));
    }
    return exchange
        .caller()
        .then(caller -> exchange.anyJson().map(body -> answer(exchange, caller, body)));
  }

  /**
   * Who is no browser sends no origin. One that is not ours may be a page that has our address
   * under a name of its own.
   */
  private boolean isFromHere(Exchange exchange) {
    Optional<String> origin = exchange.header("Origin");
    return origin.isEmpty() || origin(origin.get()).equals(origin(publicUrl.get()));
  }

  /** Scheme, host and port of {@code url}; other text as it is. */
  private static String origin(String url) {
    try {
      URI uri = new URI(url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      int usual = scheme.equals("https") ? 443 : 80;
      int port = uri.getPort() < 0 ? usual : uri.getPort();
      return uri.getHost() == null
          ? url
          : scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    } catch (URISyntaxException malformed) {
      return url;
    }
  }

  private Answer answer(Exchange exchange, Caller caller, JsonNode body) {
    boolean begins = body.path("method").asString("").equals("initialize");
    String said = exchange.header("MCP-Protocol-Version").orElse(Protocol.UNSAID.date());
    Optional<Protocol> protocol = begins ? Optional.of(Protocol.UNSAID) : Protocol.of(said);
    if (protocol.isEmpty()) {
      return fault(
          400,
          Code.INVALID_REQUEST,
          "MCP-Protocol-Version: %s is not spoken here; allowed: %s"
              .formatted(said.replaceAll("[^ -~]", "?"), String.join(", ", Protocol.dates())));
    }
    Visit visit = new Visit(exchange, caller, protocol.get());
    if (body instanceof ArrayNode batch) {
      return batch(visit, batch);
    }
    return answer(visit, body)
        .map(reply -> Answer.of(isMalformed(reply) ? 400 : 200, reply))
        .orElse(heard());
  }

  /** To messages that are not answered. */
  private static Answer heard() {
    return new Answer(202, "", Map.of());
  }

  private static boolean isMalformed(ObjectNode reply) {
    return reply.path("id").isNull();
  }

  private Answer batch(Visit visit, ArrayNode batch) {
    if (!visit.protocol.hasBatches()) {
      return fault(
          400,
          Code.INVALID_REQUEST,
          "Version %s of the protocol has no batches.".formatted(visit.protocol.date()));
    }
    if (batch.isEmpty() || batch.size() > LARGEST_BATCH) {
      return fault(
          400, Code.INVALID_REQUEST, "A batch has 1 to %d messages.".formatted(LARGEST_BATCH));
    }
    ArrayNode replies = JSON.arrayNode();
    batch.forEach(message -> answer(visit, message).ifPresent(replies::add));
    return replies.isEmpty() ? heard() : Answer.ok(replies);
  }

  /** The answer to one message; empty where none is due. */
  private Optional<ObjectNode> answer(Visit visit, JsonNode message) {
    if (!(message instanceof ObjectNode) || !message.path("jsonrpc").equals(RPC_VERSION)) {
      return invalid("A message is an object with \"jsonrpc\": \"2.0\".");
    }
    if (!message.path("method").isString()) {
      // We never ask, so an answer is to nothing.
      return message.has("result") || message.has("error")
          ? Optional.empty()
          : invalid("method: required, must be a string");
    }
    JsonNode id = message.path("id");
    if (id.isMissingNode()) {
      return Optional.empty();
    }
    return id.isString() || id.isIntegralNumber()
        ? Optional.of(reply(visit, message).to(id))
        : invalid("id: must be a string or a whole number");
  }

  private static Optional<ObjectNode> invalid(String why) {
    return Optional.of(new Fault(Code.INVALID_REQUEST, why).to(NullNode.getInstance()));
  }

  private Response reply(Visit visit, JsonNode request) {
    JsonNode given = request.path("params");
    if (!given.isMissingNode() && !given.isObject()) {
      return new Fault(Code.INVALID_PARAMS, "params: must be an object");
    }
    ObjectNode params = given instanceof ObjectNode object ? object : JSON.objectNode();
    String method = request.path("method").stringValue();
    return switch (method) {
      case "initialize" -> initialized(params);
      case "ping" -> new Response.Result(JSON.objectNode());
      case "tools/list" -> tools.list(visit, params);
      case "tools/call" -> tools.call(visit, params);
      default ->
          new Fault(
              Code.UNKNOWN_METHOD,
              "There is no such method; there are initialize, ping, tools/list, tools/call.");
    };
  }

  private Response initialized(ObjectNode params) {
    if (!params.path("protocolVersion").isString()) {
      return new Fault(Code.INVALID_PARAMS, "protocolVersion: required, must be a string");
    }
    Protocol agreed = Protocol.agreed(params.path("protocolVersion").stringValue());
    ObjectNode result = JSON.objectNode().put("protocolVersion", agreed.date());
    result.putObject("capabilities").putObject("tools");
    result
        .putObject("serverInfo")
        .put("name", "easel")
        .put("title", "Easel")
        .put("version", version);
    return new Response.Result(result.put("instructions", INSTRUCTIONS));
  }
}
