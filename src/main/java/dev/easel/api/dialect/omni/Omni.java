package dev.easel.api.dialect.omni;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Ask;
import dev.easel.api.Desk;
import dev.easel.api.Dialect;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.JsonBody;
import dev.easel.api.Verdict;
import dev.easel.wording.Language;
import io.helidon.webserver.http.HttpRules;

/**
 * The Omni API as its documentation shows it: create a task, read a task.
 *
 * <p>Business failures are HTTP 200 with {@code code} 0; only a missing or invalid key is HTTP 401,
 * and what is no business failure has its own status.
 */
public final class Omni implements Dialect {
  /** The dialect's name. */
  public static final String NAME = "omni";

  private static final Ask.Names NAMES = new Ask.Names(NAME, "model_id", "", "callback_url");

  private final Door door;
  private final Intake intake;
  private final Desk desk;
  private final OmniJson json;

  /** The dialect in front of {@code intake} and {@code desk}. */
  public Omni(Door door, Intake intake, Desk desk, OmniJson json) {
    this.door = door;
    this.intake = intake;
    this.desk = desk;
    this.json = json;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/api/v1/tasks/create", door.to(this::create, this))
        .get("/api/v1/tasks/{id}", door.to(this::read, this));
  }

  @Override
  public Verdict<Ask> understand(JsonBody body) {
    return Verdict.pass(Ask.of(NAMES, body, body.object()));
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return OmniJson.refuse(error, language);
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            exchange
                .json()
                .then(this::understand)
                .then(ask -> intake.take(exchange, caller, ask, OmniJson::accepted)))
        .map(Answer::ok);
  }

  private Verdict<Answer> read(Exchange exchange) {
    return desk.read(exchange, exchange.path("id"))
        .map(view -> OmniJson.ok(json.task(view, exchange.language())));
  }
}
