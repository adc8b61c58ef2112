package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.db.RowId;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Endpoints and deliveries by HTTP. Nobody listens at the addresses: what is sent gets nowhere. */
class WebhooksTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String URL = "https://hooks.invalid/easel";
  private static final String UNKNOWN = "019a0000-0000-7000-8000-000000000000";

  /** Each delivery is younger than the one before, whatever the clock says. */
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String key = gateway.node().account(100);

  private Reply call(String method, String path, String body) {
    return call(key, method, path, body);
  }

  private static Reply call(String key, String method, String path, String body) {
    return gateway
        .node()
        .send(
            gateway
                .node()
                .request(WEBHOOKS + path, key)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build());
  }

  private static JsonNode data(Reply reply) {
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    return reply.json().path("data");
  }

  private JsonNode register(String body) {
    return data(call("POST", "", body));
  }

  /** Registers an endpoint for all events; returns its id. */
  private String registered() {
    return register(json(URL)).path("id").asString();
  }

  private static String json(String url) {
    return JsonNodeFactory.instance.objectNode().put("url", url).toString();
  }

  private JsonNode all() {
    return data(call("GET", "", ""));
  }

  @Test
  void anEndpointIsRegisteredReadChangedAndDeleted() {
    JsonNode made =
        register("{\"url\": \" " + URL + " \", \"events\": [\"task.failed\", \"task.failed\"]}");
    String id = made.path("id").asString();
    assertThat(made.path("url").asString()).isEqualTo(URL);
    assertThat(made.path("enabled").booleanValue()).isTrue();
    assertThat(made.path("events")).extracting(JsonNode::asString).containsExactly("task.failed");

    JsonNode read = data(call("GET", "/" + id, ""));
    assertThat(read.properties())
        .isEqualTo(made.deepCopy().asObject().without("secret").properties());
    assertThat(all()).containsExactly(read);

    JsonNode changed =
        data(
            call(
                "PATCH",
                "/" + id,
                "{\"url\":\"http://b.invalid:8080/x?y=1\",\"events\":[],\"enabled\":false}"));
    assertThat(changed.path("url").asString()).isEqualTo("http://b.invalid:8080/x?y=1");
    assertThat(changed.path("events")).isEmpty();
    assertThat(changed.path("enabled").booleanValue()).isFalse();
    assertThat(changed.path("disabled_at").isIntegralNumber()).isTrue();
    assertThat(changed.path("disabled_reason").asString()).isEqualTo("Disabled by its owner.");
    JsonNode enabled = data(call("PATCH", "/" + id, "{\"enabled\":true}"));
    assertThat(enabled.path("enabled").booleanValue()).isTrue();
    assertThat(enabled.path("disabled_reason").isNull()).isTrue();
    assertThat(enabled.path("url")).as("what is left out stays").isEqualTo(changed.path("url"));

    assertThat(data(call("DELETE", "/" + id, "")).isNull()).isTrue();
    assertThat(all()).isEmpty();
    assertThat(Gateway.refusal(call("GET", "/" + id, ""))).isEqualTo("Webhook endpoint not found.");
  }

  @Test
  void theReasonIsToldInTheCallersLanguage() {
    String id = registered();
    call("PATCH", "/" + id, "{\"enabled\":false}");
    Reply chinese =
        gateway
            .node()
            .send(
                gateway
                    .node()
                    .request(WEBHOOKS + "/" + id, key)
                    .header("Accept-Language", "zh")
                    .build());
    assertThat(data(chinese).path("disabled_reason").asString()).isEqualTo("已由其所有者停用。");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | url: required, must be an http(s) URL",
        "{\"url\":null} | url: required, must be an http(s) URL",
        "{\"url\":7} | url: must be a string",
        "{\"url\":\"\"} | url: is not an http or https address",
        "{\"url\":\"hooks.invalid/easel\"} | url: is not an http or https address",
        "{\"url\":\"not a URL\"} | url: is not an http(s) URL",
        "{\"url\":\"https://x.invalid/\\u0000\"} | url: is not an http(s) URL",
        "{\"url\":\"https://x.invalid/\\ud800\"} | url: is not an http(s) URL",
        "{\"url\":\"ftp://hooks.invalid/\"} | url: is not an http or https address",
        "{\"url\":\"file:///etc/passwd\"} | url: is not an http or https address",
        "{\"url\":\"http:///easel\"} | url: has no host",
        "{\"url\":\"https://ada:x@hooks.invalid/\"} | url: carries a user name or password, which is not allowed",
        "{\"url\":\"https://hooks.invalid:0/\"} | url: has a malformed port",
        "{\"url\":\"https://hooks.invalid\",\"events\":\"task.failed\"}"
            + " | events: must be a list of: task.succeeded, task.failed, task.canceled",
        "{\"url\":\"https://hooks.invalid\",\"events\":[\"task.failed\",\"task.done\"]}"
            + " | events[1]: must be one of: task.succeeded, task.failed, task.canceled",
        "{\"url\":\"https://hooks.invalid\",\"events\":[7]}"
            + " | events[0]: must be one of: task.succeeded, task.failed, task.canceled",
        "{\"url\":\"https://hooks.invalid\",\"events\":[\"webhook.test\"]}"
            + " | events[0]: must be one of: task.succeeded, task.failed, task.canceled",
        "[] | The body must be a JSON object."
      })
  void whatIsWrongIsRefusedByName(String body, String message) {
    assertThat(Gateway.refusal(call("POST", "", body))).isEqualTo(message);
    assertThat(all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://127.1:8080/x",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "https://localhost/",
        "https://LOCALHOST:9000/",
        "https://a.localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/"
      })
  void anInsideAddressIsRefusedInEverySpelling(String url) {
    String message = Gateway.refusal(call("POST", "", json(url)));
    assertThat(message).matches("url: leads to an? \\S+ address, which may not be contacted");
    assertThat(all()).isEmpty();
    String id = registered();
    assertThat(Gateway.refusal(call("PATCH", "/" + id, json(url)))).isEqualTo(message);
    assertThat(data(call("GET", "/" + id, "")).path("url").asString()).isEqualTo(URL);
  }

  @Test
  void anAddressThatIsTooLongIsRefused() {
    assertThat(Gateway.refusal(call("POST", "", json(URL + "x".repeat(4_096)))))
        .isEqualTo("url: is longer than 4096 characters");
  }

  @Test
  void theCallbackOfARequestIsReadAsStrictly() {
    Reply reply =
        gateway
            .node()
            .post(
                "/api/v1/jobs/createTask",
                key,
                """
                {"model": "gpt-image/1.5-text-to-image", "callBackUrl": "https://hooks.invalid/\\ud800",
                 "input": {"prompt": "a kite", "aspect_ratio": "1:1", "quality": "medium"}}
                """);
    assertThat(reply.json().path("code").asInt()).isEqualTo(422);
    assertThat(reply.json().path("msg").asString()).isEqualTo("callBackUrl: is not an http(s) URL");
    gateway.assertUntouched(key, 100);
  }

  @Test
  void aChangeMustBeOne() {
    String id = registered();
    String nothing = "Nothing to change: send url, events or enabled, or several of them.";
    assertThat(Gateway.refusal(call("PATCH", "/" + id, "{}"))).isEqualTo(nothing);
    assertThat(Gateway.refusal(call("PATCH", "/" + id, "{\"secret\":\"whsec_mine\"}")))
        .isEqualTo(nothing);
    assertThat(Gateway.refusal(call("PATCH", "/" + id, "{\"enabled\":\"yes\"}")))
        .isEqualTo("enabled: must be true or false");
  }

  @Test
  void anAccountHasAtMostTwenty() {
    for (int i = 0; i < 20; i++) {
      registered();
    }
    assertThat(Gateway.refusal(call("POST", "", json(URL))))
        .isEqualTo(
            "An account has at most 20 webhook endpoints; delete one that is not needed any more.");
    assertThat(all()).hasSize(20);
    data(call("DELETE", "/" + all().get(0).path("id").asString(), ""));
    registered();
  }

  @Test
  void aSecretIsShownOnceAndStoredOnlyEncrypted() {
    JsonNode made = register(json(URL));
    String id = made.path("id").asString();
    String secret = made.path("secret").asString();
    assertThat(secret).matches("whsec_[A-Za-z0-9+/]{43}=");
    assertThat(stored(id)).doesNotContain("whsec", secret.substring(6, 20));

    JsonNode rotated = data(call("POST", "/" + id + "/rotate", ""));
    String next = rotated.path("secret").asString();
    assertThat(next).matches("whsec_[A-Za-z0-9+/]{43}=").isNotEqualTo(secret);
    assertThat(rotated.path("previous_secret_until").asLong())
        .isBetween(
            Instant.now().getEpochSecond() + 86_000, Instant.now().getEpochSecond() + 86_410);
    assertThat(stored(id)).doesNotContain("whsec", secret.substring(6, 20), next.substring(6, 20));

    for (String path : List.of("", "/" + id)) {
      assertThat(call("GET", path, "").http().body()).contains(id).doesNotContain("whsec", next);
    }
    assertThat(call("PATCH", "/" + id, "{\"enabled\":true}").http().body())
        .contains(id)
        .doesNotContain("whsec", next);
  }

  /** The whole row, its bytes as text. */
  private static String stored(String endpoint) {
    return gateway
        .node()
        .database()
        .read(tx ->
            tx.createQuery("select * from webhook_endpoint where id = :id")
                .bind("id", UUID.fromString(endpoint))
                .map((rs, _) -> {
                  StringBuilder row = new StringBuilder();
                  for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
                    row.append(
                        rs.getObject(i) instanceof byte[] bytes
                            ? new String(bytes, ISO_8859_1)
                            : rs.getString(i));
                  }
                  return row.toString();
                })
                .one());
  }

  @Test
  void theKeyOfCallbacksIsMadeReplacedAndTakenAway() {
    String first = data(call("PUT", "/key", "")).path("key").asString();
    String second = data(call("PUT", "/key", "")).path("key").asString();
    assertThat(List.of(first, second)).allMatch(key -> key.matches("whsec_[A-Za-z0-9+/]{43}="));
    assertThat(second).isNotEqualTo(first);
    String stored =
        new String(
            gateway
                .node()
                .database()
                .read(tx ->
                    tx.createQuery(
                            "select secret from webhook_key order by created_at desc limit 1")
                        .mapTo(byte[].class)
                        .one()),
            ISO_8859_1);
    assertThat(stored).doesNotContain("whsec", second.substring(6, 20));
    assertThat(data(call("DELETE", "/key", "")).isNull()).isTrue();
    assertThat(Gateway.refusal(call("DELETE", "/key", "")))
        .isEqualTo("The account has no webhook key.");
  }

  @Test
  void whatIsAnotherAccountsIsNotThere() {
    String id = registered();
    String delivery = deliveryTo(id, "delivered", 1);
    String stranger = gateway.node().account(100);
    List<List<String>> calls =
        List.of(
            List.of("GET", "/%s", ""),
            List.of("PATCH", "/%s", "{\"enabled\":false}"),
            List.of("PATCH", "/%s", "{}"),
            List.of("DELETE", "/%s", ""),
            List.of("POST", "/%s/rotate", ""),
            List.of("POST", "/%s/test", ""),
            List.of("GET", "/deliveries/%s", ""),
            List.of("POST", "/deliveries/%s/replay", ""));
    for (List<String> call : calls) {
      String mine = call.get(1).contains("deliveries") ? delivery : id;
      String unknown =
          call(stranger, call.get(0), call.get(1).formatted(UNKNOWN), call.get(2)).http().body();
      assertThat(unknown).as("%s", call).contains("\"code\":0", "not found");
      for (String path : List.of(mine, "x", "1-1-1-1-1", "%00")) {
        assertThat(
                call(stranger, call.get(0), call.get(1).formatted(path), call.get(2)).http().body())
            .as("%s %s", call, path)
            .isEqualTo(unknown);
      }
    }
    assertThat(data(call(stranger, "GET", "", ""))).isEmpty();
    assertThat(data(call(stranger, "GET", "/deliveries?endpoint=" + id, "")).path("deliveries"))
        .isEmpty();
    assertThat(data(call("GET", "/" + id, "")).path("enabled").booleanValue()).isTrue();
    assertThat(data(call("GET", "/" + id, "")).path("previous_secret_until").isNull()).isTrue();
    assertThat(jobs(delivery)).isZero();
    assertThat(data(call("GET", "/deliveries", "")).path("deliveries")).hasSize(1);
  }

  @Test
  void aTestIsADeliveryThatIsDueAtOnce() {
    String id =
        register("{\"url\":\"" + URL + "\",\"events\":[\"task.failed\"]}").path("id").asString();
    JsonNode made = data(call("POST", "/" + id + "/test", ""));
    String delivery = made.path("id").asString();

    assertThat(made.path("event").asString()).isEqualTo("webhook.test");
    assertThat(made.path("task_id").asString()).isEqualTo(delivery);
    assertThat(made.path("endpoint_id").asString()).isEqualTo(id);
    assertThat(made.path("shape").asString()).isEqualTo("event");
    assertThat(made.path("url").asString()).isEqualTo(URL);
    assertThat(made.path("state").asString()).isEqualTo("pending");
    assertThat(made.path("next_try_at").isIntegralNumber()).isTrue();
    assertThat(jobs(delivery)).isEqualTo(1);

    call("PATCH", "/" + id, "{\"enabled\":false}");
    assertThat(Gateway.refusal(call("POST", "/" + id + "/test", "")))
        .isEqualTo("The webhook endpoint is disabled; change it with \"enabled\": true first.");
    assertThat(data(call("GET", "/deliveries", "")).path("deliveries")).hasSize(1);
  }

  /** Writes a delivery as the sender leaves it, with its tries; returns its id. */
  private String deliveryTo(String endpoint, String state, int tries) {
    UUID id = RowId.random(Instant.now().plusSeconds(MADE.incrementAndGet()));
    Timestamp now = Timestamp.from(Instant.now());
    gateway
        .node()
        .database()
        .transaction(tx -> {
          tx.createUpdate(
                  """
                  insert into delivery (id, account_id, task_id, endpoint_id, created_at, finished_at, tries, state, shape, event, url)
                  select :id, account_id, :task, id, :now, case when :state <> 'pending' then :now::timestamptz end, :tries, :state,
                    'event', 'task.succeeded', 'https://before.invalid/'
                  from webhook_endpoint where id = :endpoint
                  """)
              .bind("id", id)
              .bind("task", UUID.fromString(UNKNOWN))
              .bind("now", now)
              .bind("tries", tries)
              .bind("state", state)
              .bind("endpoint", UUID.fromString(endpoint))
              .execute();
          return tx.createUpdate(
                  """
                  insert into delivery_try (delivery_id, number, started_at, duration_millis, status, failure, answer)
                  select :id, n, :now, 40 + n, case when n % 2 = 0 then 502 end,
                    case when n % 2 = 1 then 'no answer within 15 s' end, case when n % 2 = 0 then 'Bad Gateway' end
                  from generate_series(1, :tries) as n
                  """)
              .bind("id", id)
              .bind("now", now)
              .bind("tries", tries)
              .execute();
        });
    return id.toString();
  }

  private static int jobs(String delivery) {
    return gateway
        .node()
        .database()
        .read(tx ->
            tx.createQuery("select count(*) from job where subject = :id and kind = 'webhook'")
                .bind("id", UUID.fromString(delivery))
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void aDeliveryIsReadWithAllOfItsTries() {
    String delivery = deliveryTo(registered(), "exhausted", 3);
    JsonNode read = data(call("GET", "/deliveries/" + delivery, ""));
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
    assertThat(data(call("GET", "/deliveries", "")).at("/deliveries/0/last_try"))
        .isEqualTo(read.path("log").get(2));
  }

  @Test
  void deliveriesAreListedNewestFirstByPageAndByWhatIsAskedFor() {
    String a = registered();
    String b = registered();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(deliveryTo(i < 2 ? a : b, i % 2 == 0 ? "delivered" : "exhausted", i));
    }
    assertThat(ids("")).isEqualTo(made);
    JsonNode first = data(call("GET", "/deliveries?limit=2", ""));
    String cursor = first.path("next_cursor").asString();
    assertThat(cursor).isEqualTo(made.get(1));
    assertThat(ids("?limit=3&cursor=" + cursor)).isEqualTo(made.subList(2, 5));
    assertThat(data(call("GET", "/deliveries", "")).path("next_cursor").isNull()).isTrue();
    assertThat(ids("?endpoint=" + a)).containsExactly(made.get(4), made.get(3));
    assertThat(ids("?state=exhausted")).containsExactly(made.get(3), made.get(1));
    assertThat(ids("?state=pending")).isEmpty();
    assertThat(ids("?task=" + UNKNOWN)).hasSize(5);
    assertThat(ids("?task=" + a)).isEmpty();
    assertThat(ids("?endpoint=" + b + "&state=exhausted")).containsExactly(made.get(1));
  }

  private List<String> ids(String query) {
    JsonNode page = data(call("GET", "/deliveries" + query, "")).path("deliveries");
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
    assertThat(Gateway.refusal(call("GET", "/deliveries?" + query, ""))).isEqualTo(message);
  }

  @Test
  void aReplayWritesOneJobHoweverOftenItIsAskedFor() throws Exception {
    String endpoint = registered();
    String delivery = deliveryTo(endpoint, "exhausted", 8);
    List<Future<Reply>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        asked.add(threads.submit(() -> call("POST", "/deliveries/" + delivery + "/replay", "")));
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
    assertThat(jobs(delivery)).isEqualTo(1);
    JsonNode read = data(call("GET", "/deliveries/" + delivery, ""));
    assertThat(read.path("tries").asInt()).as("they go on counting").isGreaterThanOrEqualTo(8);
    assertThat(read.path("log").size()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void whatHasNobodyToGoToIsNotReplayed() {
    String endpoint = registered();
    String delivery = deliveryTo(endpoint, "delivered", 1);
    call("PATCH", "/" + endpoint, "{\"enabled\":false}");
    assertThat(Gateway.refusal(call("POST", "/deliveries/" + delivery + "/replay", "")))
        .isEqualTo("The webhook endpoint is disabled; change it with \"enabled\": true first.");
    call("DELETE", "/" + endpoint, "");
    assertThat(Gateway.refusal(call("POST", "/deliveries/" + delivery + "/replay", "")))
        .isEqualTo("The delivery's webhook endpoint was deleted.");
    assertThat(jobs(delivery)).isZero();
    assertThat(data(call("GET", "/deliveries/" + delivery, "")).path("state").asString())
        .isEqualTo("delivered");
  }

  @Test
  void withoutAKeyNothingIsTold() {
    for (String path : List.of("", "/" + UNKNOWN, "/deliveries", "/deliveries/" + UNKNOWN)) {
      assertThat(call("sk-none", "GET", path, "").status()).as(path).isEqualTo(401);
    }
    assertThat(call("sk-none", "POST", "", "{").status()).isEqualTo(401);
    assertThat(call("sk-none", "PUT", "/key", "").status()).isEqualTo(401);
  }
}
