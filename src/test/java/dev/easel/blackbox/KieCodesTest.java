package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import dev.easel.catalog.CatalogTables;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every code that the kie dialect has, with the request that produces it, by HTTP 200 and by
 * statuses that match. The documentation has two more, which no request is answered with, because
 * they are what becomes of a task: 501 (it failed) stands in callbacks only, and 408 (nothing came
 * from upstream) is a record with the {@code failCode} {@code TIMED_OUT}.
 */
class KieCodesTest {
  private static final int PACE = 4;

  /** Its model is given up after a second. */
  private static final String HURRIED = "nano-banana-pro";

  private static FaultProxy network;
  private static TestNode node;
  private static TestNode matching;

  /** A way to be answered with a code. */
  record Row(
      int code, int status, int matching, String says, BiFunction<TestNode, String, Reply> call) {
    @Override
    public String toString() {
      return code + " " + says;
    }
  }

  private static Reply create(TestNode node, String key, String model, String... headers) {
    return node.post(
        KieCalls.CREATE, key, KieCalls.body(model, "{'prompt':'rain'}").toString(), headers);
  }

  private static Reply draw(TestNode node, String key, String prompt, String... headers) {
    return node.post(KieCalls.CREATE, key, KieCalls.drawing(prompt).toString(), headers);
  }

  private static Reply repeated(TestNode node, String key, int times) {
    Reply last = draw(node, key, "rain");
    for (int i = 1; i < times; i++) {
      last = draw(node, key, "rain");
    }
    return last;
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(200, 200, 200, "success", (node, key) -> draw(node, key, "rain")),
        new Row(
            400,
            200,
            400,
            "taskId parameter is required",
            (node, key) -> node.get("/api/v1/jobs/recordInfo", key)),
        new Row(
            400,
            200,
            400,
            "Missing required parameter: uploadPath",
            (node, key) ->
                node.post(
                    "/api/file-url-upload", key, "{\"fileUrl\":\"https://a.example/b.png\"}")),
        new Row(
            401,
            200,
            401,
            "You do not have access permissions",
            (node, _) -> draw(node, "sk-wrong", "rain")),
        new Row(
            401,
            200,
            401,
            "Authentication failed: Invalid API Key",
            (node, _) -> node.post("/api/file-base64-upload", "sk-wrong", "{}")),
        new Row(
            402,
            200,
            402,
            "Insufficient credits",
            (node, _) -> draw(node, node.account(1), "rain")),
        new Row(
            404,
            200,
            404,
            "Task not found",
            (node, key) ->
                node.get(
                    "/api/v1/jobs/recordInfo?taskId=0197f3c0-0000-7000-8000-000000000000", key)),
        new Row(
            404,
            200,
            404,
            "Task not found",
            (node, key) -> {
              String another = node.account(100);
              String task = draw(node, another, "rain").json().at("/data/taskId").asString();
              return node.get("/api/v1/jobs/recordInfo?taskId=" + task, key);
            }),
        new Row(
            405,
            405,
            405,
            "Method GET is not allowed",
            (node, key) -> node.get("/api/file-base64-upload", key)),
        new Row(
            404,
            200,
            404,
            "Task not found",
            (node, key) -> node.get("/api/v1/jobs/recordInfo?taskId=no-such-id", key)),
        new Row(422, 200, 422, "input.prompt: required", (node, key) -> draw(node, key, " ")),
        new Row(
            422,
            200,
            422,
            "input: must be an object",
            (node, key) ->
                node.post(
                    KieCalls.CREATE,
                    key,
                    "{\"model\":\"%s\",\"input\":\"rain\"}".formatted(KieCalls.DRAWN))),
        new Row(
            422,
            200,
            422,
            "The body is not valid JSON",
            (node, key) -> node.post(KieCalls.CREATE, key, "{")),
        new Row(
            422,
            200,
            422,
            "callBackUrl: ",
            (node, key) ->
                node.post(
                    KieCalls.CREATE,
                    key,
                    KieCalls.drawing("rain").put("callBackUrl", "ftp://a.example").toString())),
        new Row(422, 200, 422, "model: unknown model", (node, key) -> create(node, key, "gpt-9")),
        new Row(
            422,
            200,
            422,
            "Idempotency-Key: already used",
            (node, key) -> {
              draw(node, key, "rain", "Idempotency-Key", "k");
              return draw(node, key, "sun", "Idempotency-Key", "k");
            }),
        new Row(
            422,
            200,
            422,
            "url: is not the address",
            (node, key) ->
                node.post(
                    "/api/v1/common/download-url", key, "{\"url\":\"https://a.example/b.png\"}")),
        new Row(422, 413, 413, "larger than", (node, key) -> draw(node, key, "a".repeat(1 << 20))),
        new Row(429, 429, 429, "Too many requests", (node, key) -> repeated(node, key, PACE + 1)),
        new Row(
            433,
            200,
            403,
            "This key's total limit is exceeded",
            (node, _) -> draw(node, limitedKey(node), "rain")),
        new Row(
            455, 200, 503, "under maintenance", (node, key) -> create(node, key, "nano-banana-2")),
        new Row(
            505, 200, 400, "is disabled", (node, key) -> create(node, key, "google/nano-banana")));
  }

  private static String limitedKey(TestNode node) {
    return node.account(
        100,
        new Key.Rules(
            OptionalLong.of(1), OptionalLong.empty(), Optional.empty(), List.of(), List.of()),
        0);
  }

  @BeforeAll
  static void start() {
    Database.Address address = TestDatabase.address();
    someAreOff(address);
    network = TestDatabase.inFrontOf(address);
    node =
        TestNode.start(
            Map.of("api.requests-per-minute", String.valueOf(PACE)),
            address,
            TestDatabase.through(network, address));
    Database.Address other = TestDatabase.address();
    someAreOff(other);
    matching =
        TestNode.start(
            Map.of("api.requests-per-minute", String.valueOf(PACE), "api.kie-statuses", "matching"),
            other);
  }

  private static void someAreOff(Database.Address address) {
    try (Database database = Database.open(address, 2)) {
      database.migrate();
      database.transaction(tx -> {
        CatalogTables.installDefaults(tx, Instant.now());
        tx.execute(
            "update listing set state = 'maintenance' where (dialect, id) = ('kie', 'nano-banana-2')");
        tx.execute(
            """
            update model set definition =
              definition::jsonb || '{"typical": "1s", "deadline": "1s"}'::jsonb
            where id = 'nano-banana-pro'
            """);
        return tx.execute(
            "update listing set state = 'off' where (dialect, id) = ('kie', 'google/nano-banana')");
      });
    }
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    matching.close();
    network.close();
  }

  @AfterEach
  void audit() throws IOException {
    network.pass();
    assertThat(node.audit().violations()).isEmpty();
    assertThat(matching.audit().violations()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theRequestProducesTheCode(Row row) {
    assertIs(row.code, row.status, row.says, row.call.apply(node, node.account(100)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theStatusCanBeMadeToMatch(Row row) {
    assertIs(row.code, row.matching, row.says, row.call.apply(matching, matching.account(100)));
  }

  /** Of whatever counts, and of nothing else. */
  @Test
  void theHeadersTellHowMuchIsLeft() {
    String key = node.account(100);
    for (int left = PACE - 1; left >= PACE - 3; left--) {
      Reply reply = draw(node, key, "rain");
      assertThat(reply.http().headers().firstValue("RateLimit-Policy"))
          .contains("\"minute\";q=" + PACE + ";w=60");
      assertThat(reply.http().headers().firstValue("RateLimit").orElseThrow())
          .matches("\"minute\";r=[" + left + "-" + PACE + "];t=[0-9]+");
    }
    assertThat(node.get("/api/v1/chat/credit", key).http().headers().firstValue("RateLimit"))
        .isEmpty();
  }

  @Test
  void noCodeIsMissing() {
    assertThat(rows().map(Row::code).collect(Collectors.toSet()))
        .as("all but 500, which takes a fault")
        .containsExactlyInAnyOrder(200, 400, 401, 402, 404, 405, 422, 429, 433, 455, 505);
  }

  @Test
  void whatUpstreamNeverAnswersIsARecordThatTimedOut() {
    KieCalls kie = new KieCalls(() -> node);
    String key = node.account(100);
    String task =
        kie.created(key, KieCalls.body(HURRIED, "{'prompt':'%s'}".formatted(Gateway.endless())));
    JsonNode record = kie.finished(key, task);
    assertThat(record.path("state").asString()).isEqualTo("fail");
    assertThat(record.path("failCode").asString()).isEqualTo("TIMED_OUT");
    assertThat(record.path("failMsg").asString()).isEqualTo("The provider did not finish in time.");
    assertThat(node.get("/api/v1/chat/credit", key).json().path("data").asInt()).isEqualTo(100);
  }

  @Test
  void withoutItsDatabaseItSays500() throws IOException {
    String key = node.account(100);
    draw(node, key, "rain"); // the key is known from now on
    network.refuse();
    network.reset();
    Reply reply = draw(node, key, "rain");
    assertIs(500, 503, "unavailable", reply);
    assertThat(reply.http().headers().firstValue("Retry-After")).contains("2");
  }

  @Test
  void tooManyRequestsSayWhenToComeBack() {
    Reply reply = repeated(node, node.account(100), PACE + 1);
    assertThat(Integer.parseInt(reply.http().headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 60 / PACE);
  }

  @Test
  void refusalsCanBeReadInChinese() {
    Reply reply = draw(node, node.account(1), "rain", "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8");
    assertIs(402, 200, "积分不足:本次请求需要 ", reply);
  }

  @Test
  void soCanWhatIsWrongWithAField() {
    String key = node.account(100);
    String chinese = "zh-CN";
    assertIs(422, 200, "input.prompt:必填,不能为空", draw(node, key, " ", "Accept-Language", chinese));
    String body =
        KieCalls.drawing("rain").put("callBackUrl", "http://10.0.0.1/callback").toString();
    assertIs(
        422,
        200,
        "callBackUrl:指向私有地址,不允许访问",
        node.post(KieCalls.CREATE, key, body, "Accept-Language", chinese));
    assertThat(draw(node, key, " ", "Accept-Language", "en").json().path("msg").asString())
        .isEqualTo("input.prompt: required, must not be blank");
  }

  private static void assertIs(int code, int status, String says, Reply reply) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(code);
    assertThat(reply.json().path("msg").asString()).contains(says).doesNotContain("Exception");
    if (reply.json().has("success")) {
      assertThat(reply.json().path("success").asBoolean()).isFalse();
    } else {
      assertThat(reply.json().has("data")).isTrue();
      assertThat(reply.json().path("data").isNull()).isEqualTo(code != 200);
    }
  }
}
