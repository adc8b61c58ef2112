package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A body is one JSON object, without any doubt about what it says. */
class JsonBodyTest {
  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("", "must be a JSON object"),
        arguments("  ", "must be a JSON object"),
        arguments("null", "must be a JSON object"),
        arguments("[]", "must be a JSON object"),
        arguments("\"text\"", "must be a JSON object"),
        arguments("{", "unexpected input"),
        arguments("{\"a\":}", "unexpected input (line 1, column 6)"),
        arguments("{\"a\":1,}", "unexpected input"),
        arguments("{'a':1}", "unexpected input"),
        arguments("{a:1}", "unexpected input"),
        arguments("{\"a\":NaN}", "unexpected input"),
        arguments("{\"a\":01}", "unexpected input"),
        arguments("{\"a\":1}//", "unexpected input"),
        arguments("{\"a\":\"\n\"}", "unexpected input"),
        arguments("{\"a\":\"\0\"}", "unexpected input"),
        arguments("{\"a\":\"\\ud8\"}", "unexpected input"),
        arguments("{\"a\":1} {\"a\":2}", "unexpected input"),
        arguments("{\"a\":1}]", "unexpected input"),
        arguments("{\"a\":1,\"a\":2}", "a field stands there twice"),
        arguments("{\"a\":1,\"\\u0061\":2}", "a field stands there twice"),
        arguments("{\"o\":{\"b\":1,\"b\":1}}", "a field stands there twice"),
        arguments(nested(65), "nested deeper than 64 levels"),
        arguments(nested(100_000), "nested deeper than 64 levels"),
        arguments("{\"a\":" + "9".repeat(2_000) + "}", "unexpected input"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refuses(String body, String why) {
    assertThat(JsonBody.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Verdict.Refuse.class,
            refused -> {
              assertThat(refused.error().message()).startsWith("The body ").contains(why);
              assertThat(refused.error().message()).doesNotContain("jackson", "StreamRead");
            });
  }

  static Stream<byte[]> malformed() {
    return Stream.of(
        new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'},
        new byte[] {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'},
        new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'},
        new byte[] {(byte) 0xfe, (byte) 0xff, 0, '{', 0, '}'});
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void refusesWhatIsNoUtf8(byte[] body) {
    assertThat(JsonBody.parse(body))
        .isEqualTo(Verdict.refuse(new ApiError.InvalidRequest("", "The body is not valid UTF-8.")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " {\"a\": [1, 2.5, -3e7, true, false, null, \"x\"]}\r\n",
        "{\"a\":{\"b\":1},\"b\":{\"b\":2}}",
        "{\"汉字\":\"🪁 \\ud83e\\ude81 \\u0000\"}"
      })
  void readsAnObjectAndKeepsItsText(String body) {
    assertThat(JsonBody.parse(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Verdict.Pass.class,
            passed -> assertThat(((JsonBody) passed.value()).text()).isEqualTo(body));
  }

  @Test
  void readsTheDeepestThatIsAllowed() {
    assertThat(JsonBody.parse(nested(64).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Verdict.Pass.class);
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
  }
}
