package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader may wait for the end. */
class WaitTest {
  @RegisterExtension
  static final Gateway gateway = Gateway.with(Map.of("sandbox.image-latency", "500ms"));

  @Test
  void theAnswerComesWithTheEnd() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image("fail: no"));
    Reply reply = gateway.node().get("/api/v1/tasks/" + task + "?wait=60", key);
    assertThat(status(reply)).isEqualTo(4);
  }

  @Test
  void aPreferenceWaitsToo() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image("policy: no"));
    assertThat(status(preferring(key, task, "respond-async, wait=60"))).isEqualTo(4);
  }

  @Test
  void patienceEndsBeforeTheTask() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    assertThat(status(gateway.node().get("/api/v1/tasks/" + task + "?wait=1", key))).isIn(1, 2);
    assertThat(status(gateway.node().get("/api/v1/tasks/" + task + "?wait=0", key))).isIn(1, 2);
    // A preference that means nothing is no error.
    assertThat(status(preferring(key, task, "wait=soon"))).isIn(1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "61", "1.5", "soon", "", "1e1", "99999999999", "0x1", "%20"})
  void aWaitThatIsNoNumberIsNamed(String wait) {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    assertThat(Gateway.refusal(gateway.node().get("/api/v1/tasks/" + task + "?wait=" + wait, key)))
        .isEqualTo("wait: must be a whole number from 0 to 60");
  }

  @Test
  void aWaitWithoutAValueIsNone() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    assertThat(status(gateway.node().get("/api/v1/tasks/" + task + "?wait", key))).isIn(1, 2);
  }

  @Test
  void nobodyWaitsForATaskThatIsNotThere() {
    String key = gateway.node().account(100);
    String mine = gateway.created(key, Gateway.image(Gateway.endless()));
    String stranger = gateway.node().account(0);
    assertThat(Gateway.refusal(gateway.node().get("/api/v1/tasks/" + mine + "?wait=60", stranger)))
        .isEqualTo("Task not found.");
  }

  @Test
  void everyReaderHearsOfTheEnd() throws Exception {
    String key = gateway.node().account(100, dev.easel.account.Key.Rules.NONE, 1);
    gateway.created(key, Gateway.image(Gateway.endless()));
    String task = gateway.created(key, Gateway.image("a kite"));
    // One reader that goes away while it waits.
    RawHttp.sendAndLeave(
        gateway.node().url(),
        "GET /api/v1/tasks/%s?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(task, key));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Reply>> readers =
          IntStream.range(0, 20)
              .mapToObj(_ ->
                  threads.submit(
                      () -> gateway.node().get("/api/v1/tasks/" + task + "?wait=60", key)))
              .toList();
      assertThat(status(gateway.cancel(key, task))).isEqualTo(4);
      for (Future<Reply> reader : readers) {
        assertThat(status(reader.get())).isEqualTo(4);
      }
    }
  }

  @Test
  void callersThatHangUpHarmNobody() throws IOException {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image("fail: no"));
    for (int i = 0; i < 50; i++) {
      RawHttp.sendAndLeave(
          gateway.node().url(),
          "GET /api/v1/tasks/%s?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(task, key));
    }
    assertThat(gateway.node().await(key, task).path("task_status").asInt()).isEqualTo(4);
    assertThat(gateway.available(key)).isEqualTo(100);
  }

  private static Reply preferring(String key, String task, String preference) {
    HttpRequest.Builder request = gateway.node().request("/api/v1/tasks/" + task, key);
    return gateway.node().send(request.header("Prefer", preference).build());
  }

  private static int status(Reply reply) {
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    return reply.json().at("/data/task_status").asInt();
  }
}
