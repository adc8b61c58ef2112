package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an account can ask for beside its tasks: lists, prices, money, cancellation. */
class AccountTest {
  private static final String PIXEL =
      "data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(0xff00ff00, 8));

  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  @Test
  void tasksAreListedNewestFirstPageByPage() {
    String key = gateway.node().account(1_000);
    List<String> created = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      created.add(gateway.created(key, Gateway.image("slow:600 scene " + i)));
    }
    Collections.reverse(created);
    List<String> listed = new ArrayList<>();
    List<Integer> pages = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JsonNode page =
          gateway.node().get("/api/v1/tasks?limit=10" + cursor, key).json().path("data");
      page.path("tasks").forEach(task -> listed.add(task.path("task_id").asString()));
      pages.add(page.path("tasks").size());
      JsonNode next = page.path("next_cursor");
      cursor = next.isNull() ? null : "&cursor=" + next.asString();
    }
    assertThat(listed).isEqualTo(created);
    assertThat(pages).isEqualTo(List.of(10, 10, 5));
    assertThat(gateway.node().get("/api/v1/tasks", key).json().at("/data/tasks")).hasSize(20);
    JsonNode first = gateway.tasks(key).get(0);
    JsonNode read = gateway.read(key, created.getFirst()).json().path("data");
    assertThat(new HashSet<>(first.propertyNames())).containsAll(List.of("task_id", "credits"));
    assertThat(first.path("model_id")).isEqualTo(read.path("model_id"));
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit",
    "limit=101, limit",
    "limit=ten, limit",
    "limit=, limit",
    "cursor=nope, cursor",
    "cursor=, cursor",
    "cursor=%00, cursor"
  })
  void aWrongPageIsNamed(String query, String name) {
    String key = gateway.node().account(100);
    assertThat(Gateway.refusal(gateway.node().get("/api/v1/tasks?" + query, key)))
        .startsWith(name + ": ");
  }

  @Test
  void anothersTaskAsCursorTellsNothing() {
    String mine = gateway.node().account(100);
    String theirs = gateway.node().account(100);
    String before = gateway.created(mine, Gateway.image(Gateway.endless()));
    String cursor = gateway.created(theirs, Gateway.image(Gateway.endless()));
    JsonNode tasks =
        gateway.node().get("/api/v1/tasks?cursor=" + cursor, mine).json().at("/data/tasks");
    assertThat(tasks).hasSize(1);
    assertThat(tasks.get(0).path("task_id").asString()).isEqualTo(before);
  }

  @Test
  void aFailedTaskIsPaidBack() {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.image("policy: a kite").put("n", 2));
    assertThat(task.path("task_status").asInt()).isEqualTo(4);
    assertThat(gateway.available(key)).isEqualTo(100);
    assertThat(gateway.held(key)).isZero();
    JsonNode statement = gateway.node().get("/api/v1/credits/statement", key).json().path("data");
    assertThat(statement.valueStream().map(t -> t.path("kind").asString()))
        .containsExactly("release", "hold", "credit");
    assertThat(statement.valueStream().map(t -> t.path("amount").asLong()))
        .containsExactly(30L, 30L, 100L);
    assertThat(statement.valueStream().map(t -> t.path("available_after").asLong()))
        .containsExactly(100L, 70L, 100L);
    assertThat(statement.get(0).path("task_id")).isEqualTo(task.path("task_id"));
    assertThat(statement.get(2).path("task_id").isNull()).isTrue();
    assertThat(Gateway.refusal(gateway.node().get("/api/v1/credits/statement?limit=x", key)))
        .startsWith("limit: ");
  }

  @Test
  void aFinishedTaskIsPaidFor() {
    String key = gateway.node().account(100);
    gateway.finished(key, Gateway.image("a kite"));
    JsonNode statement = gateway.node().get("/api/v1/credits/statement", key).json().path("data");
    assertThat(statement.valueStream().map(t -> t.path("kind").asString()))
        .containsExactly("capture", "hold", "credit");
    assertThat(gateway.available(key)).isEqualTo(85);
    assertThat(gateway.held(key)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-image-2, '', 15",
    "gpt-image-2, resolution=4K, 15",
    "gpt-image-2, n=10, 150",
    "nano-banana-2, '', 12",
    "nano-banana-2, resolution=2K, 18",
    "nano-banana-2, resolution=4K, 24",
    "nano-banana-2, resolution=4K n=3, 72",
    "seedance-2, '', 40",
    "seedance-2, resolution=480p duration=4, 16",
    "seedance-2, resolution=1080p duration=15, 300",
    "seedance-2, resolution=720p duration=10 n=2, 160"
  })
  void theQuoteIsThePrice(String model, String fields, long price) {
    String key = gateway.node().account(1_000);
    ObjectNode body = Gateway.body(model, "slow:600 rain");
    for (String field : fields.isEmpty() ? new String[0] : fields.split(" ", -1)) {
      String value = field.substring(field.indexOf('=') + 1);
      String name = field.substring(0, field.indexOf('='));
      if (value.matches("\\d+")) {
        body.put(name, Integer.parseInt(value));
      } else {
        body.put(name, value);
      }
    }
    JsonNode quote = gateway.node().post("/api/v1/quote", key, body.toString()).json();
    assertThat(quote.at("/data/credits").asLong()).isEqualTo(price);
    gateway.assertUntouched(key, 1_000);
    Reply created = gateway.create(key, body);
    assertThat(created.json().at("/data/credits").asLong()).isEqualTo(price);
    assertThat(gateway.available(key)).isEqualTo(1_000 - price);
    assertThat(gateway.held(key)).isEqualTo(price);
  }

  /** However pictures are written, and where the model is left out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          apimodels | 10 | {"model":"gpt-image-2-beta","prompt":"x","image_url":"PIXEL"}
          apimodels | 10 | {"model":"gpt-image-2-beta","prompt":"x","image_urls":["PIXEL"]}
          openai    | 10 | {"model":"gpt-image-2","prompt":"x","image":"PIXEL"}
          openai    | 10 | {"model":"gpt-image-2","prompt":"x","image":{"image_url":"https://example.com/a.png"}}
          openai    | 8  | {"prompt":"x","image":["https://example.com/a.png"]}
          openai    | 8  | {"prompt":"x","background":"opaque"}
          openai    | 40 | {"prompt":"x","seconds":"4"}
          """)
  void whateverCanBeCreatedHasAPrice(String dialect, long price, String body) {
    String key = gateway.node().account(100);
    String whole = body.replace("PIXEL", PIXEL);
    JsonNode quote = gateway.node().post("/" + dialect + "/api/v1/quote", key, whole).json();
    assertThat(quote.at("/data/credits").asLong()).as("%s", quote).isEqualTo(price);
    gateway.assertUntouched(key, 100);
  }

  @Test
  void theModelsAreTheOnesThatCanBeAskedFor() {
    String key = gateway.node().account(0);
    JsonNode models = gateway.node().get("/omni/api/v1/models", key).json().path("data");
    assertThat(models.valueStream().map(model -> model.path("id").asString()))
        .containsExactly("gpt-image-2", "nano-banana-2", "seedance-2");
    assertThat(models.valueStream().map(model -> model.path("task_type").asString()))
        .containsExactly("image", "image", "video");
  }

  @Test
  void aQueuedTaskCanBeTakenBackOnce() {
    String key = gateway.node().account(100, Key.Rules.NONE, 1);
    String running = gateway.created(key, Gateway.image(Gateway.endless()));
    String queued = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.awaitRunning(key, running);
    assertThat(gateway.available(key)).isEqualTo(70);

    JsonNode canceled = gateway.cancel(key, queued).json();
    assertThat(canceled.path("code").asInt()).isEqualTo(200);
    assertThat(canceled.at("/data/task_status").asInt()).isEqualTo(4);
    assertThat(canceled.at("/data/fail_reason").asString()).isNotBlank();
    assertThat(gateway.read(key, queued).json().at("/data/task_status").asInt()).isEqualTo(4);
    assertThat(gateway.available(key)).isEqualTo(85);

    assertThat(gateway.cancel(key, queued).json().path("data"))
        .isEqualTo(canceled.path("data")); // it is what the caller wanted
    assertThat(gateway.available(key)).isEqualTo(85);
  }

  @Test
  void aRunningTaskIsTakenBackWhereItsProviderStops() {
    String key = gateway.node().account(100, Key.Rules.NONE, 1);
    String running = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.awaitRunning(key, running);
    assertThat(gateway.held(key)).isEqualTo(15);
    JsonNode canceled = gateway.cancel(key, running).json();
    assertThat(canceled.at("/data/task_status").asInt()).isEqualTo(4);
    assertThat(canceled.at("/data/fail_reason").asString()).isEqualTo("Canceled.");
    assertThat(gateway.available(key)).isEqualTo(100);
    assertThat(gateway.held(key)).isZero();
  }

  @Test
  void aFinishedTaskCannotBeTakenBack() {
    String key = gateway.node().account(100);
    String task = gateway.finished(key, Gateway.image("policy: no")).path("task_id").asString();
    assertThat(Gateway.refusal(gateway.cancel(key, task))).contains("can no longer be canceled");
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void ofManyCancellationsAtOnceOnePaysBack() throws Exception {
    String key = gateway.node().account(100, Key.Rules.NONE, 1);
    gateway.created(key, Gateway.image(Gateway.endless()));
    String queued = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.awaitPlace(key, queued);
    List<Reply> replies = Together.call(20, _ -> gateway.cancel(key, queued));
    assertThat(replies).allMatch(reply -> reply.json().path("code").asInt() == 200);
    assertThat(gateway.available(key)).isEqualTo(85);
  }

  @Test
  void theRequestIdIsTheCallersOrAFreshOne() {
    String key = gateway.node().account(100);
    List<String> paths =
        List.of(
            "/api/v1/credits",
            "/api/v1/tasks/x",
            "/nowhere",
            "/health/live",
            "/files/nothing.png",
            "/docs",
            "/docs/nothing",
            "/openapi.json");
    for (String path : paths) {
      assertThat(requestId(path, key, "order-7.A_b")).isEqualTo("order-7.A_b");
      for (String unfit : List.of("two words", "x".repeat(65), "a\"b", "<b>")) {
        assertThat(requestId(path, key, unfit)).matches("req_[0-9a-f]{32}");
      }
    }
    assertThat(requestId("/api/v1/credits", "sk-wrong", "mine")).isEqualTo("mine");
    String first = gateway.node().get("/api/v1/credits", key).http().headers().map().toString();
    assertThat(gateway.node().get("/api/v1/credits", key).http().headers().map().toString())
        .isNotEqualTo(first);
  }

  private static String requestId(String path, String key, String given) {
    HttpRequest request = gateway.node().request(path, key).header("X-Request-Id", given).build();
    return gateway.node().text(request).headers().firstValue("X-Request-Id").orElse("");
  }

  @Test
  void theDialectHasABasePathOfItsOwn() {
    String key = gateway.node().account(100);
    ObjectNode body = Gateway.image(Gateway.endless());
    Reply created = gateway.node().post("/omni/api/v1/tasks/create", key, body.toString());
    String task = created.json().at("/data/task_id").asString();
    gateway.awaitRunning(key, task); // and so it stays
    assertThat(gateway.node().get("/omni/api/v1/tasks/" + task, key).http().body())
        .isEqualTo(gateway.read(key, task).http().body());
    assertThat(gateway.node().get("/omni/api/v1/credits", key).http().body())
        .isEqualTo(gateway.node().get("/api/v1/credits", key).http().body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /api",
        "GET /api/v1",
        "GET /api/v2/tasks",
        "GET /omni",
        "PUT /api/v1/tasks",
        "DELETE /api/v1/tasks/x",
        "PATCH /api/v1/credits",
        "OPTIONS /nowhere",
        "GET /files",
        "GET /files/nothing.png",
        "GET /nowhere?a=b",
        "POST /api/v1/tasks/x"
      })
  void elsewhereIsNothing(String line) {
    String[] parts = line.split(" ", -1);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway.node().url() + parts[1]))
            .method(parts[0], BodyPublishers.noBody())
            .build();
    Reply reply = gateway.node().send(request);
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().path("code").asInt()).isEqualTo(404);
    assertThat(reply.json().path("msg").asString()).isNotBlank();
  }

  @Test
  void aRunningNodeIsLiveAndReady() {
    assertThat(gateway.node().get("/health/live", "").http().body()).isEqualTo("{\"live\":true}");
    assertThat(gateway.node().get("/health/ready", "").http().body()).isEqualTo("{\"ready\":true}");
  }
}
