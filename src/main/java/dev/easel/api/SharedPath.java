package dev.easel.api;

import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.wording.Language;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A path on which several dialects take requests, and the model says whose a request is. Who is
 * refused before that is known is told so in the shapes of all of them at once, which have no field
 * in common; who is refused after it, in the shape of that dialect alone.
 */
public final class SharedPath implements HttpService {
  private final Door door;
  private final String path;
  private final Supplier<Catalog> catalog;
  private final List<Side> sides;
  private final int largestBody;

  /** A dialect that has a part in the path. */
  public interface Side extends Dialect {
    /** The most bytes of a request. */
    int largestBody();

    /** Takes a request that is this dialect's. */
    Verdict<Answer> create(Exchange exchange, Caller caller, JsonBody body);
  }

  /** Shares {@code path}; of several dialects that sell a model, the first takes the request. */
  public SharedPath(Door door, String path, Supplier<Catalog> catalog, List<Side> sides) {
    this.door = door;
    this.path = path;
    this.catalog = catalog;
    this.sides = List.copyOf(sides);
    this.largestBody = sides.stream().mapToInt(Side::largestBody).max().orElseThrow();
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post(path, door.to(this::create, this::refuse));
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> exchange.json(largestBody).then(body -> create(exchange, caller, body)));
  }

  private Verdict<Answer> create(Exchange exchange, Caller caller, JsonBody body) {
    Optional<Side> side = sides.stream().filter(each -> sells(each, body)).findFirst();
    return side.isEmpty()
        ? Verdict.refuse(unknown(body))
        : create(side.get(), exchange, caller, body);
  }

  private boolean sells(Side side, JsonBody body) {
    return side.understand(body) instanceof Verdict.Pass<Ask>(Ask ask)
        && catalog.get().listing(side.name(), ask.model()).isPresent();
  }

  private ApiError unknown(JsonBody body) {
    for (Side side : sides) {
      if (side.understand(body) instanceof Verdict.Refuse<Ask>(ApiError error)) {
        return error;
      }
    }
    List<String> sold =
        sides.stream()
            .flatMap(side -> catalog.get().listings(side.name()).stream())
            .map(Listing::id)
            .distinct()
            .sorted()
            .toList();
    return new ApiError.UnknownModel(
        "model", body.object().path("model").asStringOpt().orElse(""), sold);
  }

  private static Verdict<Answer> create(
      Side side, Exchange exchange, Caller caller, JsonBody body) {
    Verdict<Answer> created =
        body.text().getBytes(StandardCharsets.UTF_8).length <= side.largestBody()
            ? side.create(exchange, caller, body)
            : Verdict.refuse(new ApiError.TooLarge(side.largestBody()));
    return switch (created) {
      case Verdict.Pass<Answer> answered -> answered;
      case Verdict.Refuse<Answer>(ApiError error) ->
          Verdict.pass(side.refuse(error, exchange.language()));
    };
  }

  /** All shapes in one; they agree on the status of what can be refused here. */
  private Answer refuse(ApiError error, Language language) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    Answer first = sides.getFirst().refuse(error, language);
    for (Side side : sides.reversed()) {
      body.setAll((ObjectNode) JsonMapper.shared().readTree(side.refuse(error, language).json()));
    }
    return new Answer(first.status(), body.toString(), first.headers());
  }
}
