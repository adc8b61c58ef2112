package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a task failed is told in the language of whoever reads it, in every dialect. */
class ReasonsTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final String REFUSED =
      "The sandbox was asked to refuse this by its content policy.";
  private static final String IN_CHINESE = "沙盒按要求以内容政策为由拒绝。";

  private static String failed(String key) {
    String task = gateway.created(key, Gateway.image("policy: rain"));
    assertThat(gateway.node().await(key, task).path("task_status").asInt()).isEqualTo(4);
    return task;
  }

  private static Reply read(String key, String path, String language) {
    HttpRequest.Builder request = gateway.node().request(path, key);
    return gateway
        .node()
        .send((language.isEmpty() ? request : request.header("Accept-Language", language)).build());
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/tasks/%s, /data/fail_reason",
    "/api/v1/jobs/recordInfo?taskId=%s, /data/failMsg",
    "/api/v1/images/generations?task_id=%s, /data/failMsg",
    "/api/v1/images/tasks/%s, /error/message",
    "/v1/videos/%s, /error/message",
    "/api/v1/tasks, /data/tasks/0/fail_reason"
  })
  void everyDialectSpeaksTheReadersLanguage(String path, String where) {
    String key = gateway.node().account(100);
    String read = path.formatted(failed(key));
    assertThat(read(key, read, "zh-CN,zh;q=0.9").json().at(where).asString()).isEqualTo(IN_CHINESE);
    assertThat(read(key, read, "").json().at(where).asString()).isEqualTo(REFUSED);
    assertThat(read(key, read, "en,zh;q=0.5").json().at(where).asString()).isEqualTo(REFUSED);
  }

  @Test
  void soDoWhoWaitsForPicturesAndWhoFollowsEvents() {
    String key = gateway.node().account(100);
    Reply waited =
        gateway
            .node()
            .post(
                "/v1/images/generations",
                key,
                "{\"model\":\"gpt-image-2\",\"prompt\":\"policy: rain\"}",
                "Accept-Language",
                "zh");
    assertThat(waited.json().at("/error/message").asString()).isEqualTo(IN_CHINESE);
    HttpRequest events =
        gateway
            .node()
            .request("/api/v1/tasks/" + failed(key) + "/events", key)
            .header("Accept-Language", "zh")
            .build();
    assertThat(gateway.node().text(events).body()).contains(IN_CHINESE).doesNotContain(REFUSED);
  }

  @Test
  void soIsWhatWasCanceled() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.cancel(key, task);
    gateway.node().await(key, task);
    assertThat(read(key, "/api/v1/tasks/" + task, "zh").json().at("/data/fail_reason").asString())
        .isEqualTo("已取消。");
  }
}
