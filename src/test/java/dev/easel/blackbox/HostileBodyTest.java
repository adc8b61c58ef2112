package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are no requests: a plain answer, nothing charged, and the next caller is served. */
class HostileBodyTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final int MEBIBYTE = 1 << 20;

  static Stream<Arguments> brokenBodies() {
    return Stream.of(
        Arguments.of("", "not valid JSON|must be a JSON object"),
        Arguments.of("   ", "not valid JSON|must be a JSON object"),
        Arguments.of("{", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x'", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x'}}", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x'} trailing", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x'}{}", "not valid JSON"),
        Arguments.of("{model_id:'gpt-image-2'}", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x',}", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':NaN}", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'a\nb'}", "not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'\\x41'}", "not valid JSON"),
        Arguments.of("[{'model_id':'gpt-image-2','prompt':'x'}]", "must be a JSON object"),
        Arguments.of("null", "must be a JSON object"),
        Arguments.of("true", "must be a JSON object"),
        Arguments.of("'gpt-image-2'", "must be a JSON object"),
        Arguments.of("1e999999999", "must be a JSON object|not valid JSON"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x','prompt':'y'}", "stands there twice"),
        Arguments.of("{'a':{'b':1,'b':2}}", "stands there twice"),
        Arguments.of("[".repeat(100_000), "nested deeper than 64"),
        Arguments.of("{'a':".repeat(5_000) + "1" + "}".repeat(5_000), "nested deeper than 64"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'a\\u0000b'}", "prompt: .*U\\+0000"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'\\ud800'}", "prompt: .*surrogate"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'\\udc00\\ud800'}", "prompt: .*surrogate"),
        Arguments.of(
            "{'model_id':'gpt-image-2','prompt':'x','other':['\\u0000']}",
            "other\\[0\\]: .*U\\+0000"),
        Arguments.of("{'model_id':'gpt-image-2','prompt':'x','\\u0000':1}", ".*U\\+0000"),
        Arguments.of("{'model_id':'\\u0000','prompt':'x'}", "model_id: "),
        Arguments.of("{'model_id':'\\ud800','prompt':'x'}", "model_id: "),
        Arguments.of("<xml/>", "not valid JSON"),
        Arguments.of("model_id=gpt-image-2&prompt=x", "not valid JSON"));
  }

  @ParameterizedTest
  @MethodSource("brokenBodies")
  void whatIsNoRequestIsRefused(String body, String message) {
    String key = gateway.node().account(100);
    assertThat(Gateway.refusal(post(key, body.replace('\'', '"').getBytes(UTF_8))))
        .containsPattern(message);
    gateway.assertUntouched(key, 100);
  }

  @Test
  void whatIsNotUtf8IsRefused() {
    String key = gateway.node().account(100);
    for (String prompt : List.of("\u00fc", "\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00ff")) {
      byte[] body =
          "{\"model_id\":\"gpt-image-2\",\"prompt\":\"%s\"}".formatted(prompt).getBytes(ISO_8859_1);
      assertThat(Gateway.refusal(post(key, body))).contains("UTF-8");
    }
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-seq",
        "image/png",
        "*/*"
      })
  void anotherContentTypeIsNamed(String type) {
    String key = gateway.node().account(100);
    HttpRequest.Builder request = gateway.node().request(Gateway.CREATE, key);
    request.header("Content-Type", type).POST(valid());
    assertThat(Gateway.refusal(gateway.node().send(request.build())))
        .startsWith("Content-Type: must be application/json");
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/json;charset=UTF-8", "Application/JSON"})
  void jsonIsJsonHoweverItIsWritten(String type) {
    String key = gateway.node().account(100);
    HttpRequest.Builder request = gateway.node().request("/api/v1/quote", key);
    request.header("Content-Type", type).POST(valid());
    assertThat(gateway.node().send(request.build()).json().path("code").asInt()).isEqualTo(200);
  }

  @Test
  void noContentTypeIsTakenForJson() {
    String key = gateway.node().account(100);
    HttpRequest.Builder request = gateway.node().request("/api/v1/quote", key);
    assertThat(gateway.node().send(request.POST(valid()).build()).json().path("code").asInt())
        .isEqualTo(200);
  }

  @Test
  void aBodyOfOneMebibyteIsRead() {
    String key = gateway.node().account(100);
    assertThat(quote(key, BodyPublishers.ofByteArray(padded(MEBIBYTE))).json().path("code").asInt())
        .isEqualTo(200);
    assertThat(quote(key, chunked(padded(MEBIBYTE))).json().path("code").asInt()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {MEBIBYTE + 1, 3 * MEBIBYTE})
  void aLargerBodyIsAnHttp413(int bytes) {
    String key = gateway.node().account(100);
    assertTooLarge(quote(key, BodyPublishers.ofByteArray(padded(bytes))));
    assertTooLarge(quote(key, chunked(padded(bytes))));
    assertTooLarge(
        gateway
            .node()
            .send(
                gateway.node().request(Gateway.CREATE, key).POST(chunked(padded(bytes))).build()));
    gateway.assertUntouched(key, 100);
  }

  @Test
  void anAnnouncedTerabyteIsRefusedBeforeItIsSent() throws IOException {
    String key = gateway.node().account(100);
    String answer =
        RawHttp.send(
            gateway.node().url(),
            """
            POST /api/v1/tasks/create HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer %s\r
            Content-Type: application/json\r
            Content-Length: 1099511627776\r
            Connection: close\r
            \r
            {\
            """
                .formatted(key));
    assertThat(answer).startsWith("HTTP/1.1 413").contains("\"code\":0");
  }

  @Test
  void aBodyThatEndsTooEarlyHarmsNobody() throws IOException {
    String key = gateway.node().account(100);
    RawHttp.sendAndLeave(
        gateway.node().url(),
        """
        POST /api/v1/tasks/create HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Content-Length: 500\r
        \r
        {"model_id":"gpt-image-2","prompt":"x"}\
        """
            .formatted(key));
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/9.9\r\n\r\n",
        "\u0000\u0001\u0002\r\n\r\n",
        "\"GET\" / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\"\r\n\r\n",
        "POST /api/v1/tasks/create HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/tasks/create HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /api/v1/tasks/create HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{}  ",
        "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /api/v1/tasks/%ff%fe?wait=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /files/..%2f..%2fmaster.key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: \u00ff\u0000\r\nConnection: close\r\n\r\n"
      })
  void brokenHttpTellsNothingOfTheInside(String request) throws IOException {
    assertThat(RawHttp.send(gateway.node().url(), request))
        .startsWith("HTTP/1.1 4")
        .containsIgnoringCase("content-type: application/json")
        .contains("{\"code\":4")
        .doesNotContain("Exception", "dev.easel", "io.helidon", "\tat ");
  }

  /** Whatever was sent before, the next caller is served. */
  @AfterEach
  void theNextCallerIsServed() {
    String key = gateway.node().account(100);
    assertThat(quote(key, valid()).json().path("code").asInt()).isEqualTo(200);
  }

  private static BodyPublisher valid() {
    return BodyPublishers.ofString(Gateway.image("a red kite").toString());
  }

  private static byte[] padded(int bytes) {
    String request = Gateway.image("a red kite").toString();
    return (request + " ".repeat(bytes - request.length())).getBytes(UTF_8);
  }

  private static BodyPublisher chunked(byte[] body) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
  }

  private static Reply quote(String key, BodyPublisher body) {
    return gateway.node().send(gateway.node().request("/api/v1/quote", key).POST(body).build());
  }

  private static Reply post(String key, byte[] body) {
    HttpRequest.Builder request = gateway.node().request(Gateway.CREATE, key);
    request.header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(body));
    return gateway.node().send(request.build());
  }

  private static void assertTooLarge(Reply reply) {
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().path("code").asInt()).isZero();
    assertThat(reply.json().path("msg").asString()).contains("1048576");
  }
}
