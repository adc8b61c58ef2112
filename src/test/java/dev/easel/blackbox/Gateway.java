package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import dev.easel.account.FileTerms;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.ledger.Ledger;
import dev.easel.task.Sweeper;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A running node for a test class, and what its tests ask of it. After every test, idle or not, the
 * audit must find nothing.
 */
final class Gateway implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  static final String CREATE = "/api/v1/tasks/create";

  private final Map<String, String> settings;
  private @Nullable TestNode node;

  private Gateway(Map<String, String> settings) {
    this.settings = settings;
  }

  /**
   * A node with {@code settings} over those of {@link TestNode}; endless tasks do not take away the
   * others' room.
   */
  static Gateway with(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Map.of("sandbox.concurrency", "0"));
    all.putAll(settings);
    return new Gateway(all);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    node = TestNode.start(settings);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(node().audit().violations()).as("violations that the audit finds").isEmpty();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    node().close();
  }

  TestNode node() {
    return Objects.requireNonNull(node, "the node is started before the class's first test");
  }

  /** A body that asks for one gpt-image-2 picture of {@code prompt}. */
  static ObjectNode image(String prompt) {
    return body("gpt-image-2", prompt);
  }

  /** A body that asks {@code model} for {@code prompt}. */
  static ObjectNode body(String model, String prompt) {
    return JsonNodeFactory.instance.objectNode().put("model_id", model).put("prompt", prompt);
  }

  /** A prompt of a task that stays queued or running for as long as the tests take. */
  static String endless() {
    return "slow:600 rain";
  }

  Reply create(String key, JsonNode body, String... headers) {
    return node().post(CREATE, key, body.toString(), headers);
  }

  /** Creates a task, which must be accepted; returns its id. */
  String created(String key, JsonNode body) {
    return node().create(key, body.toString());
  }

  Reply read(String key, String task) {
    return node().get("/api/v1/tasks/" + task, key);
  }

  Reply cancel(String key, String task) {
    HttpRequest.Builder request = node().request("/api/v1/tasks/" + task + "/cancel", key);
    return node().send(request.POST(BodyPublishers.noBody()).build());
  }

  /** Creates the task and waits for its end. */
  JsonNode finished(String key, JsonNode body) {
    return node().await(key, created(key, body));
  }

  /** Has the time of the task's files be over, and the sweeper look. */
  void expire(String task) {
    node()
        .database()
        .read(tx ->
            tx.execute("update asset set expires_at = created_at where task_id = ?::uuid", task));
    new Sweeper(
            node().database(),
            InstantSource.system(),
            _ -> FileTerms.UNBOUNDED,
            Optional.empty(),
            () -> {})
        .sweep();
  }

  /** Waits until {@code it} is so. */
  void until(BooleanSupplier it) {
    Instant limit = Instant.now().plusSeconds(60);
    while (!it.getAsBoolean()) {
      assertThat(Instant.now()).as("waited long enough").isBefore(limit);
      node().get("/health/live", "");
    }
  }

  /** Waits until the engine has begun the task. */
  void awaitRunning(String key, String task) {
    Instant limit = Instant.now().plusSeconds(20);
    while (read(key, task).json().path("data").path("task_status").asInt() != 2) {
      assertThat(Instant.now()).as("the task has to begin").isBefore(limit);
    }
  }

  /** Waits until a task stands in the queue of a work limit. */
  void awaitPlace(String key, String task) {
    Instant limit = Instant.now().plusSeconds(20);
    while (!read(key, task).json().path("data").has("queue_position")) {
      assertThat(Instant.now()).as("the task has to queue").isBefore(limit);
    }
  }

  long available(String key) {
    return credits(key).path("available").asLong();
  }

  long held(String key) {
    return credits(key).path("held").asLong();
  }

  private JsonNode credits(String key) {
    return node().get("/api/v1/credits", key).json().path("data");
  }

  /** The newest 100 tasks of the key's account. */
  JsonNode tasks(String key) {
    return node().get("/api/v1/tasks?limit=100", key).json().path("data").path("tasks");
  }

  /** Nothing was charged to an account that was given {@code credits}, and it has no task. */
  void assertUntouched(String key, long credits) {
    assertThat(available(key)).isEqualTo(credits);
    assertThat(held(key)).isZero();
    assertThat(tasks(key)).isEmpty();
  }

  /** A business failure as this dialect tells it; returns its message. */
  static String refusal(Reply reply) {
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isZero();
    assertThat(reply.json().path("data").isNull()).isTrue();
    String message = reply.json().path("msg").asString();
    assertThat(message)
        .isNotBlank()
        .doesNotContain("Exception", "jackson", "dev.easel", "io.helidon", "\tat ");
    return message;
  }

  /** Another key of the account that {@code key} acts for. */
  String anotherKey(String key, Key.Rules rules) {
    KeySecret secret = KeySecret.random();
    node()
        .database()
        .transaction(
            tx -> Keys.create(tx, key(tx, key).account(), "another", secret, rules, Instant.now()));
    return secret.text();
  }

  void revoke(String key) {
    boolean revoked =
        node().database().transaction(tx -> Keys.revoke(tx, key(tx, key).id(), Instant.now()));
    assertThat(revoked).isTrue();
  }

  void grant(String key, long credits) {
    node()
        .database()
        .transaction(tx -> {
          try {
            return Ledger.credit(
                tx.getConnection(), key(tx, key).account(), credits, "test", Instant.now());
          } catch (SQLException failed) {
            throw new IllegalStateException(failed);
          }
        });
  }

  private static Key key(Handle tx, String secret) {
    return Keys.bySecret(tx, new KeySecret(secret)).orElseThrow();
  }
}
