package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.net.InsideAddresses;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** No request makes a gateway call where only its operator may. */
class InsideAddressesTest {
  @RegisterExtension static final Gateway closed = Gateway.with(Map.of());

  /** One whose operator trusts its own machine. */
  @RegisterExtension
  static final Gateway open = Gateway.with(Map.of("net.allow", "127.0.0.0/8, 0.0.0.0/8, ::1/128"));

  static List<String> hosts() {
    assertThat(InsideAddresses.HOSTS).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
    return InsideAddresses.HOSTS;
  }

  private static JsonNode answer(Gateway gateway, String key, ObjectNode body) {
    return gateway.node().post("/api/v1/tasks/create", key, body.toString()).json();
  }

  /** The answer to a request that wants to be told of its end there. */
  private static JsonNode called(Gateway gateway, String key, String url) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", "nano-banana-2");
    body.put("callBackUrl", url).putObject("input").put("prompt", "a hill");
    return gateway.node().post("/api/v1/jobs/createTask", key, body.toString()).json();
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void anAddressInsideIsRefusedBeforeAnythingIsCharged(String host) {
    String key = closed.node().account(100);
    String url = "http://" + host + "/latest/meta-data/";
    assertThat(called(closed, key, url).path("code").asInt()).as("as a callback").isEqualTo(422);
    assertThat(called(closed, key, url).path("msg").asString()).startsWith("callBackUrl: ");

    ObjectNode referring = Gateway.image("a hill");
    referring.putArray("image_urls").add(url);
    assertThat(answer(closed, key, referring).path("code").asInt()).as("as a reference").isZero();
    assertThat(answer(closed, key, referring).path("msg").asString()).startsWith("image_urls");
    assertThat(closed.available(key)).isEqualTo(100);
  }

  /** Only an address of a file, as it was given away, is one of ours: it is read from the store. */
  @Test
  void aGatewayIsNotMadeToCallItselfWhateverIsAllowed() {
    String key = open.node().account(100);
    JsonNode first = open.finished(key, Gateway.image("a hill"));
    URI own = URI.create(first.path("image_url").asString());
    ObjectNode again = Gateway.image("a hill");
    again.putArray("image_urls").add(own.toString());
    assertThat(open.finished(key, again).path("task_status").asInt()).isEqualTo(3);

    for (String host : List.of("127.0.0.1", "127.1", "0x7f.1", "0", "[::1]", "LOCALHOST.")) {
      String url = "http://" + host + ":" + own.getPort() + own.getPath();
      ObjectNode referring = Gateway.image("a hill");
      referring.putArray("image_urls").add(url);
      assertThat(answer(open, key, referring).path("msg").asString())
          .as(url)
          .contains("leads to this gateway itself");
      assertThat(called(open, key, url).path("msg").asString())
          .isEqualTo("callBackUrl: leads to this gateway itself, which may not be contacted");
    }
    assertThat(open.available(key)).isEqualTo(70);
  }
}
