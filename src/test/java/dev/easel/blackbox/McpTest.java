package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The Model Context Protocol byte by byte: its versions, and what breaks its rules. */
class McpTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final String NEWEST = "2025-11-25";
  private static final String BUY =
      "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'generate_gpt-image-2',"
          + "'arguments':{'prompt':'a kite','wait_seconds':0}}}";

  private String key = "";

  @BeforeEach
  void open() {
    key = gateway.node().account(100);
  }

  private Reply send(String json, String... headers) {
    return gateway.node().post("/mcp", key, json.replace('\'', '"'), headers);
  }

  private Reply sendNew(String json) {
    return send(json, "MCP-Protocol-Version", NEWEST);
  }

  private void assertFault(Reply reply, int status, int code, String words) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(reply.json().path("jsonrpc").asString()).isEqualTo("2.0");
    assertThat(reply.json().at("/error/code").asInt()).isEqualTo(code);
    assertThat(reply.json().at("/error/message").asString()).contains(words);
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @CsvSource({
    "2025-03-26, 2025-03-26",
    "2025-06-18, 2025-06-18",
    "2025-11-25, 2025-11-25",
    "2024-11-05, 2025-11-25",
    "next, 2025-11-25"
  })
  void agreesOnAVersion(String offered, String agreed) {
    Reply reply =
        send(
            "{'jsonrpc':'2.0','id':'a','method':'initialize','params':{'protocolVersion':'%s'}}"
                .formatted(offered));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("id").asString()).isEqualTo("a");
    assertThat(reply.json().at("/result/protocolVersion").asString()).isEqualTo(agreed);
    assertThat(reply.json().at("/result/capabilities").has("tools")).isTrue();
  }

  @Test
  void notificationsAreHeardAndBuyNothing() {
    for (String heard :
        new String[] {
          "{'jsonrpc':'2.0','method':'notifications/initialized'}",
          "{'jsonrpc':'2.0','id':7,'result':{}}",
          BUY.replace("'id':1,", "")
        }) {
      Reply reply = sendNew(heard);
      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.http().body()).isEmpty();
    }
    gateway.assertUntouched(key, 100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'jsonrpc':'2.0',                                     | 400 | -32700 | not valid JSON",
        "{'jsonrpc':'2.0','id':1,'id':2,'method':'ping'}       | 400 | -32700 | twice",
        "''                                                    | 400 | -32600 | jsonrpc",
        "7                                                     | 400 | -32600 | jsonrpc",
        "{'id':1,'method':'ping'}                              | 400 | -32600 | jsonrpc",
        "{'jsonrpc':2.0,'id':1,'method':'ping'}                | 400 | -32600 | jsonrpc",
        "{'jsonrpc':'2.0','id':1}                              | 400 | -32600 | method: required",
        "{'jsonrpc':'2.0','id':1,'method':7}                   | 400 | -32600 | method: required",
        "{'jsonrpc':'2.0','id':null,'method':'ping'}           | 400 | -32600 | id: must be",
        "{'jsonrpc':'2.0','id':1.5,'method':'ping'}            | 400 | -32600 | id: must be",
        "{'jsonrpc':'2.0','id':1,'method':'resources/list'}    | 200 | -32601 | tools/list",
        "{'jsonrpc':'2.0','id':1,'method':'ping','params':[1]} | 200 | -32602 | params",
        "{'jsonrpc':'2.0','id':1,'method':'initialize'}        | 200 | -32602 | protocolVersion",
        "{'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'cursor':'x'}} | 200 | -32602 | cursor",
        "{'jsonrpc':'2.0','id':1,'method':'tools/call'}        | 200 | -32602 | name: required",
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'x'}} | 200 | -32602 | no such tool",
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'get_task','arguments':[]}} | 200 | -32602 | arguments",
      })
  void saysWhatIsWrongWithAMessage(String message, int status, int code, String words) {
    assertFault(sendNew(message.equals("''") ? "\"\"" : message), status, code, words);
  }

  @Test
  void refusesAVersionThatItDoesNotSpeak() {
    assertFault(send(BUY, "MCP-Protocol-Version", "1999-01-01"), 400, -32600, NEWEST);
  }

  @Test
  void refusesWhoHasNoKey() {
    Reply reply = gateway.node().post("/mcp", "sk-nobody", BUY.replace('\'', '"'));
    assertThat(reply.http().headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertFault(reply, 401, -32001, "Invalid API key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "https://localhost.evil.example", "null", "x y"})
  void refusesPagesFromElsewhere(String origin) {
    assertFault(send(BUY, "Origin", origin), 403, -32600, "origins");
  }

  @Test
  void takesItsOwnPages() {
    Reply reply = send("{'jsonrpc':'2.0','id':1,'method':'ping'}", "Origin", gateway.node().url());
    assertThat(reply.json().path("result").isObject()).isTrue();
  }

  @Test
  void hasNoStreamsAndNoSessions() {
    assertFault(gateway.node().get("/mcp", key), 405, -32600, "GET");
    Reply ended =
        gateway
            .node()
            .send(
                gateway
                    .node()
                    .request("/mcp", key)
                    .method("DELETE", BodyPublishers.noBody())
                    .build());
    assertThat(ended.http().headers().firstValue("Allow")).contains("POST");
    assertFault(ended, 405, -32600, "DELETE");
  }

  @Test
  void takesBatchesInTheVersionThatHasThem() {
    String ping = "{'jsonrpc':'2.0','id':%d,'method':'ping'}";
    String note = "{'jsonrpc':'2.0','method':'notifications/initialized'}";
    String batch = "[" + ping.formatted(1) + "," + note + ",7," + ping.formatted(2) + "]";
    JsonNode replies = send(batch).json();
    assertThat(replies).hasSize(3);
    assertThat(replies.at("/0/id").asInt()).isEqualTo(1);
    assertThat(replies.at("/1/error/code").asInt()).isEqualTo(-32600);
    assertThat(replies.at("/2/id").asInt()).isEqualTo(2);
    assertThat(send("[" + note + "]").status()).isEqualTo(202);
    assertFault(sendNew(batch), 400, -32600, "no batches");
    assertFault(send("[]"), 400, -32600, "1 to 20");
    assertFault(send("[" + "7,".repeat(20) + "7]"), 400, -32600, "1 to 20");
  }

  @Test
  void buysOnceUnderAnIdempotencyKey() {
    String[] once = {"MCP-Protocol-Version", NEWEST, "Idempotency-Key", "kite"};
    String first = send(BUY, once).json().at("/result/structuredContent/task_id").asString();
    Reply again = send(BUY.replace("'id':1", "'id':2"), once);
    assertThat(again.json().at("/result/structuredContent/task_id").asString())
        .isNotBlank()
        .isEqualTo(first);
    assertThat(gateway.tasks(key)).hasSize(1);
    Reply other = send(BUY.replace("a kite", "a boat"), once);
    assertThat(other.json().at("/result/isError").asBoolean()).isTrue();
    gateway.node().await(key, first);
    assertThat(gateway.available(key)).isEqualTo(90);
  }

  @Test
  void olderClientsGetTextAlone() {
    String read = "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'get_credits'}}";
    JsonNode result = send(read).json().path("result");
    assertThat(result.has("structuredContent")).isFalse();
    assertThat(result.at("/content/0/text").asString()).isEqualTo("{\"available\":100,\"held\":0}");
    assertThat(sendNew(read).json().at("/result/structuredContent/available").asInt())
        .isEqualTo(100);
  }

  @Test
  void refusesInChinese() {
    Reply reply = send(BUY.replace("'prompt':'a kite',", ""), "Accept-Language", "zh-CN");
    assertThat(reply.json().at("/result/isError").asBoolean()).isTrue();
    assertThat(reply.json().at("/result/content/0/text").asString()).contains("必填");
    gateway.assertUntouched(key, 100);
  }
}
