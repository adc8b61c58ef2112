package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What kie's customers get wrong: code 422, the field and what is allowed, and nothing charged. */
class KieBadInputTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final int CREDITS = 1_000;

  /**
   * A wrong request.
   *
   * @param json with single quotes
   */
  record Wrong(String json, String says) {
    @Override
    public String toString() {
      return json.substring(0, Math.min(json.length(), 90));
    }
  }

  private static Wrong wrong(String json, String says) {
    return new Wrong(json.replace('\'', '"'), says);
  }

  private static Wrong of(String model, String input, String says) {
    return wrong("{'model':'%s','input':{%s}}".formatted(model, input), says);
  }

  private static Wrong drawing(String input, String says) {
    return of("gpt-image-2-text-to-image", "'prompt':'rain'," + input, says);
  }

  private static Wrong film(String input, String says) {
    return of("bytedance/seedance-2", "'prompt':'rain falls'," + input, says);
  }

  private static Wrong called(String callback, String says) {
    return wrong(
        "{'model':'nano-banana-2','callBackUrl':%s,'input':{'prompt':'rain'}}".formatted(callback),
        says);
  }

  static Stream<Wrong> wrong() {
    String url = "'https://example.com/a.png'";
    return Stream.of(
        wrong("", "The body must be a JSON object."),
        wrong("[]", "The body must be a JSON object."),
        wrong("{'model':", "The body is not valid JSON: unexpected input"),
        wrong("{}", "model: required; allowed: "),
        wrong("{'model':7}", "model: unknown model \"7\""),
        wrong("{'model':''}", "model: required; allowed: "),
        wrong(
            "{'model':'gpt-image-2','input':{'prompt':'x'}}",
            "model: unknown model \"gpt-image-2\""),
        wrong("{'model':'nano-banana-2'}", "input.prompt: required"),
        wrong("{'model':'nano-banana-2','input':null}", "input.prompt: required"),
        wrong("{'model':'nano-banana-2','input':'rain'}", "input: must be an object"),
        wrong("{'model':'nano-banana-2','input':[]}", "input: must be an object"),
        wrong("{'model':'nano-banana-2','prompt':'rain'}", "input.prompt: required"),
        of("nano-banana-2", "'prompt':'  '", "input.prompt: required, must not be blank"),
        of("nano-banana-2", "'prompt':7", "input.prompt: must be a string"),
        of(
            "nano-banana-2",
            "'prompt':'" + "a".repeat(20_001) + "'",
            "input.prompt: 20001 characters"),
        of("google/nano-banana", "'prompt':'" + "a".repeat(5_001) + "'", "input.prompt: 5001"),
        of("nano-banana-2", "'prompt':'a\\u0000b'", "input.prompt: must not contain U+0000"),
        of("nano-banana-2", "'prompt':'a','junk':'\\ud800'", "input.junk: must not contain"),
        of(
            "gpt-image/1.5-text-to-image",
            "'prompt':'a','quality':'high'",
            "input.aspect_ratio: required"),
        of(
            "gpt-image/1.5-text-to-image",
            "'prompt':'a','aspect_ratio':'1:1'",
            "input.quality: required"),
        of(
            "gpt-image/1.5-text-to-image",
            "'prompt':'a','aspect_ratio':'16:9','quality':'high'",
            "input.aspect_ratio: \"16:9\" is not supported; allowed: 1:1, 2:3, 3:2"),
        of("gpt-image-2-image-to-image", "'prompt':'a'", "input.input_urls: required"),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':[]",
            "input.input_urls: required"),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':" + url,
            "input.input_urls: must be an array"),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':[" + (url + ",").repeat(16) + url + "]",
            "input.input_urls: 17 items, at most 16 are allowed"),
        of(
            "google/nano-banana-edit",
            "'prompt':'a','image_urls':[" + (url + ",").repeat(10) + url + "]",
            "input.image_urls: 11 items, at most 10 are allowed"),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':['data:image/png;base64,AAAA']",
            "input.input_urls[0]: "),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':[" + url + ",'http://127.0.0.1/a.png']",
            "input.input_urls[1]: http://127.0.0.1/a.png "),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':['http://2130706433/a.png']",
            "input.input_urls[0]: http://2130706433/a.png "),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':['http://[::ffff:10.0.0.1]/a.png']",
            "input.input_urls[0]: "),
        of(
            "gpt-image-2-image-to-image",
            "'prompt':'a','input_urls':['http://localhost/a.png']",
            "input.input_urls[0]: "),
        // Rules across fields.
        drawing(
            "'resolution':'2K'",
            "input.resolution: \"2K\" is not supported with aspect_ratio auto; allowed: 1K"),
        drawing(
            "'resolution':'4K','aspect_ratio':'auto'",
            "input.resolution: \"4K\" is not supported with aspect_ratio auto; allowed: 1K"),
        drawing(
            "'resolution':'4K','aspect_ratio':'1:1'",
            "input.resolution: \"4K\" is not supported with aspect_ratio 1:1; allowed: 1K, 2K"),
        drawing(
            "'resolution':'2K','aspect_ratio':'5:4'",
            "input.aspect_ratio: \"5:4\" is not supported with resolution 2K; allowed: "),
        drawing(
            "'resolution':'4K','aspect_ratio':'3:1'",
            "input.aspect_ratio: \"3:1\" is not supported with resolution 4K; allowed: "),
        drawing(
            "'resolution':'2K','aspect_ratio':'16:9','background':'opaque'",
            "input.resolution: \"2K\" is not supported with background; allowed: 1K"),
        drawing("'background':'pink'", "input.background: \"pink\" is not supported"),
        drawing("'nsfw_checker':'yes'", "input.nsfw_checker: must be true or false"),
        film("'duration':3", "input.duration: "),
        film("'duration':16", "input.duration: "),
        film("'duration':'5s'", "input.duration: "),
        film("'resolution':'2K'", "input.resolution: \"2K\" is not supported"),
        film("'last_frame_url':" + url, "input.first_frame_url: required with last_frame_url"),
        film(
            "'first_frame_url':" + url + ",'reference_image_urls':[" + url + "]",
            "input.reference_image_urls: not allowed with first_frame_url"),
        film("'first_frame_url':'http://10.0.0.1/a.png'", "input.first_frame_url: http://10.0.0.1"),
        film(
            "'reference_video_urls':['http://192.168.0.1/a.mp4']",
            "input.reference_video_urls[0]: http://192.168.0.1"),
        // Callbacks.
        called("7", "callBackUrl: must be a string"),
        called("'a callback'", "callBackUrl: is not an http(s) URL"),
        called("'ftp://example.com/a'", "callBackUrl: is not an http or https address"),
        called("'/callback'", "callBackUrl: is not an http or https address"),
        called("'http:///callback'", "callBackUrl: "),
        called("'http://user:pw@example.com/'", "callBackUrl: carries a user name or password"),
        called("'http://127.0.0.1:9999/callback'", "callBackUrl: "),
        called("'http://localhost/callback'", "callBackUrl: "),
        called("'http://[::1]/callback'", "callBackUrl: "),
        called("'http://0x7f.1/callback'", "callBackUrl: "),
        called(
            "'https://example.com/" + "a".repeat(4_096) + "'", "callBackUrl: is longer than 4096"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void theMistakeIsNamedAndNothingIsCharged(Wrong wrong) {
    String key = gateway.node().account(CREDITS);
    Reply reply = gateway.node().post(KieCalls.CREATE, key, wrong.json);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(422);
    assertThat(reply.json().path("data").isNull()).isTrue();
    assertThat(reply.json().path("msg").asString())
        .startsWith(wrong.says)
        .doesNotContain("Exception", "jackson", "dev.easel");
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void anIdempotencyKeyMayNotBeLong() {
    String key = gateway.node().account(CREDITS);
    Reply reply =
        gateway
            .node()
            .post(
                KieCalls.CREATE,
                key,
                KieCalls.drawing("rain").toString(),
                "Idempotency-Key",
                "a".repeat(256));
    assertThat(reply.json().path("code").asInt()).isEqualTo(422);
    assertThat(reply.json().path("msg").asString()).startsWith("Idempotency-Key: must be 1 to 255");
    gateway.assertUntouched(key, CREDITS);
  }

  @Test
  void unknownFieldsAreIgnored() {
    String key = gateway.node().account(CREDITS);
    String body = "{'model':'nano-banana-2','n':7,'input':{'prompt':'rain','size':'huge','x':{}}}";
    Reply reply = gateway.node().post(KieCalls.CREATE, key, body.replace('\'', '"'));
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
  }
}
