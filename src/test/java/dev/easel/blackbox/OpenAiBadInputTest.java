package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What OpenAI's customers get wrong: status, code, field and what is allowed; nothing charged. */
class OpenAiBadInputTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final int CREDITS = 1_000;

  private static void assertRefused(
      Reply reply, String key, int status, String param, String code, String says) {
    JsonNode error = reply.json().path("error");
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(reply.json().propertyNames()).containsExactly("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.path("param").isNull() ? "" : error.path("param").asString()).isEqualTo(param);
    assertThat(error.path("code").asString()).isEqualTo(code);
    assertThat(error.path("message").asString()).contains(says).doesNotContain("Exception");
    assertThat(reply.http().headers().firstValue("x-should-retry")).isEmpty();
    gateway.assertUntouched(key, CREDITS);
  }

  /** Path; body; status; param; code; what the message says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          images/generations | EMPTY                                  | 400 | ``             | invalid_request_body       | must be a JSON object
          images/generations | {'model':                              | 400 | ``             | invalid_request_body       | not valid JSON
          images/generations | {}                                     | 400 | prompt         | missing_required_parameter | prompt: required
          images/generations | {'prompt':' '}                         | 400 | prompt         | missing_required_parameter | prompt: required
          images/generations | {'prompt':7}                           | 400 | prompt         | invalid_type               | must be a string
          images/generations | {'model':'gpt-9','prompt':'a'}         | 400 | model          | model_not_found            | allowed: dall-e-3, gpt-image-1.5
          images/generations | {'model':7,'prompt':'a'}               | 400 | model          | model_not_found            | unknown model
          images/generations | {'model':'sora-2','prompt':'a'}        | 400 | model          | invalid_value              | cannot be used at this path; allowed: dall-e-3, gpt-image-1.5, gpt-image-2
          images/generations | {'model':'gpt-image-2','prompt':'a','n':0} | 400 | n          | invalid_value              | from 1 to 10
          images/generations | {'model':'gpt-image-2','prompt':'a','size':'big'} | 400 | size | invalid_value           | "big" is not supported
          images/generations | {'model':'gpt-image-2','prompt':'a','response_format':'url'} | 400 | response_format | invalid_value | allowed: b64_json
          images/generations | {'model':'gpt-image-2','prompt':'a','stream':'maybe'} | 400 | stream | invalid_type | must be true or false
          images/generations | {'model':'gpt-image-2','prompt':'a','stream':1} | 400 | stream | invalid_type         | must be true or false
          images/generations | {'model':'gpt-image-2','prompt':'a','stream':[true]} | 400 | stream | invalid_type    | must be true or false
          images/generations | {'model':'dall-e-3','prompt':'a','stream':true} | 400 | stream | invalid_value       | dall-e-3 cannot stream
          images/generations | {'model':'gpt-image-2','prompt':'a','stream':true,'partial_images':4} | 400 | partial_images | invalid_value | from 0 to 3
          images/generations | {'model':'gpt-image-2','prompt':'a','partial_images':1} | 400 | partial_images | invalid_value | not allowed without stream
          images/edits       | {'prompt':'a'}                         | 400 | image          | missing_required_parameter | one picture at least
          images/edits       | {'prompt':'a','image':[]}              | 400 | image          | missing_required_parameter | one picture at least
          images/edits       | {'model':'dall-e-3','prompt':'a','image':'https://example.com/a.png'} | 400 | model | invalid_value | allowed: gpt-image-1.5, gpt-image-2
          images/edits       | {'prompt':'a','image':'kite'}          | 400 | image[0]       | invalid_value              | is not an http(s) URL
          images/edits       | {'prompt':'a','image':['https://example.com/a.png','http://127.0.0.1/']} | 400 | image[1] | invalid_value | 127.0.0.1
          images/edits       | {'prompt':'a','image':'data:image/png;base64,AAAA'} | 400 | image[0] | invalid_value   | is not an image
          images/edits       | {'prompt':'a','image':{'file_id':'file-1'}} | 400 | image[0]  | invalid_type               | must be a string, not an object
          videos             | {}                                     | 400 | prompt         | missing_required_parameter | prompt: required
          videos             | {'prompt':'a','seconds':'5'}           | 400 | seconds        | invalid_value              | allowed: 4, 8, 12
          videos             | {'prompt':'a','size':'1x1'}            | 400 | size           | invalid_value              | allowed: 720x1280
          videos             | {'prompt':'a','model':'gpt-image-2'}   | 400 | model          | invalid_value              | allowed: sora-2, sora-2-pro
          videos             | {'prompt':'a','input_reference':{'image_url':'http://[::1]/a'}} | 400 | input_reference | invalid_value | ::1
          """)
  void aWrongFieldIsNamedWithWhatItMayBe(
      String path, String json, int status, String param, String code, String says) {
    String key = gateway.node().account(CREDITS);
    Reply reply =
        gateway.node().post("/v1/" + path, key, json.replace('\'', '"').replace("EMPTY", ""));
    assertRefused(reply, key, status, param, code, says);
  }

  @Test
  void filesAreLookedAt() {
    String key = gateway.node().account(CREDITS);
    byte[] red = Pictures.png(0xffc81414, 32);
    String edits = "/v1/images/edits";
    assertRefused(
        OpenAiTest.form(gateway, edits, key, "prompt", "a", "image[]", red, "image[]", new byte[9]),
        key,
        400,
        "image[1]",
        "invalid_value",
        "is not an image");
    assertRefused(
        OpenAiTest.form(gateway, edits, key, "prompt", "a", "image", Pictures.bomb()),
        key,
        400,
        "image[0]",
        "invalid_value",
        "60000x60000 pixels");
    assertRefused(
        OpenAiTest.form(
            gateway, edits, key, "prompt", "a", "image", red, "mask", Pictures.png(0, 16)),
        key,
        400,
        "mask",
        "invalid_value",
        "has 16x16 pixels, must have as many as the first image: 32x32");
    assertRefused(
        OpenAiTest.form(gateway, edits, key, "prompt", "a", "image", new byte[51 << 20]),
        key,
        400,
        "image[0]",
        "invalid_value",
        "is larger than 50 MiB");
    assertRefused(
        OpenAiTest.form(gateway, edits, key, "prompt", "a", "image", new byte[65 << 20]),
        key,
        413,
        "",
        "request_too_large",
        "larger than 67108864 bytes");
    assertRefused(
        OpenAiTest.form(gateway, edits, key, "prompt", "a", "n", "many", "image", red),
        key,
        400,
        "n",
        "invalid_type",
        "from 1 to 10");
    assertRefused(
        OpenAiTest.form(gateway, "/v1/images/generations", key, "prompt", "a"),
        key,
        400,
        "Content-Type",
        "invalid_value",
        "must be application/json");
  }

  @Test
  void whoHasTooFewCreditsIsTold() {
    String poor = gateway.node().account(5);
    Reply reply =
        gateway
            .node()
            .post("/v1/images/generations", poor, "{\"prompt\":\"a\",\"model\":\"gpt-image-2\"}");
    assertThat(reply.status()).isEqualTo(402);
    assertThat(reply.json().at("/error/type").asString()).isEqualTo("insufficient_quota");
    gateway.assertUntouched(poor, 5);
  }
}
