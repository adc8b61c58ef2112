package dev.easel.api.dialect.apimodels;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Door;
import dev.easel.api.Endpoint;
import dev.easel.api.Exchange;
import dev.easel.api.InlinePictures;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.SharedPath;
import dev.easel.api.Verdict;
import dev.easel.asset.Inputs;
import dev.easel.asset.OwnFiles;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.MediaKind;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The API of apimodels.app as its documentation shows it (read in November 2026): create and poll
 * images and videos, each on one path.
 *
 * <p>A task of a {@code -lite} model is answered when it is over. Who has waited for long without
 * that is told how it stands, and polls like everybody else.
 */
public final class ApiModels implements SharedPath.Side {
  /** The dialect's name. */
  public static final String NAME = "apimodels";

  /** Where images are created and polled; another dialect creates its tasks there too. */
  public static final String IMAGES = "/api/v1/images/generations";

  private static final String VIDEOS = "/api/v1/video/generations";
  private static final String SYNCHRONOUS = "-lite";

  /** Proxies and clients tend to give up after a minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(50);

  private static final Ask.Names NAMES = new Ask.Names(NAME, "model", "", "callback_url");

  private final Door door;
  private final Means means;
  private final InlinePictures pictures;
  private final ApiModelsJson json;

  /** What the dialect works with. */
  public record Means(
      Intake intake, Desk desk, Supplier<Catalog> catalog, Inputs inputs, OwnFiles files) {}

  /** The dialect. */
  public ApiModels(Door door, Means means) {
    this.door = door;
    this.means = means;
    this.pictures = new InlinePictures(means.inputs);
    this.json = new ApiModelsJson(means.desk, means.files);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post(IMAGES, door.to(creating(MediaKind.IMAGE), this))
        .post(VIDEOS, door.to(creating(MediaKind.VIDEO), this))
        .get(IMAGES, door.to(this::poll, this))
        .get(VIDEOS, door.to(this::poll, this));
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return ApiModelsJson.refuse(error, language);
  }

  @Override
  public Verdict<Ask> understand(JsonBody body) {
    return Verdict.pass(Ask.of(NAMES, body, body.object()));
  }

  @Override
  public Verdict<Ask> priced(Caller caller, JsonBody body) {
    return understand(body).then(ask -> pictures.takeOut(caller, ask, body.object()));
  }

  /** Pictures may stand in it, in base64. */
  @Override
  public int largestBody() {
    return 32 << 20;
  }

  private Endpoint creating(MediaKind kind) {
    return exchange ->
        exchange
            .caller()
            .then(caller ->
                exchange.json(largestBody()).then(body -> create(exchange, caller, body, kind)));
  }

  /** On the path that is shared, which is for images. */
  @Override
  public Verdict<Answer> create(Exchange exchange, Caller caller, JsonBody body) {
    return create(exchange, caller, body, MediaKind.IMAGE);
  }

  private Verdict<Answer> create(Exchange exchange, Caller caller, JsonBody body, MediaKind kind) {
    return understand(body)
        .then(ask -> ofKind(ask, kind))
        .then(ask -> pictures.takeOut(caller, ask, body.object()))
        .then(ApiModels::fitting)
        .then(ask ->
            ask.model().endsWith(SYNCHRONOUS)
                ? createAndWait(exchange, caller, ask)
                : means
                    .intake
                    .take(
                        exchange,
                        caller,
                        ask,
                        request -> ApiModelsJson.accepted(request.id().toString()))
                    .map(Answer::ok));
  }

  /** A model that is asked for on the other kind's path is told where it is sold. */
  private Verdict<Ask> ofKind(Ask ask, MediaKind asked) {
    Catalog catalog = means.catalog.get();
    Optional<MediaKind> kind =
        catalog.listing(NAME, ask.model()).map(listing -> catalog.model(listing).kind());
    return kind.isEmpty() || kind.get() == asked
        ? Verdict.pass(ask)
        : Verdict.refuse(
            new InvalidRequest(
                "model",
                Phrase.of(
                    "%s is not sold at this path; use %s",
                    ask.model(), kind.get() == MediaKind.VIDEO ? VIDEOS : IMAGES)));
  }

  /** What is kept of a request has no room for files. */
  private static Verdict<Ask> fitting(Ask ask) {
    return ask.body().getBytes(StandardCharsets.UTF_8).length <= Exchange.LARGEST_BODY
        ? Verdict.pass(ask)
        : Verdict.refuse(new ApiError.TooLarge(Exchange.LARGEST_BODY));
  }

  /** Whose task cannot be read by then polls too. */
  private Verdict<Answer> createAndWait(Exchange exchange, Caller caller, Ask ask) {
    return exchange
        .patience(PATIENCE)
        .then(patience ->
            means.intake.takeAndRead(
                exchange,
                caller,
                ask,
                id ->
                    means
                        .desk
                        .read(caller, id, patience)
                        .map(view -> json.created(view, exchange.language())),
                ApiModelsJson::accepted))
        .map(Answer::ok);
  }

  private Verdict<Answer> poll(Exchange exchange) {
    return means
        .desk
        .read(exchange, taskId(exchange))
        .map(view -> ApiModelsJson.ok(json.task(view, exchange.language())));
  }

  private static Verdict<String> taskId(Exchange exchange) {
    return exchange
        .query("task_id")
        .filter(id -> !id.isBlank())
        .map(Verdict::pass)
        .orElseGet(() ->
            Verdict.refuse(new InvalidRequest("task_id", Cause.MISSING, Phrase.of("required"))));
  }
}
