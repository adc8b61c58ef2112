package dev.easel.api.dialect.kie;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Dialect;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.Pace;
import dev.easel.api.Verdict;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.Inputs;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.TemporaryLinks;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.ToLongFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Market API of kie.ai as its documentation shows it (docs.kie.ai, read in November 2026):
 * create a task, read its record, credits, download links, and the three ways to upload a file.
 */
public final class Kie implements Dialect {
  /** The dialect's name. */
  public static final String NAME = "kie";

  private static final Ask.Names NAMES = new Ask.Names(NAME, "model", "input.", "callBackUrl");
  private static final Duration DOWNLOAD_LINK_LIVES = Duration.ofMinutes(20);

  private static final String ELSEWHERE = "is not the address of a file that was made here";
  private static final String PAST = "is the address of a file that has expired or was deleted";

  private final Door door;
  private final Means means;
  private final KieRefusals refusals;
  private final KieJson json;
  private final KieUploads uploads;

  /**
   * What the dialect works with.
   *
   * @param credits what an account can spend
   */
  public record Means(
      Intake intake,
      Desk desk,
      ToLongFunction<Caller> credits,
      OwnFiles files,
      TemporaryLinks links,
      Uploads uploads) {}

  /** What uploads work with. */
  public record Uploads(
      Intake intake, Inputs inputs, ImageFetcher images, Pace pace, InstantSource clock) {}

  /**
   * The dialect.
   *
   * @param httpStatuses whether refusals have HTTP statuses that match their codes, instead of 200
   */
  public Kie(Door door, Means means, boolean httpStatuses) {
    this.door = door;
    this.means = means;
    this.refusals = new KieRefusals(httpStatuses);
    this.json = new KieJson(means.desk, means.files);
    this.uploads = new KieUploads(door, means.uploads, refusals);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/api/v1/jobs/createTask", door.to(this::create, this))
        .get("/api/v1/jobs/recordInfo", door.to(this::read, refusals::ofQuery))
        .get("/api/v1/chat/credit", door.to(this::credit, this))
        .post("/api/v1/common/download-url", door.to(this::downloadUrl, this));
    uploads.routing(rules);
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return refusals.refuse(error, language);
  }

  @Override
  public Verdict<Ask> understand(JsonBody body) {
    JsonNode input = body.object().path("input");
    return switch (input) {
      case ObjectNode fields -> Verdict.pass(Ask.of(NAMES, body, fields));
      case JsonNode absent when absent.isMissingNode() || absent.isNull() ->
          Verdict.pass(Ask.of(NAMES, body, JsonNodeFactory.instance.objectNode()));
      default ->
          Verdict.refuse(
              new InvalidRequest("input", Cause.WRONG_TYPE, Phrase.of("must be an object")));
    };
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            exchange
                .json()
                .then(this::understand)
                .then(ask -> means.intake.take(exchange, caller, ask, KieJson::accepted)))
        .map(Answer::ok);
  }

  private Verdict<Answer> read(Exchange exchange) {
    return means
        .desk
        .read(exchange, taskId(exchange))
        .map(view -> KieJson.ok(json.task(view.task(), exchange.language())));
  }

  private static Verdict<String> taskId(Exchange exchange) {
    Optional<String> id = exchange.query("taskId").filter(text -> !text.isBlank());
    return id.map(Verdict::pass)
        .orElseGet(() ->
            Verdict.refuse(
                new InvalidRequest("", Cause.MISSING, Phrase.of("taskId parameter is required"))));
  }

  private Verdict<Answer> credit(Exchange exchange) {
    return exchange
        .caller()
        .map(caller ->
            KieJson.ok(JsonNodeFactory.instance.numberNode(means.credits.applyAsLong(caller))));
  }

  /**
   * Another address of a file of ours: it works for twenty minutes, and does not tell the first.
   */
  private Verdict<Answer> downloadUrl(Exchange exchange) {
    return exchange
        .caller()
        .then(_ -> exchange.json())
        .then(body -> fileName(body.object().path("url")))
        .map(name ->
            KieJson.ok(
                JsonNodeFactory.instance.stringNode(means.links.url(name, DOWNLOAD_LINK_LIVES))));
  }

  private Verdict<String> fileName(JsonNode url) {
    if (url.isMissingNode() || url.isNull()) {
      return Verdict.refuse(new InvalidRequest("url", Cause.MISSING, Phrase.of("required")));
    }
    if (!url.isString()) {
      return Verdict.refuse(
          new InvalidRequest("url", Cause.WRONG_TYPE, Phrase.of("must be a string")));
    }
    String address = url.stringValue().strip();
    if (!means.files.isOurs(address)) {
      return Verdict.refuse(new InvalidRequest("url", ELSEWHERE));
    }
    Optional<String> refused = means.files.refuse(address);
    if (refused.isPresent()) {
      return Verdict.refuse(new InvalidRequest("url", refused.get()));
    }
    return means
        .files
        .name(address)
        .map(Verdict::pass)
        .orElseGet(() ->
            Verdict.refuse(
                new InvalidRequest("url", means.files.isPast(address) ? PAST : ELSEWHERE)));
  }
}
