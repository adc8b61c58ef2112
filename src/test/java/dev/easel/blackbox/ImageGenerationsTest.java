package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * What customers of apimodels and art get wrong, on the path that both have and on their own: each
 * is told in its own shape, and in both where nobody knows whose the request is; nothing is
 * charged.
 */
class ImageGenerationsTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final String PATH = "/api/v1/images/generations";
  private static final int CREDITS = 1_000;
  private static final String URL = "'https://example.com/a.png'";

  private static String text(String json) {
    return json.replace('\'', '"');
  }

  private static Set<String> fields(JsonNode json) {
    return json.propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }

  private static void assertInternalsAreNotTold(Reply reply) {
    assertThat(reply.http().body()).doesNotContain("Exception", "jackson", "dev.easel", "\\tat ");
  }

  /** As apimodels: the status in the body. */
  private static void assertApiModels(Reply reply, int status, String says) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(fields(reply.json())).containsExactlyInAnyOrder("code", "msg");
    assertThat(reply.json().path("code").asInt()).isEqualTo(status);
    assertThat(reply.json().path("msg").asString()).startsWith(says);
    assertInternalsAreNotTold(reply);
  }

  /** As art: an object with four fields. */
  private static void assertArt(
      Reply reply, int status, String type, Optional<String> param, String code, String says) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(fields(reply.json())).containsExactly("error");
    JsonNode error = reply.json().path("error");
    assertThat(fields(error)).containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.path("type").asString()).isEqualTo(type);
    assertThat(error.path("param").stringValueOpt()).isEqualTo(param);
    assertThat(error.path("code").asString()).as("%s", error).isEqualTo(code);
    assertThat(error.path("message").asString()).startsWith(says);
    assertInternalsAreNotTold(reply);
  }

  private static void assertBoth(Reply reply, int status, String type, String code, String says) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(fields(reply.json())).containsExactlyInAnyOrder("code", "msg", "error");
    assertThat(reply.json().path("code").asInt()).isEqualTo(status);
    assertThat(reply.json().path("msg").asString()).startsWith(says);
    assertThat(reply.json().at("/error/message")).isEqualTo(reply.json().path("msg"));
    assertThat(reply.json().at("/error/type").asString()).isEqualTo(type);
    assertThat(reply.json().at("/error/code").asString()).isEqualTo(code);
    assertInternalsAreNotTold(reply);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{", "{'model':'gpt-image-2-beta','prompt':'x'}"})
  void whoIsNobodyIsToldInBothShapes(String body) {
    for (String key : new String[] {"", "nonsense", "sk-00000000000000000000000000000000"}) {
      Reply reply = gateway.node().post(PATH, key, text(body));
      assertBoth(reply, 401, "authentication_error", "invalid_api_key", "");
      assertThat(reply.json().at("/error/param").isNull()).isTrue();
      assertApiModels(gateway.node().post("/apimodels" + PATH, key, text(body)), 401, "");
      assertArt(
          gateway.node().post("/art" + PATH, key, text(body)),
          401,
          "authentication_error",
          Optional.empty(),
          "invalid_api_key",
          "");
    }
  }

  static Stream<Arguments> ownerless() {
    return Stream.of(
        Arguments.of("", "", "invalid_request_body", "The body must be a JSON object."),
        Arguments.of("[]", "", "invalid_request_body", "The body must be a JSON object."),
        Arguments.of("{'model':", "", "invalid_request_body", "The body is not valid JSON"),
        Arguments.of("{'a':1,'a':2}", "", "invalid_request_body", "The body is not valid JSON"),
        Arguments.of("{'model':'dall-e-9','prompt':'x'}", "model", "model_not_found", "model: unk"),
        Arguments.of("{'model':'GPT-IMAGE-2'}", "model", "model_not_found", "model: unknown"),
        Arguments.of("{'model':7,'prompt':'x'}", "model", "invalid_type", "model: must be a"),
        Arguments.of("{'model':['gpt-image-2']}", "model", "invalid_type", "model: must be a"));
  }

  @ParameterizedTest
  @MethodSource("ownerless")
  void whatIsNobodysIsToldInBothShapes(String body, String param, String code, String says) {
    String key = gateway.node().account(CREDITS);
    Reply reply = gateway.node().post(PATH, key, text(body));
    assertBoth(reply, 400, "invalid_request_error", code, says);
    assertThat(reply.json().at("/error/param").asString("")).isEqualTo(param);
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void anUnknownModelIsToldWhatBothSell() {
    String key = gateway.node().account(CREDITS);
    Reply reply = gateway.node().post(PATH, key, text("{'model':'x'}"));
    assertThat(reply.json().path("msg").asString())
        .contains("gpt-image-2,", "gpt-image-2-beta", "gpt-image-2-lite", "seedance-2");
  }

  @Test
  void aBodyThatIsTooLargeForEitherIsToldInBothShapes() {
    String key = gateway.node().account(CREDITS);
    String filler = "x".repeat(33 << 20);
    Reply reply = gateway.node().post(PATH, key, text("{'model':'" + filler + "'}"));
    assertBoth(reply, 413, "invalid_request_error", "request_too_large", "The request body is");
    // What is too large for one of them alone is told in its own shape.
    String large = text("{'prompt':'a kite','ignored':'" + "x".repeat(1 << 20) + "'}");
    assertArt(
        gateway.node().post(PATH, key, large),
        413,
        "invalid_request_error",
        Optional.empty(),
        "request_too_large",
        "The request body is");
    String larger = large.replace("{", "{\"model\":\"gpt-image-2-beta\",");
    assertApiModels(gateway.node().post(PATH, key, larger), 413, "The request body is");
    gateway.assertUntouched(key, CREDITS);
  }

  /** Where a dialect is alone there is no question. */
  @Test
  void whereOneIsAloneAnUnknownModelIsToldInItsShape() {
    String key = gateway.node().account(CREDITS);
    assertApiModels(
        gateway.node().post("/apimodels" + PATH, key, text("{'model':'gpt-image-2'}")),
        400,
        "model: unknown model \"gpt-image-2\"; allowed: gpt-image-2-beta");
    assertApiModels(
        gateway.node().post("/apimodels" + PATH, key, text("{'prompt':'x'}")),
        400,
        "model: required; allowed: gpt-image-2-beta");
    assertArt(
        gateway.node().post("/art" + PATH, key, text("{'model':'gpt-image-2-beta'}")),
        400,
        "invalid_request_error",
        Optional.of("model"),
        "model_not_found",
        "model: unknown model \"gpt-image-2-beta\"; allowed: gpt-image-2");
    gateway.assertUntouched(key, CREDITS);
  }

  private static Arguments apiModels(String field, String says) {
    return Arguments.of("{'model':'gpt-image-2-beta','prompt':'x'," + field + "}", says);
  }

  static Stream<Arguments> wrongOfApiModels() {
    return Stream.of(
        Arguments.of("{'model':'gpt-image-2-beta'}", "prompt: required, must not be blank"),
        Arguments.of("{'model':'gpt-image-2-beta','prompt':' '}", "prompt: required"),
        Arguments.of("{'model':'gpt-image-2-beta','prompt':7}", "prompt: must be a string"),
        Arguments.of(
            "{'model':'seedance-2','prompt':'rain'}",
            "model: seedance-2 is not sold at this path; use /api/v1/video/generations"),
        apiModels("'aspect_ratio':'17:9'", "aspect_ratio: \"17:9\" is not supported"),
        apiModels("'nsfw_checker':'yes'", "nsfw_checker: must be true or false"),
        apiModels("'resolution':'8K'", "resolution: \"8K\" is not supported"),
        apiModels("'image_url':7", "image_url: must be a string"),
        apiModels("'image_url':'nope'", "image_url: \"nope\" is not an http(s) URL"),
        apiModels("'image_url':'http://127.0.0.1/a.png'", "image_url: http://127.0.0.1/a.png "),
        apiModels("'image_url':'data:image/png;base64,AAAA'", "image_url: is not an image"),
        apiModels("'image_url':'data:image/png;base64,?'", "image_url: is not valid base64"),
        apiModels("'image_urls':" + URL, "image_urls: must be an array"),
        apiModels("'image_urls':[" + URL + ",'data:,x']", "image_urls[1]: is a data URL"),
        apiModels(
            "'image_urls':[" + (URL + ",").repeat(16) + URL + "]",
            "image_urls: 17 items, at most 16 are allowed"),
        apiModels(
            "'image_url':" + URL + ",'image_urls':[" + (URL + ",").repeat(15) + URL + "]",
            "image_urls: 17 items, at most 16"),
        apiModels("'callback_url':7", "callback_url: must be a string"),
        apiModels("'callback_url':'ftp://example.com/'", "callback_url: is not an http"),
        apiModels("'callback_url':'http://10.0.0.1/hook'", "callback_url: "),
        Arguments.of(
            "{'model':'gpt-image-2-lite','prompt':'x','n':11}",
            "n: must be a whole number from 1 to 10"),
        Arguments.of(
            "{'model':'gpt-image-2-lite','prompt':'x','size':'1x1'}",
            "size: \"1x1\" is not supported"));
  }

  @ParameterizedTest
  @MethodSource("wrongOfApiModels")
  void aMistakeOfApiModelsIsNamed(String body, String says) {
    String key = gateway.node().account(CREDITS);
    assertApiModels(gateway.node().post(PATH, key, text(body)), 400, says);
    assertApiModels(gateway.node().post("/apimodels" + PATH, key, text(body)), 400, says);
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void aPictureIsNotSoldWhereFilmsAre() {
    String key = gateway.node().account(CREDITS);
    String body = text("{'model':'gpt-image-2-beta','prompt':'x'}");
    assertApiModels(
        gateway.node().post(ApiModelsCalls.VIDEOS, key, body),
        400,
        "model: gpt-image-2-beta is not sold at this path; use /api/v1/images/generations");
    gateway.assertUntouched(key, CREDITS);
  }

  private static Arguments art(String field, String param, String code, String says) {
    return Arguments.of("{'prompt':'x'," + field + "}", param, code, says);
  }

  static Stream<Arguments> wrongOfArt() {
    return Stream.of(
        Arguments.of("{}", "prompt", "missing_required_parameter", "prompt: required unless"),
        Arguments.of(
            "{'model':'gpt-image-2','prompt':' '}",
            "prompt",
            "missing_required_parameter",
            "prompt: required unless image_urls is given"),
        Arguments.of("{'image_urls':[]}", "prompt", "missing_required_parameter", "prompt: requ"),
        Arguments.of("{'prompt':7}", "prompt", "invalid_type", "prompt: must be a string"),
        Arguments.of(
            "{'prompt':'" + "x".repeat(20_001) + "'}",
            "prompt",
            "string_above_max_length",
            "prompt: 20001 characters"),
        art("'n':0", "n", "invalid_value", "n: must be a whole number from 1 to 10"),
        art("'n':11", "n", "invalid_value", "n: must be a whole number from 1 to 10"),
        art("'n':'2'", "n", "invalid_type", "n: must be a whole number from 1 to 10"),
        art("'size':'1000x1000'", "size", "invalid_value", "size: \"1000x1000\" is not supported"),
        art("'quality':'best'", "quality", "invalid_value", "quality: \"best\" is not supported"),
        art("'output_format':'gif'", "output_format", "invalid_value", "output_format: \"gif\""),
        art(
            "'response_format':'b64_json'",
            "response_format",
            "invalid_value",
            "response_format: \"b64_json\" is not supported; allowed: url"),
        art("'user':7", "user", "invalid_type", "user: must be a string"),
        art("'image_urls':" + URL, "image_urls", "invalid_type", "image_urls: must be an array"),
        art(
            "'image_urls':[" + (URL + ",").repeat(16) + URL + "]",
            "image_urls",
            "array_above_max_length",
            "image_urls: 17 items"),
        art(
            "'image_urls':[" + URL + ",'http://[::1]/']",
            "image_urls[1]",
            "invalid_value",
            "image_urls[1]: "));
  }

  @ParameterizedTest
  @MethodSource("wrongOfArt")
  void aMistakeOfArtIsNamed(String body, String param, String code, String says) {
    String key = gateway.node().account(CREDITS);
    for (String base : List.of("", "/art")) {
      assertArt(
          gateway.node().post(base + PATH, key, text(body)),
          400,
          "invalid_request_error",
          Optional.of(param),
          code,
          says);
    }
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void whoHasTooLittleIsToldInTheModelsShape() {
    String key = gateway.node().account(9);
    String says = "Insufficient credits: this request costs 10, the balance is 9.";
    String body = text("{'model':'gpt-image-2-beta','prompt':'x'}");
    assertApiModels(gateway.node().post(PATH, key, body), 402, says);
    assertArt(
        gateway.node().post(PATH, key, text("{'prompt':'x'}")),
        402,
        "insufficient_quota",
        Optional.empty(),
        "insufficient_credits",
        says);
    gateway.assertUntouched(key, 9);
  }

  @Test
  void aKeysOwnLimitIsToldInTheModelsShape() {
    Key.Rules rules =
        new Key.Rules(
            OptionalLong.of(5), OptionalLong.empty(), Optional.empty(), List.of(), List.of());
    String key = gateway.node().account(CREDITS, rules, 0);
    String body = text("{'model':'gpt-image-2-beta','prompt':'x'}");
    assertApiModels(gateway.node().post(PATH, key, body), 402, "This key's");
    assertArt(
        gateway.node().post(PATH, key, text("{'prompt':'x'}")),
        403,
        "insufficient_quota",
        Optional.empty(),
        "key_limit_exceeded",
        "This key's");
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void anIdempotencyKeyBelongsToOneRequest() {
    String key = gateway.node().account(CREDITS);
    String body = text("{'model':'gpt-image-2-beta','prompt':'x'}");
    String[] header = {"Idempotency-Key", "one"};
    assertThat(gateway.node().post(PATH, key, body, header).status()).isEqualTo(200);
    assertApiModels(
        gateway.node().post(PATH, key, body.replace("\"x\"", "\"y\""), header),
        422,
        "Idempotency-Key: already used");
    assertArt(
        gateway.node().post(PATH, key, text("{'prompt':'x'}"), header),
        422,
        "idempotency_error",
        Optional.empty(),
        "idempotency_key_reused",
        "Idempotency-Key: already used");
    String[] tooLong = {"Idempotency-Key", "a".repeat(256)};
    assertApiModels(gateway.node().post(PATH, key, body, tooLong), 400, "Idempotency-Key: must");
    assertArt(
        gateway.node().post(PATH, key, text("{'prompt':'x'}"), tooLong),
        400,
        "invalid_request_error",
        Optional.of("Idempotency-Key"),
        "invalid_value",
        "Idempotency-Key: must");
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"nonsense", "00000000-0000-7000-8000-000000000000"})
  void aTaskThatIsNotThereIsNotFound(String task) {
    String key = gateway.node().account(1);
    for (String path : List.of(ApiModelsCalls.IMAGES, ApiModelsCalls.VIDEOS)) {
      assertApiModels(gateway.node().get(path + "?task_id=" + task, key), 404, "Task not found.");
    }
    assertArt(
        gateway.node().get("/api/v1/images/tasks/" + task, key),
        404,
        "invalid_request_error",
        Optional.empty(),
        "task_not_found",
        "Task not found.");
  }

  @Test
  void aPollNamesItsTask() {
    String key = gateway.node().account(1);
    assertApiModels(gateway.node().get(PATH, key), 400, "task_id: required");
    assertApiModels(gateway.node().get(PATH + "?task_id=", key), 400, "task_id: required");
    assertApiModels(gateway.node().get(PATH + "?task_id=x", ""), 401, "Missing API key");
    assertApiModels(gateway.node().get(PATH + "?task_id=x&wait=99", key), 400, "wait: must be");
  }
}
