package dev.easel.blackbox;

import static dev.easel.blackbox.WebhookCalls.UNKNOWN;
import static dev.easel.blackbox.WebhookCalls.URL;
import static dev.easel.blackbox.WebhookCalls.data;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What was sent, by HTTP: read, listed, tested, replayed. */
class DeliveriesTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private final WebhookCalls webhooks = WebhookCalls.ofNewAccount(gateway);

  @Test
  void aTestIsADeliveryThatIsDueAtOnce() {
    String id =
        webhooks
            .register("{\"url\":\"" + URL + "\",\"events\":[\"task.failed\"]}")
            .path("id")
            .asString();
    JsonNode made = data(webhooks.call("POST", "/" + id + "/test", ""));
    String delivery = made.path("id").asString();

    assertThat(made.path("event").asString()).isEqualTo("webhook.test");
    assertThat(made.path("task_id").asString()).isEqualTo(delivery);
    assertThat(made.path("endpoint_id").asString()).isEqualTo(id);
    assertThat(made.path("shape").asString()).isEqualTo("event");
    assertThat(made.path("url").asString()).isEqualTo(URL);
    assertThat(made.path("state").asString()).isEqualTo("pending");
    assertThat(made.path("next_try_at").isIntegralNumber()).isTrue();
    assertThat(webhooks.jobs(delivery)).isEqualTo(1);

    webhooks.call("PATCH", "/" + id, "{\"enabled\":false}");
    assertThat(Gateway.refusal(webhooks.call("POST", "/" + id + "/test", "")))
        .isEqualTo("The webhook endpoint is disabled; change it with \"enabled\": true first.");
    assertThat(data(webhooks.call("GET", "/deliveries", "")).path("deliveries")).hasSize(1);
  }

  @Test
  void aDeliveryIsReadWithAllOfItsTries() {
    String delivery = webhooks.deliveryTo(webhooks.registered(), "exhausted", 3);
    JsonNode read = data(webhooks.call("GET", "/deliveries/" + delivery, ""));
    assertThat(read.path("state").asString()).isEqualTo("exhausted");
    assertThat(read.path("tries").asInt()).isEqualTo(3);
    assertThat(read.path("next_try_at").isNull()).isTrue();
    assertThat(read.path("finished_at").isIntegralNumber()).isTrue();
    assertThat(read.path("log")).hasSize(3);
    JsonNode first = read.path("log").get(0);
    assertThat(first.path("number").asInt()).isEqualTo(1);
    assertThat(first.path("duration_millis").asInt()).isEqualTo(41);
    assertThat(first.path("status").isNull()).isTrue();
    assertThat(first.path("failure").asString()).isEqualTo("no answer within 15 s");
    JsonNode second = read.path("log").get(1);
    assertThat(second.path("status").asInt()).isEqualTo(502);
    assertThat(second.path("answer").asString()).isEqualTo("Bad Gateway");
    assertThat(data(webhooks.call("GET", "/deliveries", "")).at("/deliveries/0/last_try"))
        .isEqualTo(read.path("log").get(2));
  }

  @Test
  void deliveriesAreListedNewestFirstByPageAndByWhatIsAskedFor() {
    String a = webhooks.registered();
    String b = webhooks.registered();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(webhooks.deliveryTo(i < 2 ? a : b, i % 2 == 0 ? "delivered" : "exhausted", i));
    }
    assertThat(ids("")).isEqualTo(made);
    JsonNode first = data(webhooks.call("GET", "/deliveries?limit=2", ""));
    String cursor = first.path("next_cursor").asString();
    assertThat(cursor).isEqualTo(made.get(1));
    assertThat(ids("?limit=3&cursor=" + cursor)).isEqualTo(made.subList(2, 5));
    assertThat(data(webhooks.call("GET", "/deliveries", "")).path("next_cursor").isNull()).isTrue();
    assertThat(ids("?endpoint=" + a)).containsExactly(made.get(3), made.get(4));
    assertThat(ids("?state=exhausted")).containsExactly(made.get(1), made.get(3));
    assertThat(ids("?state=pending")).isEmpty();
    assertThat(ids("?task=" + UNKNOWN)).hasSize(5);
    assertThat(ids("?task=" + a)).isEmpty();
    assertThat(ids("?endpoint=" + b + "&state=exhausted")).containsExactly(made.get(1));
  }

  private List<String> ids(String query) {
    JsonNode page = data(webhooks.call("GET", "/deliveries" + query, "")).path("deliveries");
    return StreamSupport.stream(page.spliterator(), false)
        .map(delivery -> delivery.path("id").asString())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state=done | state: must be one of: pending, delivered, exhausted",
        "endpoint=7 | endpoint: must be the id of a webhook endpoint",
        "task=x | task: must be the id of a task",
        "cursor=x | cursor: must be the next_cursor of the page before",
        "limit=0 | limit: must be a whole number from 1 to 100"
      })
  void whatIsWrongInAQueryIsRefusedByName(String query, String message) {
    assertThat(Gateway.refusal(webhooks.call("GET", "/deliveries?" + query, "")))
        .isEqualTo(message);
  }

  @Test
  void aReplayWritesOneJobHoweverOftenItIsAskedFor() throws Exception {
    String endpoint = webhooks.registered();
    // Of a task that nobody has it would be given up as soon as it is looked at.
    String delivery = webhooks.ofNoTask(webhooks.deliveryTo(endpoint, "exhausted", 1));
    List<Future<Reply>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        asked.add(
            threads.submit(() -> webhooks.call("POST", "/deliveries/" + delivery + "/replay", "")));
      }
    }
    int due = 0;
    for (Future<Reply> each : asked) {
      JsonNode answer = each.get().json();
      if (answer.path("code").asInt() == 200) {
        due++;
        assertThat(answer.at("/data/state").asString()).isEqualTo("pending");
        assertThat(answer.at("/data/finished_at").isNull()).isTrue();
        assertThat(answer.at("/data/url").asString())
            .as("to where its endpoint is by now")
            .isEqualTo(URL);
      } else {
        assertThat(answer.path("msg").asString())
            .isEqualTo("The delivery is pending: it is tried again without being asked.");
      }
    }
    assertThat(due).isEqualTo(1);
    assertThat(webhooks.jobs(delivery)).isEqualTo(1);
    JsonNode read = data(webhooks.call("GET", "/deliveries/" + delivery, ""));
    assertThat(read.path("tries").asInt()).as("they go on counting").isGreaterThanOrEqualTo(1);
    assertThat(read.path("log").size()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void whatHasNobodyToGoToIsNotReplayed() {
    String endpoint = webhooks.registered();
    String delivery = webhooks.deliveryTo(endpoint, "delivered", 1);
    webhooks.call("PATCH", "/" + endpoint, "{\"enabled\":false}");
    assertThat(Gateway.refusal(webhooks.call("POST", "/deliveries/" + delivery + "/replay", "")))
        .isEqualTo("The webhook endpoint is disabled; change it with \"enabled\": true first.");
    webhooks.call("DELETE", "/" + endpoint, "");
    assertThat(Gateway.refusal(webhooks.call("POST", "/deliveries/" + delivery + "/replay", "")))
        .isEqualTo("The delivery's webhook endpoint was deleted.");
    assertThat(webhooks.jobs(delivery)).isZero();
    assertThat(data(webhooks.call("GET", "/deliveries/" + delivery, "")).path("state").asString())
        .isEqualTo("delivered");
  }
}
