package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More tasks than may run at once wait their turn, and every one gets it. */
class QueueTest {
  @RegisterExtension
  static final Gateway gateway =
      Gateway.with(Map.of("sandbox.concurrency", "2", "sandbox.image-latency", "20ms"));

  @Test
  void whatAChannelHasNoRoomForWaits() {
    String key = gateway.node().account(1_000);
    assertAllEnd(key, 12);
  }

  @Test
  void whatAnAccountHasNoRoomForWaits() {
    String key = gateway.node().account(1_000, Key.Rules.NONE, 3);
    assertAllEnd(key, 12);
  }

  @Test
  void whatIsTakenBackMakesRoomForTheNext() {
    String key = gateway.node().account(1_000, Key.Rules.NONE, 1);
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      tasks.add(gateway.created(key, Gateway.image("policy: " + i)));
    }
    for (int i = 0; i < tasks.size(); i += 2) {
      gateway.cancel(key, tasks.get(i));
    }
    for (String task : tasks) {
      assertThat(gateway.node().await(key, task).path("task_status").asInt()).isEqualTo(4);
    }
    assertThat(gateway.available(key)).isEqualTo(1_000);
  }

  private static void assertAllEnd(String key, int count) {
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(gateway.created(key, Gateway.image((i % 2 == 0 ? "fail: " : "policy: ") + i)));
    }
    for (String task : tasks) {
      assertThat(gateway.node().await(key, task).path("task_status").asInt()).isEqualTo(4);
    }
    assertThat(gateway.available(key)).isEqualTo(1_000);
  }
}
