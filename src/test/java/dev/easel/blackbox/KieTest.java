package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tasks in the kie dialect: what can be asked, how they are read, and by whom. */
class KieTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final KieCalls CALLS = new KieCalls(gateway::node);
  private static final int CREDITS = 1_000;

  private static String account() {
    return gateway.node().account(CREDITS);
  }

  /** Each listing, with what its documentation has in {@code input}. */
  static Stream<List<String>> requests() {
    return Stream.of(
        List.of(
            "gpt-image/1.5-text-to-image",
            "{'prompt':'rain','aspect_ratio':'3:2','quality':'high'}"),
        List.of(
            "gpt-image-2-text-to-image",
            "{'prompt':'rain','aspect_ratio':'16:9','resolution':'2K','nsfw_checker':true}"),
        List.of("gpt-image-2-text-to-image", "{'prompt':'rain','background':'transparent'}"),
        List.of(
            "google/nano-banana", "{'prompt':'rain','output_format':'jpeg','image_size':'9:16'}"),
        List.of("nano-banana-pro", "{'prompt':'rain','resolution':'2K','output_format':'jpg'}"),
        List.of(
            "nano-banana-2",
            "{'prompt':'rain','aspect_ratio':'16:9','resolution':'1K','output_format':'png',"
                + "'image_input':[],'google_search':false}"),
        List.of(
            "bytedance/seedance-2",
            "{'prompt':'rain falls','resolution':'480p','aspect_ratio':'adaptive','duration':4,"
                + "'generate_audio':false}"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void whatIsDocumentedIsMade(List<String> request) {
    String key = account();
    JsonNode body = KieCalls.body(request.getFirst(), request.getLast());
    JsonNode record = CALLS.finished(key, CALLS.created(key, body));
    assertThat(record.path("state").asString()).as("%s", record).isEqualTo("success");
    assertThat(record.path("model").asString()).isEqualTo(request.getFirst());
    assertThat(KieCalls.results(record)).hasSize(1);
    assertThat(record.path("creditsConsumed").asLong())
        .isPositive()
        .isEqualTo(CREDITS - gateway.available(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "gpt-image/1.5-image-to-image | 'input_urls':[URL],'aspect_ratio':'3:2','quality':'medium'",
        "gpt-image-2-image-to-image   | 'input_urls':[URL]",
        "google/nano-banana-edit      | 'image_urls':[URL]",
        "nano-banana-2                | 'image_input':[URL]",
        "bytedance/seedance-2         | 'first_frame_url':URL,'resolution':'480p','duration':4"
      })
  void anUploadedPictureIsUsed(String model, String fields) {
    String key = account();
    String url =
        CALLS
            .uploadForm(key, Pictures.png(0xffc81414, 64), "uploadPath", "in")
            .json()
            .at("/data/downloadUrl")
            .asString();
    String input = ("{'prompt':'make it a kite'," + fields + "}").replace("URL", "'" + url + "'");
    JsonNode record = CALLS.finished(key, CALLS.created(key, KieCalls.body(model, input)));
    assertThat(record.path("state").asString()).as("%s", record).isEqualTo("success");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fail: no reason        | GENERATION_FAILED",
        "policy: no             | CONTENT_POLICY",
      })
  void aFailedTaskSaysWhyAndCostsNothing(String prompt, String code) {
    String key = account();
    JsonNode record = CALLS.finished(key, CALLS.created(key, KieCalls.drawing(prompt)));
    assertThat(record.path("state").asString()).isEqualTo("fail");
    assertThat(record.path("failMsg").asString()).as("%s", record).isNotBlank();
    assertThat(record.path("failCode").asString()).as("%s", record).isEqualTo(code);
    assertThat(record.path("resultJson").asString()).isEmpty();
    assertThat(record.path("costTime").isIntegralNumber()).isTrue();
    assertThat(gateway.available(key)).isEqualTo(CREDITS);
  }

  @Test
  void aLargeRequestIsGivenBackAsItWasSent() {
    String key = account();
    JsonNode body = KieCalls.drawing("rain").put("note", "é".repeat(100_000));
    JsonNode record = CALLS.finished(key, CALLS.created(key, body));
    assertThat(record.path("state").asString()).isEqualTo("success");
    assertThat(record.path("param").asString()).isEqualTo(body.toString());
  }

  @Test
  void aTaskUnderWayHasAllFieldsAndNoEnd() {
    String key = account();
    String task = CALLS.created(key, KieCalls.drawing(Gateway.endless()));
    gateway.awaitRunning(key, task);
    JsonNode data = CALLS.record(key, task).json().path("data");
    new Golden("kie")
        .json("record-info-answer.json")
        .path("data")
        .propertyNames()
        .forEach(field -> assertThat(data.has(field)).as(field).isTrue());
    assertThat(data.path("state").asString()).isIn("queuing", "generating");
    assertThat(data.path("resultJson").asString()).isEmpty();
    assertThat(data.path("completeTime").isNull()).isTrue();
    assertThat(data.path("updateTime").asLong())
        .isGreaterThanOrEqualTo(data.path("createTime").asLong());
  }

  @Test
  void aCanceledTaskHasFailed() {
    String key = account();
    String task = CALLS.created(key, KieCalls.drawing(Gateway.endless()));
    assertThat(gateway.cancel(key, task).json().path("code").asInt()).isEqualTo(200);
    JsonNode record = CALLS.record(key, task).json().path("data");
    assertThat(record.path("state").asString()).isEqualTo("fail");
    assertThat(record.path("failCode").asString()).isEqualTo("CANCELED");
    assertThat(gateway.available(key)).isEqualTo(CREDITS);
  }

  @Test
  void omniReadsWhatKieMade() {
    String key = account();
    String task = CALLS.created(key, KieCalls.body("nano-banana-2", "{'prompt':'rain'}"));
    JsonNode record = CALLS.finished(key, task);
    JsonNode read = gateway.read(key, task).json().path("data");
    assertThat(read.path("task_status").asInt()).isEqualTo(3);
    assertThat(read.path("model_id").asString()).isEqualTo("nano-banana-2");
    assertThat(read.path("image_url").asString()).isEqualTo(KieCalls.results(record).getFirst());
  }

  @Test
  void kieReadsWhatOmniMade() {
    String key = account();
    String task = gateway.created(key, Gateway.image("a kite"));
    gateway.node().await(key, task);
    JsonNode record = CALLS.record(key, task).json().path("data");
    assertThat(record.path("state").asString()).isEqualTo("success");
    assertThat(record.path("model").asString()).isEqualTo("gpt-image-2-text-to-image");
    assertThat(KieCalls.results(record)).hasSize(1);
    JsonNode param = JsonMapper.shared().readTree(record.path("param").stringValue());
    assertThat(param.path("model").asString()).isEqualTo("gpt-image-2-text-to-image");
    assertThat(param.at("/input/prompt").asString()).isEqualTo("a kite");
  }

  /** Of the two listings of the model, the one that takes pictures. */
  @Test
  void kieShowsATaskWithReferencesAsOne() {
    String key = account();
    String url =
        CALLS
            .uploadForm(key, Pictures.png(0xffc81414, 64), "uploadPath", "in")
            .json()
            .at("/data/downloadUrl")
            .asString();
    var body = Gateway.image("a kite");
    body.putArray("image_urls").add(url);
    String task = gateway.created(key, body);
    assertThat(CALLS.record(key, task).json().at("/data/model").asString())
        .isEqualTo("gpt-image-2-image-to-image");
  }

  @Test
  void theSameRequestUnderOneKeyIsOneTask() {
    String key = account();
    JsonNode body = KieCalls.drawing("rain");
    Reply first = CALLS.create(key, body, "Idempotency-Key", "k1");
    Reply again = CALLS.create(key, body, "Idempotency-Key", "k1");
    assertThat(again.http().body()).isEqualTo(first.http().body());
    assertThat(again.http().headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(gateway.tasks(key)).hasSize(1);
    // Where to tell of the end belongs to the request.
    JsonNode other =
        KieCalls.drawing("rain").put("callBackUrl", "https://your-domain.com/callback");
    assertThat(CALLS.create(key, other, "Idempotency-Key", "k1").json().path("code").asInt())
        .isEqualTo(422);
  }

  @Test
  void theCallbackIsKeptWithTheTask() {
    String key = account();
    String url = "https://your-domain.com/callback?a=1";
    String task = CALLS.created(key, KieCalls.drawing("rain").put("callBackUrl", " " + url));
    assertThat(callback(task)).isEqualTo(url);
    String silent = CALLS.created(key, KieCalls.drawing("rain").put("callBackUrl", ""));
    assertThat(callback(silent)).isEqualTo("none");
  }

  private static String callback(String task) {
    return gateway
        .node()
        .database()
        .read(tx ->
            tx.createQuery("select coalesce(callback, 'none') from task where id = :id::uuid")
                .bind("id", task)
                .mapTo(String.class)
                .one());
  }

  @Test
  void creditIsANumber() {
    String key = account();
    CALLS.created(key, KieCalls.drawing(Gateway.endless()));
    JsonNode answer = gateway.node().get("/api/v1/chat/credit", key).json();
    assertThat(answer.path("code").asInt()).isEqualTo(200);
    assertThat(answer.path("msg").asString()).isEqualTo("success");
    assertThat(answer.path("data").isIntegralNumber()).isTrue();
    assertThat(answer.path("data").asLong()).isEqualTo(gateway.available(key)).isLessThan(CREDITS);
  }

  /** Everything is also there where there is no other dialect. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/kie"})
  void theDialectHasABaseOfItsOwn(String base) {
    String key = account();
    String body = KieCalls.drawing("rain").toString();
    Reply created = gateway.node().post(base + KieCalls.CREATE, key, body);
    String task = created.json().at("/data/taskId").asString();
    String path = base + "/api/v1/jobs/recordInfo?taskId=" + task;
    assertThat(gateway.node().get(path, key).json().at("/data/taskId").asString()).isEqualTo(task);
    Reply quote = gateway.node().post(base + "/api/v1/quote", key, body);
    assertThat(quote.json().at("/data/credits").asLong()).as("%s", quote.json()).isEqualTo(8);
  }

  @Test
  void aBaseListsItsOwnModelsAndTheRootAll() {
    String key = account();
    JsonNode own = gateway.node().get("/kie/api/v1/models", key).json().path("data");
    assertThat(own.valueStream().map(model -> model.path("id").asString()))
        .contains("nano-banana-2", "bytedance/seedance-2")
        .doesNotContain("gpt-image-2");
    JsonNode all = gateway.node().get("/api/v1/models", key).json().path("data");
    JsonNode shared =
        all.valueStream()
            .filter(model -> model.path("id").asString().equals("nano-banana-2"))
            .findFirst()
            .orElseThrow();
    assertThat(shared.path("dialects").valueStream().map(JsonNode::asString))
        .contains("omni", "kie");
    assertThat(all.valueStream().map(model -> model.path("id").asString()))
        .contains("gpt-image-2")
        .doesNotHaveDuplicates();
  }
}
