package dev.easel.api.dialect.art;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.ApiError.InvalidRequest;
import dev.easel.api.ApiError.InvalidRequest.Cause;
import dev.easel.api.Ask;
import dev.easel.api.Caller;
import dev.easel.api.Desk;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.OpenAiError;
import dev.easel.api.SharedPath;
import dev.easel.api.Verdict;
import dev.easel.asset.OwnFiles;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.webserver.http.HttpRules;
import tools.jackson.databind.JsonNode;

/**
 * The API of gpt-image-2.art as its documentation shows it (read in November 2026): create a task,
 * read a task. The model may be left out.
 */
public final class Art implements SharedPath.Side {
  /** The dialect's name. */
  public static final String NAME = "art";

  private static final String CREATE = "/api/v1/images/generations";

  /** What is meant when no model is named. */
  static final String USUAL_MODEL = "gpt-image-2";

  private static final Ask.Names NAMES = new Ask.Names(NAME, "model", "", "callback_url");

  private final Door door;
  private final Intake intake;
  private final Desk desk;
  private final ArtJson json;

  /** The dialect in front of {@code intake} and {@code desk}. */
  public Art(Door door, Intake intake, Desk desk, OwnFiles files) {
    this.door = door;
    this.intake = intake;
    this.desk = desk;
    this.json = new ArtJson(desk, files);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post(CREATE, door.to(this::create, this))
        .get("/api/v1/images/tasks/{id}", door.to(this::read, this));
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return OpenAiError.refuse(error, language);
  }

  @Override
  public Verdict<Ask> understand(JsonBody body) {
    JsonNode model = body.object().path("model");
    if (namesNone(body)) {
      return Verdict.pass(Ask.of(NAMES, body, body.object()).of(USUAL_MODEL));
    }
    return model.isString()
        ? Verdict.pass(Ask.of(NAMES, body, body.object()))
        : Verdict.refuse(
            new InvalidRequest("model", Cause.WRONG_TYPE, Phrase.of("must be a string")));
  }

  private static boolean namesNone(JsonBody body) {
    JsonNode model = body.object().path("model");
    return model.isMissingNode()
        || model.isNull()
        || (model.isString() && model.stringValue().isBlank());
  }

  @Override
  public int largestBody() {
    return Exchange.LARGEST_BODY;
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller -> exchange.json().then(body -> create(exchange, caller, body)));
  }

  @Override
  public Verdict<Answer> create(Exchange exchange, Caller caller, JsonBody body) {
    return understand(body)
        .then(ask -> intake.take(exchange, caller, ask, json::accepted))
        .map(Answer::ok);
  }

  private Verdict<Answer> read(Exchange exchange) {
    return desk.read(exchange, exchange.path("id"))
        .map(view -> Answer.ok(json.task(view, exchange.language())));
  }
}
