package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import dev.easel.asset.Bucket;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A create that waits for its result is paid for before it is answered. Whatever goes away in
 * between, its caller is told the task's id, and not to try again.
 */
@Timeout(180)
class PaidForTest {
  private static final String OPENAI = "/v1/images/generations";
  private static final long CREDITS = 100;

  private static final Bucket BUCKET = new Bucket();
  private static FaultProxy toDatabase;
  private static FaultProxy toBucket;
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    Database.Address address = TestDatabase.address();
    toDatabase = TestDatabase.inFrontOf(address);
    URI bucket = BUCKET.endpoint();
    toBucket = new FaultProxy(bucket.getHost(), bucket.getPort());
    Map<String, String> settings = new HashMap<>(BUCKET.settings("pictures"));
    settings.put("assets.s3.endpoint", "http://127.0.0.1:" + toBucket.port());
    node = TestNode.start(settings, address, TestDatabase.through(toDatabase, address));
  }

  @AfterEach
  void audit() throws IOException {
    mend();
    assertThat(node.audit().violations()).isEmpty();
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    toDatabase.close();
    toBucket.close();
    BUCKET.close();
  }

  private static void mend() throws IOException {
    toDatabase.pass();
    toBucket.pass();
  }

  /** The database goes away when the task has been made, and before its caller can read it. */
  private static void databaseGoesAway() {
    // Of what is committed while nothing else is asked for, only a create writes rows.
    toDatabase.beforeNext(
        Direction.ANSWER,
        "INSERT 0 1",
        () -> {
          awaitMade();
          toDatabase.blackHole();
        });
  }

  /** The bucket goes away when the picture is in it, and before it is opened for its caller. */
  private static void bucketGoesAway() {
    toBucket.beforeNext(Direction.REQUEST, "HEAD /", toBucket::refuse);
  }

  /** Asks the database directly: the node is not told yet that the task was committed. */
  private static void awaitMade() {
    Instant limit = Instant.now().plusSeconds(60);
    while (unmade() != 0) {
      assertThat(Instant.now()).as("the task has to be made").isBefore(limit);
    }
  }

  private static int unmade() {
    return node.database()
        .read(tx ->
            tx.createQuery("select count(*) from task where finished_at is null")
                .mapTo(Integer.class)
                .one());
  }

  private static String openAi(boolean stream) {
    return "{\"model\":\"gpt-image-2\",\"prompt\":\"rain\",\"stream\":%s}".formatted(stream);
  }

  /** What an OpenAI caller is told who must not try again. */
  private static void assertTold(HttpResponse<String> answer, String key) throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(504);
    assertNotInvited(answer);
    assertTold(JsonMapper.shared().readTree(answer.body()).path("error"), key);
  }

  private static void assertTold(JsonNode error, String key) throws IOException {
    mend();
    String task = theOnlyTask(key, 10);
    assertThat(error.path("code").asString()).as("%s", error).isEqualTo("task_unreadable");
    assertThat(error.path("type").asString()).isEqualTo("server_error");
    assertThat(error.path("message").asString())
        .isEqualTo(
            "The task was accepted, but cannot be read at the moment. Do not ask again: read it at GET /api/v1/tasks/%s."
                .formatted(task));
  }

  private static void assertNotInvited(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
    assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
  }

  /** The id of the account's task, of which there is one that can be read and was charged once. */
  private static String theOnlyTask(String key, long price) {
    JsonNode tasks = node.get("/api/v1/tasks", key).json().at("/data/tasks");
    assertThat(tasks).hasSize(1);
    String task = tasks.path(0).path("task_id").asString();
    assertThat(node.await(key, task).path("task_status").asInt()).isEqualTo(3);
    JsonNode credits = node.get("/api/v1/credits", key).json().path("data");
    assertThat(credits.path("available").asLong()).isEqualTo(CREDITS - price);
    assertThat(credits.path("held").asLong()).isZero();
    return task;
  }

  private static HttpResponse<String> generate(String key, boolean stream) {
    return node.text(
        node.request(OPENAI, key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(openAi(stream)))
            .build());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void openAisCallerWhileTheDatabaseIsAway(boolean stream) throws IOException {
    String key = node.account(CREDITS);
    databaseGoesAway();
    assertTold(generate(key, stream), key);
  }

  @Test
  void openAisCallerWhileTheBucketIsAway() throws IOException {
    String key = node.account(CREDITS);
    bucketGoesAway();
    assertTold(generate(key, false), key);
  }

  @Test
  void openAisCallerOfAStreamWhileTheBucketIsAway() throws IOException {
    String key = node.account(CREDITS);
    bucketGoesAway();
    HttpResponse<String> answer = generate(key, true);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertNotInvited(answer);
    String before = "event: error\ndata: ";
    assertThat(answer.body()).startsWith(before).endsWith("\n\n");
    JsonNode data = JsonMapper.shared().readTree(answer.body().substring(before.length()));
    assertThat(data.path("type").asString()).isEqualTo("error");
    assertTold(data.path("error"), key);
  }

  @Test
  void apimodelsCallerWhileTheDatabaseIsAway() throws IOException {
    String key = node.account(CREDITS);
    databaseGoesAway();
    Reply reply =
        node.post(
            ApiModelsCalls.IMAGES, key, ApiModelsCalls.body("gpt-image-2-lite", "rain").toString());
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertNotInvited(reply.http());
    mend();
    assertThat(reply.json().toString())
        .isEqualTo(
            "{\"code\":200,\"msg\":\"success\",\"data\":{\"taskId\":\"%s\",\"state\":\"pending\"}}"
                .formatted(theOnlyTask(key, 8)));
  }

  /** Its second message asks for a file whose size has to be looked at. */
  @Test
  void anAssistantsFirstPurchaseOfABatchWhileTheSecondCannotBeMade() throws IOException {
    String key = node.account(CREDITS);
    String picture = picture(node.account(CREDITS));
    limitReferences(key);
    toBucket.refuse();
    Reply reply =
        node.post(
            "/mcp",
            key,
            "[%s,%s]"
                .formatted(
                    call(1, "{\"prompt\":\"rain\",\"wait_seconds\":0}"),
                    call(2, "{\"prompt\":\"rain\",\"images\":[\"%s\"]}".formatted(picture))),
            "MCP-Protocol-Version",
            "2025-03-26");
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertNotInvited(reply.http());
    assertThat(reply.json().at("/1/result/isError").asBoolean()).as("%s", reply.json()).isTrue();
    mend();
    String text = reply.json().at("/0/result/content/0/text").asString();
    assertThat(text).contains(theOnlyTask(key, 10));
  }

  private static String call(int id, String arguments) {
    return """
    {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"generate_gpt-image-2","arguments":%s}}
    """
        .formatted(id, arguments);
  }

  private static String picture(String key) {
    Reply made = node.post(OPENAI, key, "{\"model\":\"dall-e-3\",\"prompt\":\"rain\"}");
    return made.json().at("/data/0/url").asString();
  }

  /**
   * From now on assistants may only refer to the smallest of pictures, whose sizes are looked at.
   */
  private static void limitReferences(String key) {
    node.database()
        .transaction(tx ->
            tx.execute(
                    """
                    update listing set definition = jsonb_set(definition::jsonb, '{fields,images}',
                      '{"means": "images", "maxBytes": 1}')::json
                    where dialect = 'mcp' and id = 'gpt-image-2'
                    """)
                + tx.execute(
                    "update listing set state = 'off' where dialect = 'mcp' and id = 'dall-e-3'"));
    String list = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    Instant limit = Instant.now().plusSeconds(60);
    while (node.post("/mcp", key, list).http().body().contains("generate_dall-e-3")) {
      assertThat(Instant.now()).as("the change has to be seen").isBefore(limit);
    }
  }

  @Test
  void anAssistantWhileTheDatabaseIsAway() throws IOException {
    String key = node.account(CREDITS);
    databaseGoesAway();
    Reply reply =
        node.post(
            "/mcp",
            key,
            """
            {"jsonrpc":"2.0","id":1,"method":"tools/call",
             "params":{"name":"generate_gpt-image-2","arguments":{"prompt":"rain"}}}
            """,
            "MCP-Protocol-Version",
            "2025-11-25");
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(200);
    assertNotInvited(reply.http());
    mend();
    JsonNode told = reply.json().at("/result/structuredContent");
    assertThat(told.path("state").asString()).as("%s", reply.json()).isEqualTo("queued");
    assertThat(told.path("task_id").asString()).isEqualTo(theOnlyTask(key, 10));
  }
}
