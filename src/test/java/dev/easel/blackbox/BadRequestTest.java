package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests with a wrong field: HTTP 200, code 0, a message with the field and what it may be, and
 * nothing charged.
 */
class BadRequestTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final String MODELS = "allowed: gpt-image-2, nano-banana-2, seedance-2";

  static Stream<Arguments> wrongRequests() {
    return Stream.of(
        wrong("{}", "model_id: required; " + MODELS),
        wrong("{'prompt':'x'}", "model_id: required; " + MODELS),
        wrong("{'model_id':null,'prompt':'x'}", "model_id: required; " + MODELS),
        wrong("{'model_id':'','prompt':'x'}", "model_id: required; " + MODELS),
        wrong("{'model_id':['gpt-image-2'],'prompt':'x'}", "model_id: ", MODELS),
        wrong("{'model_id':7,'prompt':'x'}", "model_id: ", MODELS),
        wrong(
            "{'model_id':'dall-e-3','prompt':'x'}", "model_id: unknown model \"dall-e-3\"", MODELS),
        wrong("{'model_id':'GPT-IMAGE-2','prompt':'x'}", "model_id: unknown", MODELS),
        wrong("{'model_id':'gpt-image-2'}", "prompt: required, must not be blank"),
        wrong("{'model_id':'gpt-image-2','prompt':null}", "prompt: required"),
        wrong("{'model_id':'gpt-image-2','prompt':''}", "prompt: required"),
        wrong("{'model_id':'gpt-image-2','prompt':' \\t\\n'}", "prompt: required"),
        wrong("{'model_id':'gpt-image-2','prompt':'\\u200b\\ufeff\\u3000'}", "prompt: required"),
        wrong("{'model_id':'gpt-image-2','prompt':7}", "prompt: must be a string, not a number"),
        wrong("{'model_id':'gpt-image-2','prompt':{}}", "prompt: must be a string, not an object"),
        wrong("{'model_id':'gpt-image-2','prompt':['x']}", "prompt: must be a string"),
        wrong(
            "{'model_id':'gpt-image-2','prompt':'" + "x".repeat(20_001) + "'}",
            "prompt: 20001 characters, at most 20000 are allowed"),
        wrong(image("'aspect_ratio':'17:9'"), "aspect_ratio: \"17:9\"", "allowed: auto, 1:1, 3:2"),
        wrong(image("'aspect_ratio':'16:9 '"), "aspect_ratio: ", "allowed: auto, 1:1"),
        wrong(image("'aspect_ratio':1.5"), "aspect_ratio: must be a string, not a number"),
        wrong(image("'resolution':'8K'"), "resolution: \"8K\"", "allowed: 1K, 2K, 4K"),
        wrong(image("'n':0"), "n: must be a whole number from 1 to 10"),
        wrong(image("'n':11"), "n: must be a whole number from 1 to 10"),
        wrong(image("'n':1.5"), "n: must be a whole number from 1 to 10"),
        wrong(image("'n':'3'"), "n: must be a whole number from 1 to 10"),
        wrong(image("'n':1e400"), "n: must be a whole number from 1 to 10"),
        wrong(image("'n':99999999999999999999"), "n: must be a whole number from 1 to 10"),
        wrong(image("'seed':-1"), "seed: must be a whole number from 0 to 4294967295"),
        wrong(image("'output_format':'gif'"), "output_format: \"gif\"", "allowed: png, jpeg, webp"),
        wrong(film("'duration':3"), "duration: must be a whole number from 4 to 15"),
        wrong(film("'duration':16"), "duration: must be a whole number from 4 to 15"),
        wrong(film("'duration':'5'"), "duration: must be a whole number from 4 to 15"),
        wrong(film("'resolution':'2K'"), "resolution: \"2K\"", "allowed: 480p, 720p, 1080p"),
        wrong(
            film("'prompt':'hi'").replace("'prompt':'x y z',", ""),
            "prompt: 2 characters, at least 3"),
        wrong(
            image("'image_urls':'http://example.com/a.png'"),
            "image_urls: must be an array, not a string"),
        wrong(image("'image_urls':{'0':'x'}"), "image_urls: must be an array, not an object"),
        wrong(image("'image_urls':[7]"), "image_urls[0]: must be a string, not a number"),
        wrong(image("'image_urls':[null]"), "image_urls[0]: must be a string, not null"),
        wrong(
            image("'image_urls':['a red kite']"),
            "image_urls[0]: \"a red kite\" is not an http(s) URL"),
        wrong(image("'image_urls':['ftp://example.com/a.png']"), "image_urls[0]: ", "http(s)"),
        wrong(image("'image_urls':['file:///etc/passwd']"), "image_urls[0]: ", "http(s)"),
        wrong(image("'image_urls':['data:image/png;base64,AAAA']"), "image_urls[0]: ", "http(s)"),
        wrong(image("'image_urls':['//example.com/a.png']"), "image_urls[0]: ", "http(s)"),
        wrong(image("'image_urls':['http://example.com/a.png','nope']"), "image_urls[1]: "),
        wrong(
            image("'image_urls':['http://example.com/" + "x".repeat(5_000) + "']"),
            "image_urls[0]: ",
            "at most 4096"),
        wrong(
            image(
                "'image_urls':["
                    + "'http://example.com/a.png',".repeat(16)
                    + "'http://example.com/b.png']"),
            "image_urls: 17 items, at most 16 are allowed"),
        wrong(image("'mask_url':'nope'"), "mask_url: \"nope\" is not an http(s) URL"),
        wrong(image("'mask_url':['http://example.com/a.png']"), "mask_url: must be a string"));
  }

  private static String image(String field) {
    return "{'model_id':'gpt-image-2','prompt':'x'," + field + "}";
  }

  private static String film(String field) {
    return "{'model_id':'seedance-2','prompt':'x y z'," + field + "}";
  }

  /** {@code request} has ' for ", so that it can be read here. */
  private static Arguments wrong(String request, String... inMessage) {
    return Arguments.of(request.replace('\'', '"'), List.of(inMessage));
  }

  @ParameterizedTest
  @MethodSource("wrongRequests")
  void aWrongFieldIsNamedWithWhatItMayBe(String request, List<String> inMessage) {
    String key = gateway.node().account(100);
    String message = Gateway.refusal(gateway.node().post(Gateway.CREATE, key, request));
    assertThat(message).startsWith(inMessage.getFirst()).contains(inMessage);
    // A quote says the same: whoever asks for the price first learns it there.
    assertThat(Gateway.refusal(gateway.node().post("/api/v1/quote", key, request)))
        .isEqualTo(message);
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/a.png",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.0.0.1.:80/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "https://127.0.0.1:8443/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/"
      })
  void anInsideAddressIsRefusedInEverySpelling(String address) {
    String key = gateway.node().account(100);
    for (String where : List.of("image_urls", "mask_url")) {
      var body = Gateway.image("a kite");
      if (where.equals("mask_url")) {
        body.put(where, address);
      } else {
        body.putArray(where).add("http://example.com/a.png").add(address);
      }
      assertThat(Gateway.refusal(gateway.create(key, body)))
          .startsWith(where.equals("mask_url") ? "mask_url: " : "image_urls[1]: ");
    }
    gateway.assertUntouched(key, 100);
  }

  @Test
  void tooLittleCreditNamesBalanceAndPrice() {
    String key = gateway.node().account(14);
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image("a kite"))))
        .contains("14")
        .contains("15");
    gateway.assertUntouched(key, 14);
    String poor = gateway.node().account(0);
    assertThat(Gateway.refusal(gateway.create(poor, Gateway.image("a kite").put("n", 10))))
        .contains("150")
        .contains("balance is 0");
    gateway.assertUntouched(poor, 0);
  }

  @Test
  void aHugeUnknownModelIsNotRepeatedAtLength() {
    String key = gateway.node().account(100);
    Reply reply = gateway.create(key, Gateway.body("x".repeat(900_000), "a kite"));
    assertThat(Gateway.refusal(reply)).hasSizeLessThan(1_000).contains(MODELS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model_id':'gpt-image-2','prompt':'slow:600','image_urls':null,'aspect_ratio':null}",
        "{'model_id':'gpt-image-2','prompt':'slow:600','aspect_ratio':'','n':1.0}",
        "{'model_id':'gpt-image-2','prompt':'slow:600','foo':{'bar':[1,2,{'baz':null}]}}",
        "{'model_id':'nano-banana-2','prompt':'slow:600','mask_url':'nope','n':1}",
        "{'prompt':'slow:600','model_id':'gpt-image-2'}\n\n"
      })
  void emptyAndUnknownFieldsAreNoProblem(String request) {
    String key = gateway.node().account(100);
    Reply reply = gateway.node().post(Gateway.CREATE, key, request.replace('\'', '"'));
    JsonNode json = JsonMapper.shared().readTree(reply.http().body());
    assertThat(json.path("code").asInt()).as("%s", json).isEqualTo(200);
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void thePromptIsCountedInCharactersNotInBytes() {
    String key = gateway.node().account(100);
    // 80,000 bytes, 40,000 UTF-16 units, 20,000 characters.
    String kites = "slow:600" + "🪁".repeat(20_000 - 8);
    assertThat(gateway.create(key, Gateway.image(kites)).json().path("code").asInt())
        .isEqualTo(200);
    assertThat(Gateway.refusal(gateway.create(key, Gateway.image(kites + "🪁"))))
        .contains("20001 characters");
  }
}
