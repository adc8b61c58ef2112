package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.easel.blackbox.Mailbox.Arrival;
import dev.easel.webhook.Receiver.Received;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an account with one endpoint has to be told: of each task by its callback, and at the
 * endpoint. And the checks that it was, by what the gateway says and by what came.
 */
final class PromisedNews {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String EVENTS = "/events";
  private static final int SUCCEEDED = 3;

  private final Line line;
  private final Supplier<String> url;
  private final Customer customer;
  private final Mailbox mailbox;
  private final String secret;
  private final String key;

  /** What each delivery that was checked is known by. */
  private final Set<String> checked = new TreeSet<>();

  /** Has an endpoint hear of everything, and callbacks signed. */
  PromisedNews(Line line, Supplier<String> url, Customer customer, Mailbox mailbox)
      throws IOException {
    this.line = line;
    this.url = url;
    this.customer = customer;
    this.mailbox = mailbox;
    String wish = JsonNodeFactory.instance.objectNode().put("url", mailbox.url(EVENTS)).toString();
    this.secret = ask("POST", WEBHOOKS, wish).path("secret").stringValue();
    this.key = ask("PUT", WEBHOOKS + "/key", "").path("key").stringValue();
  }

  private JsonNode ask(String method, String path, String body) throws IOException {
    Line.Reply reply = line.call(url.get(), method, path, customer, body);
    assertThat(reply.isAccepted()).as("%s %s: %s", method, path, reply).isTrue();
    return reply.data();
  }

  /** Has {@code order} made, of which its callback is told in the words of kie or of apimodels. */
  String create(Order order, boolean isOfKie) throws IOException {
    return isOfKie
        ? create(KieCalls.CREATE, kie(order).put("callBackUrl", mailbox.url(path(order))))
        : create(
            ApiModelsCalls.IMAGES, apimodels(order).put("callback_url", mailbox.url(path(order))));
  }

  private String create(String path, JsonNode body) throws IOException {
    return ask("POST", path, body.toString()).path("taskId").stringValue();
  }

  private static ObjectNode apimodels(Order order) {
    boolean isInstant = order.kind() == Order.Kind.INSTANT;
    return ApiModelsCalls.body(isInstant ? order.kind().model : "gpt-image-2-beta", order.prompt());
  }

  private static ObjectNode kie(Order order) {
    ObjectNode body = KieCalls.drawing(order.prompt());
    if (order.kind() == Order.Kind.INSTANT) {
      body.put("model", order.kind().model).putObject("input").put("prompt", order.prompt());
    }
    return body;
  }

  /** Where {@code order}, and nothing else, is told of. */
  private static String path(Order order) {
    return "/callback/" + order.prompt().replaceAll("[^a-z0-9-]+", "_");
  }

  /** What is owed now, by what it is known by. */
  Set<String> owed() throws IOException {
    Set<String> keys = new TreeSet<>();
    for (JsonNode delivery : deliveries("?limit=100&state=pending")) {
      keys.add(key(delivery));
    }
    return keys;
  }

  private JsonNode deliveries(String query) throws IOException {
    return ask("GET", WEBHOOKS + "/deliveries" + query, "").path("deliveries");
  }

  /** Its id, which the callback of kie does not tell: that one is known by its address. */
  private static String key(JsonNode delivery) {
    return delivery.path("shape").stringValue().equals("kie")
        ? URI.create(delivery.path("url").stringValue()).getPath()
        : delivery.path("id").stringValue();
  }

  /** Waits until a task has ended and nothing is owed of it, and checks what was told. */
  void checkAtTheEnd(String task, Order order) throws IOException {
    JsonNode end = ask("GET", "/api/v1/tasks/" + task + "?wait=60", "");
    long limit = System.nanoTime() + PATIENCE.toNanos();
    String owed = "?state=pending&task=" + task;
    for (JsonNode left = deliveries(owed); !left.isEmpty(); left = deliveries(owed)) {
      assertThat(System.nanoTime()).as("still owed: %s", left).isLessThan(limit);
      LockSupport.parkNanos(LOOK.toNanos());
    }
    JsonNode deliveries = deliveries("?task=" + task);
    assertThat(deliveries).as("deliveries of %s", end).hasSize(2);
    assertThat(deliveries.get(0).path("endpoint_id").isNull())
        .as("one of two is the callback's: %s", deliveries)
        .isNotEqualTo(deliveries.get(1).path("endpoint_id").isNull());
    deliveries.forEach(delivery -> check(delivery, end, order));
  }

  private void check(JsonNode delivery, JsonNode task, Order order) {
    assertThat(delivery.path("state").stringValue()).as("%s", delivery).isEqualTo("delivered");
    assertThat(checked.add(key(delivery))).as("%s is another one", delivery).isTrue();
    boolean isEvent = delivery.path("endpoint_id").isString();
    for (Arrival arrival : came(key(delivery))) {
      assertThat(arrival.what().path()).isEqualTo(isEvent ? EVENTS : path(order));
      if (isEvent) {
        checkEvent(arrival.what(), task);
      } else {
        checkCallback(arrival.what(), task);
      }
    }
  }

  /** At least one came, and all with the same words. */
  private List<Arrival> came(String key) {
    List<Arrival> came = mailbox.arrivals(key);
    assertThat(came).as("what came of %s", key).isNotEmpty();
    assertThat(came.stream().map(arrival -> anywhere(arrival.what().body())).distinct())
        .as("what was said under %s", key)
        .hasSize(1);
    return came;
  }

  /** A node that is started again listens on another port, and its links follow it. */
  private static String anywhere(String text) {
    return text.replaceAll("http://localhost:\\d+/", "http://localhost/");
  }

  private void checkEvent(Received came, JsonNode task) {
    verify(secret, came);
    assertThat(came.json().path("type").stringValue())
        .isEqualTo(hasSucceeded(task) ? "task.succeeded" : "task.failed");
    assertThat(anywhere(came.json().path("data").toString())).isEqualTo(anywhere(task.toString()));
  }

  private void checkCallback(Received came, JsonNode task) {
    if (came.headers().containsKey("webhook-id")) {
      verify(key, came);
    } else {
      assertThat(came.headers()).containsKey("x-webhook-signature");
    }
    JsonNode data = came.json().path("data");
    assertThat(data.path("taskId")).isEqualTo(task.path("task_id"));
    if (hasSucceeded(task)) {
      assertThat(data.path("state").stringValue()).isIn("completed", "success");
      JsonNode result = JsonMapper.shared().readTree(data.path("resultJson").stringValue());
      assertThat(result.path("resultUrls")).hasSize(1);
      assertThat(anywhere(result.at("/resultUrls/0").stringValue()))
          .isEqualTo(anywhere(task.path("image_url").stringValue()));
    } else {
      assertThat(data.path("state").stringValue()).startsWith("fail");
      assertThat(data.path("failCode").stringValue()).isNotBlank();
    }
  }

  private static boolean hasSucceeded(JsonNode task) {
    return task.path("task_status").asInt() == SUCCEEDED;
  }

  private static void verify(String secret, Received came) {
    Map<String, List<String>> headers = new TreeMap<>();
    came.headers().forEach((name, value) -> headers.put(name, List.of(value)));
    try {
      new Webhook(secret).verify(came.body(), HttpHeaders.of(headers, (_, _) -> true));
    } catch (WebhookVerificationException | EmptyWebhookSecretException forged) {
      throw new AssertionError(came.toString(), forged);
    }
  }

  /** Nothing is owed any more, and nothing came but what was checked. */
  void checkAll() throws IOException {
    assertThat(deliveries("?state=pending")).isEmpty();
    assertThat(deliveries("?state=exhausted")).isEmpty();
    assertThat(mailbox.keys()).isEqualTo(checked);
    checked.forEach(this::came);
  }

  /** How many deliveries were checked. */
  int count() {
    return checked.size();
  }

  /** How many of them came more than once. */
  long countOfRepeated() {
    return checked.stream().filter(each -> mailbox.arrivals(each).size() > 1).count();
  }
}
