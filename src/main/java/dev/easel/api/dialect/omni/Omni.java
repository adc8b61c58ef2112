package dev.easel.api.dialect.omni;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Caller;
import dev.easel.api.Door;
import dev.easel.api.Exchange;
import dev.easel.api.Intake;
import dev.easel.api.Verdict;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskId;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The Omni API as its documentation shows it: create a task, read a task.
 *
 * <p>Business failures are HTTP 200 with {@code code} 0; only a missing or invalid key is HTTP 401,
 * and what is no business failure has its own status.
 */
public final class Omni implements HttpService {
  /** The dialect's name, in the catalogue and as its own base path. */
  public static final String NAME = "omni";

  static final String MODEL_FIELD = "model_id";

  private final Door door;
  private final Intake intake;
  private final Snapshots snapshots;
  private final OmniJson json;

  /** The dialect in front of {@code intake} and {@code snapshots}. */
  public Omni(Door door, Intake intake, Snapshots snapshots, OmniJson json) {
    this.door = door;
    this.intake = intake;
    this.snapshots = snapshots;
    this.json = json;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/api/v1/tasks/create", door.to(this::create, OmniJson::error))
        .get("/api/v1/tasks/{id}", door.to(this::read, OmniJson::error));
  }

  private Verdict<Answer> create(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            exchange
                .json()
                .then(body ->
                    intake
                        .order(caller, NAME, MODEL_FIELD, body.object())
                        .then(order -> accept(exchange, order, body.text()))));
  }

  private Verdict<Answer> accept(Exchange exchange, Intake.Order order, String body) {
    return exchange
        .idempotencyKey()
        .then(key -> intake.accept(order, body, key, OmniJson::accepted))
        .map(receipt -> {
          Answer answer = new Answer(200, receipt.answer(), Map.of());
          return receipt.replayed() ? answer.with("Idempotent-Replayed", "true") : answer;
        });
  }

  private Verdict<Answer> read(Exchange exchange) {
    return exchange
        .caller()
        .then(caller ->
            exchange.patience().then(patience -> find(caller, exchange.path("id"), patience)))
        .map(task -> OmniJson.ok(json.task(snapshots.view(task))));
  }

  private Verdict<Task> find(Caller caller, String id, Duration patience) {
    Optional<Task> task =
        TaskId.parse(id).flatMap(known -> snapshots.await(caller.account(), known, patience));
    return task.map(Verdict::pass).orElseGet(() -> Verdict.refuse(new ApiError.TaskNotFound()));
  }
}
