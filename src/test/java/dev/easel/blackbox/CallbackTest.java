package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.webhook.Receiver;
import dev.easel.webhook.Receiver.Received;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Whoever names a callback in a request is told of the task's end, in the words of the dialect. */
class CallbackTest {
  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("net.allow", "127.0.0.1/32"));

  private static final ApiModelsCalls APIMODELS = new ApiModelsCalls(gateway::node);
  private static final KieCalls KIE = new KieCalls(gateway::node);

  /** What every request over HTTP has, whatever it is about. */
  private static final List<String> OF_HTTP =
      List.of("host", "content-length", "connection", "user-agent");

  private Receiver receiver;

  @BeforeEach
  void listen() {
    receiver = new Receiver();
  }

  @AfterEach
  void hangUp() {
    receiver.close();
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  @Test
  void apimodelsTellsOfAPictureAsItsDocumentationShows() {
    String key = gateway.node().account(100);
    ObjectNode body =
        ApiModelsCalls.body("gpt-image-2-beta", "Studio photo of a ceramic mug")
            .put("aspect_ratio", "1:1")
            .put("callback_url", receiver.url("/webhook/image"));
    String task = APIMODELS.created(ApiModelsCalls.IMAGES, key, body);

    Received received = receiver.next();
    JsonNode polled = APIMODELS.finished(ApiModelsCalls.IMAGES, key, task);
    assertThat(received.method()).isEqualTo("POST");
    assertThat(received.path()).isEqualTo("/webhook/image");
    assertThat(received.headers()).containsEntry("content-type", "application/json");
    assertThat(received.headers().keySet())
        .as("headers that are ours")
        .filteredOn(name -> !OF_HTTP.contains(name))
        .containsExactly("content-type");

    JsonNode told = received.json();
    assertThat(told.propertyNames()).containsExactly("code", "msg", "data");
    assertThat(told.path("code").asInt()).isEqualTo(200);
    assertThat(told.path("msg").asString()).isEqualTo("success");
    JsonNode data = told.path("data");
    assertThat(data.propertyNames())
        .containsExactly(
            "taskId",
            "model",
            "state",
            "param",
            "resultJson",
            "failCode",
            "failMsg",
            "costTime",
            "completeTime",
            "createTime");
    assertThat(data.path("taskId").stringValue()).isEqualTo(task);
    assertThat(data.path("model").stringValue()).isEqualTo("openai/gpt-image-2-beta");
    assertThat(data.path("state").stringValue()).isEqualTo("completed");
    assertThat(json(data.path("param").stringValue())).isEqualTo(body);
    assertThat(json(data.path("resultJson").stringValue()).path("resultUrls"))
        .isEqualTo(polled.path("resultUrls"))
        .hasSize(1);
    assertThat(data.path("failCode").isNull()).isTrue();
    assertThat(data.path("failMsg").isNull()).isTrue();
    long created = data.path("createTime").longValue();
    long completed = data.path("completeTime").longValue();
    assertThat(created).isEqualTo(polled.path("createTime").longValue());
    assertThat(completed).isEqualTo(polled.path("completeTime").longValue());
    assertThat(data.path("costTime").longValue()).isEqualTo(completed - created).isPositive();
  }

  @Test
  void apimodelsTellsWhyAPictureCouldNotBeMade() {
    String key = gateway.node().account(100);
    ObjectNode body =
        ApiModelsCalls.body("gpt-image-2-beta", "policy: x").put("callback_url", receiver.url("/"));
    String task = APIMODELS.created(ApiModelsCalls.IMAGES, key, body);
    JsonNode told = receiver.next().json();
    assertThat(told.path("code").asInt()).isEqualTo(200);
    JsonNode data = told.path("data");
    assertThat(data.path("taskId").stringValue()).isEqualTo(task);
    assertThat(data.path("state").stringValue()).isEqualTo("failed");
    assertThat(data.path("resultJson").isNull()).isTrue();
    assertThat(data.path("failCode").stringValue()).isEqualTo("CONTENT_POLICY");
    assertThat(data.path("failMsg").stringValue()).isNotBlank();
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  @Test
  void kieTellsOfAPictureAsItsDocumentationShows() {
    String key = gateway.node().account(100);
    ObjectNode body =
        KieCalls.drawing("a red kite").put("callBackUrl", receiver.url("/api/callback"));
    String task = KIE.created(key, body);

    Received received = receiver.next();
    JsonNode record = KIE.finished(key, task);
    assertThat(received.headers().keySet())
        .filteredOn(name -> !OF_HTTP.contains(name))
        .containsExactly("content-type");
    JsonNode told = received.json();
    assertThat(told.path("code").asInt()).isEqualTo(200);
    assertThat(told.path("msg").asString()).isEqualTo("Playground task completed successfully.");
    JsonNode data = told.path("data");
    assertThat(data.path("taskId").stringValue()).isEqualTo(task);
    assertThat(data.path("model").stringValue()).isEqualTo(KieCalls.DRAWN);
    assertThat(data.path("state").stringValue()).isEqualTo("success");
    JsonNode param = json(data.path("param").stringValue());
    assertThat(param.propertyNames()).containsExactlyInAnyOrder("input", "callBackUrl", "model");
    assertThat(param.path("model").stringValue()).isEqualTo(KieCalls.DRAWN);
    assertThat(param.path("callBackUrl")).isEqualTo(body.path("callBackUrl"));
    assertThat(json(param.path("input").stringValue())).isEqualTo(body.path("input"));
    assertThat(data.path("resultJson")).isEqualTo(record.path("resultJson"));
    assertThat(data.path("failCode").isNull()).isTrue();
    assertThat(data.path("failMsg").isNull()).isTrue();
    for (String time : List.of("createTime", "updateTime", "completeTime")) {
      assertThat(data.path(time)).isEqualTo(record.path(time));
    }
    assertThat(data.path("costTime").longValue())
        .isEqualTo(Math.round(record.path("costTime").longValue() / 1_000.0));
    assertThat(data.path("creditsConsumed")).isEqualTo(record.path("creditsConsumed"));
  }

  @ParameterizedTest
  @CsvSource({"policy: x, 400, CONTENT_POLICY", "fail: x, 501, GENERATION_FAILED"})
  void kieTellsWhoseFaultAFailureIs(String prompt, int code, String failCode) {
    String key = gateway.node().account(100);
    KIE.created(key, KieCalls.drawing(prompt).put("callBackUrl", receiver.url("/")));
    JsonNode told = receiver.next().json();
    assertThat(told.path("code").asInt()).isEqualTo(code);
    assertThat(told.path("msg").asString()).isEqualTo("Playground task failed.");
    JsonNode data = told.path("data");
    assertThat(data.path("state").stringValue()).isEqualTo("fail");
    assertThat(data.path("resultJson").isNull()).isTrue();
    assertThat(data.path("failCode").stringValue()).isEqualTo(failCode);
    assertThat(data.path("failMsg").stringValue()).isNotBlank();
    assertThat(data.has("costTime")).isFalse();
    assertThat(data.has("creditsConsumed")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/tasks/create, model_id",
    "/art/api/v1/images/generations, model",
    "/v1/images/generations, model"
  })
  void otherDialectsSendAnEventWithTheTaskAsItIsRead(String path, String model) {
    String key = gateway.node().account(100);
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put(model, "gpt-image-2")
            .put("prompt", "a red kite")
            .put("callback_url", receiver.url("/news"));
    assertThat(gateway.node().post(path, key, body.toString()).status()).isEqualTo(200);
    Received received = receiver.next();
    JsonNode told = received.json();
    assertThat(told.propertyNames()).containsExactly("type", "timestamp", "data");
    assertThat(told.path("type").stringValue()).isEqualTo("task.succeeded");
    JsonNode task = gateway.read(key, told.at("/data/task_id").stringValue()).json().path("data");
    assertThat(told.path("data")).isEqualTo(task);
    assertThat(Instant.parse(told.path("timestamp").stringValue()).getEpochSecond())
        .isEqualTo(task.path("finished_at").longValue());
    assertThat(received.headers()).containsKeys("webhook-id", "webhook-timestamp");
    assertThat(received.headers()).doesNotContainKey("webhook-signature");
  }

  @Test
  void whoTakesATaskBackIsToldSo() {
    String key = gateway.node().account(100);
    String task =
        gateway.created(
            key, Gateway.image(Gateway.endless()).put("callback_url", receiver.url("/")));
    gateway.awaitRunning(key, task);
    assertThat(gateway.cancel(key, task).status()).isEqualTo(200);
    JsonNode told = receiver.next().json();
    assertThat(told.path("type").stringValue()).isEqualTo("task.canceled");
    assertThat(told.at("/data/task_id").stringValue()).isEqualTo(task);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/tasks/create, model_id, http://10.0.0.1/",
    "/art/api/v1/images/generations, model, http://[::1]/",
    "/v1/images/generations, model, ftp://example.com/",
  })
  void anAddressInsideIsRefusedByNameAndNothingIsCharged(String path, String model, String url) {
    String key = gateway.node().account(100);
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put(model, "gpt-image-2")
            .put("prompt", "a red kite")
            .put("callback_url", url);
    Reply reply = gateway.node().post(path, key, body.toString());
    assertThat(reply.http().body()).contains("callback_url");
    gateway.assertUntouched(key, 100);
  }
}
