package dev.easel.api.dialect.openai;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Dialect;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.OpenAiError;
import dev.easel.api.Verdict;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Inputs;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.Previews;
import dev.easel.asset.Thumbnails;
import dev.easel.catalog.Availability;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.Listing;
import dev.easel.wording.Language;
import io.helidon.webserver.http.HttpRules;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's API as its official clients speak it (read in November 2026): models, pictures, films.
 *
 * <p>Pictures are answered when they are done. What an accepted task then fails of has an HTTP
 * status of its own, and {@code x-should-retry: false}, because a second request would be a second
 * task.
 */
public final class OpenAi implements Dialect {
  /** The dialect's name. */
  public static final String NAME = "openai";

  private final Door door;
  private final Means means;
  private final OpenAiRequests requests;
  private final OpenAiImages images;
  private final OpenAiVideos videos;

  /** What the dialect works with. */
  public record Means(
      Supplier<Catalog> catalog, Intake intake, Desk desk, Files files, Waiting waiting) {}

  /** Where files are, and become others. */
  public record Files(
      AssetStore store, OwnFiles own, Inputs inputs, Previews previews, Thumbnails thumbnails) {}

  /**
   * How long callers are kept waiting.
   *
   * @param longest for pictures; shorter than the official clients' own limit of ten minutes, after
   *     which they would ask again
   * @param heartbeat after how long without an event a comment is sent
   */
  public record Waiting(Duration longest, Duration heartbeat) {}

  /** The dialect. */
  public OpenAi(Door door, Means means) {
    this.door = door;
    this.means = means;
    this.requests = new OpenAiRequests(means.catalog, means.files.inputs);
    this.images = new OpenAiImages(means, requests);
    this.videos = new OpenAiVideos(means, requests);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/v1/models", door.to(this::models, this))
        .get("/v1/models/{id}", door.to(this::model, this))
        .post("/v1/images/generations", door.toAny(images::generate, this))
        .post("/v1/images/edits", door.toAny(images::edit, this));
    videos.routing(rules, door, this);
  }

  /** Without the models that are meant where none is named: they differ from path to path. */
  @Override
  public Verdict<Ask> understand(JsonBody body) {
    return Verdict.pass(Ask.of(OpenAiRequests.NAMES, body, body.object()));
  }

  @Override
  public Verdict<Ask> priced(Caller caller, JsonBody body) {
    return requests.read(caller, body);
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return OpenAiError.refuse(error, language);
  }

  private Verdict<Answer> models(Exchange exchange) {
    return exchange
        .caller()
        .map(_ -> {
          ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "list");
          ArrayNode data = json.putArray("data");
          sold(means.catalog.get()).forEach(listing -> data.add(model(listing.id())));
          return Answer.ok(json);
        });
  }

  private static List<Listing> sold(Catalog catalog) {
    return catalog.listings(NAME).stream()
        .filter(listing -> catalog.availability(listing) != Availability.OFF)
        .toList();
  }

  private Verdict<Answer> model(Exchange exchange) {
    String id = exchange.path("id");
    Catalog catalog = means.catalog.get();
    return exchange
        .caller()
        .map(_ ->
            catalog
                .listing(NAME, id)
                .filter(listing -> catalog.availability(listing) != Availability.OFF)
                .map(_ -> Answer.ok(model(id)))
                .orElseGet(() -> noSuchModel(exchange.language(), catalog, id)));
  }

  private static ObjectNode model(String id) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", "model")
        // Nobody here knows when a model was trained; clients want a number.
        .put("created", 0)
        .put("owned_by", "easel");
  }

  /** Here, and only here, it is the path that is wrong. */
  private static Answer noSuchModel(Language language, Catalog catalog, String id) {
    List<String> sold = sold(catalog).stream().map(Listing::id).toList();
    OpenAiError error = OpenAiError.of(new ApiError.UnknownModel("model", id, sold), language);
    return new OpenAiError(404, error.message(), error.type(), Optional.of("model"), error.code())
        .answer();
  }
}
