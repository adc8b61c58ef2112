package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands of kie's documentation run as they stand, and get the answers shown there. */
class KieGoldenTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final Golden GOLDEN = new Golden("kie");
  private static final KieCalls CALLS = new KieCalls(gateway::node);

  private static JsonNode create(String key) {
    return GOLDEN.run(
        "create-task.sh", Map.of("https://api.kie.ai", gateway.node().url(), "<token>", key));
  }

  @Test
  void theCommandGetsTheAnswerShown() {
    String key = gateway.node().account(100);
    JsonNode answer = create(key);
    JsonNode golden = GOLDEN.json("create-task-answer.json");
    Golden.assertSameShape(golden, answer);
    assertThat(answer.path("code")).isEqualTo(golden.path("code"));
    assertThat(answer.path("msg")).isEqualTo(golden.path("msg"));
    assertThat(gateway.tasks(key)).hasSize(1);
  }

  @Test
  void theRecordLooksAsDocumented() {
    Instant before = Instant.now();
    String key = gateway.node().account(100);
    String task = create(key).at("/data/taskId").asString();
    JsonNode record = CALLS.finished(key, task);
    Reply reply = CALLS.record(key, task);
    JsonNode golden = GOLDEN.json("record-info-answer.json");
    assertThat(reply.status()).isEqualTo(200);
    Golden.assertSameShape(golden, reply.json());
    JsonNode data = reply.json().path("data");
    for (String field : new String[] {"model", "state", "failCode", "failMsg"}) {
      assertThat(data.path(field)).as(field).isEqualTo(golden.path("data").path(field));
    }
    assertThat(data.path("taskId").asString()).isEqualTo(task);
    assertThat(data.path("createTime").asLong())
        .isBetween(before.toEpochMilli() - 1, Instant.now().toEpochMilli());
    assertThat(data.path("costTime").asLong())
        .isEqualTo(data.path("completeTime").asLong() - data.path("createTime").asLong());
    assertThat(data.path("updateTime")).isEqualTo(data.path("completeTime"));
    assertThat(KieCalls.results(record))
        .singleElement()
        .asString()
        .startsWith(gateway.node().url() + "/files/");
  }

  /** {@code JSON.parse} of the string gives what was sent. */
  @Test
  void paramIsTheRequestAsAString() {
    String key = gateway.node().account(100);
    JsonNode record = CALLS.finished(key, create(key).at("/data/taskId").asString());
    JsonNode param = JsonMapper.shared().readTree(record.path("param").stringValue());
    String command = GOLDEN.text("create-task.sh");
    String sent = command.substring(command.indexOf('{'), command.lastIndexOf('}') + 1);
    assertThat(param).isEqualTo(JsonMapper.shared().readTree(sent));
  }
}
