package dev.easel.blackbox;

import static dev.easel.blackbox.WebhookCalls.UNKNOWN;
import static dev.easel.blackbox.WebhookCalls.URL;
import static dev.easel.blackbox.WebhookCalls.data;
import static dev.easel.blackbox.WebhookCalls.json;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** An account's endpoints and their secrets, by HTTP. */
class WebhooksTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private final WebhookCalls webhooks = WebhookCalls.ofNewAccount(gateway);

  private JsonNode all() {
    return data(webhooks.call("GET", "", ""));
  }

  @Test
  void anEndpointIsRegisteredReadChangedAndDeleted() {
    JsonNode made =
        webhooks.register(
            "{\"url\": \" " + URL + " \", \"events\": [\"task.failed\", \"task.failed\"]}");
    String id = made.path("id").asString();
    assertThat(made.path("url").asString()).isEqualTo(URL);
    assertThat(made.path("enabled").booleanValue()).isTrue();
    assertThat(made.path("events")).extracting(JsonNode::asString).containsExactly("task.failed");

    JsonNode read = data(webhooks.call("GET", "/" + id, ""));
    assertThat(read.properties())
        .isEqualTo(made.deepCopy().asObject().without("secret").properties());
    assertThat(all()).containsExactly(read);

    JsonNode changed =
        data(
            webhooks.call(
                "PATCH",
                "/" + id,
                "{\"url\":\"http://b.invalid:8080/x?y=1\",\"events\":[],\"enabled\":false}"));
    assertThat(changed.path("url").asString()).isEqualTo("http://b.invalid:8080/x?y=1");
    assertThat(changed.path("events")).isEmpty();
    assertThat(changed.path("enabled").booleanValue()).isFalse();
    assertThat(changed.path("disabled_at").isIntegralNumber()).isTrue();
    assertThat(changed.path("disabled_reason").asString()).isEqualTo("Disabled by its owner.");
    JsonNode enabled = data(webhooks.call("PATCH", "/" + id, "{\"enabled\":true}"));
    assertThat(enabled.path("enabled").booleanValue()).isTrue();
    assertThat(enabled.path("disabled_reason").isNull()).isTrue();
    assertThat(enabled.path("url")).as("what is left out stays").isEqualTo(changed.path("url"));

    assertThat(data(webhooks.call("DELETE", "/" + id, "")).isNull()).isTrue();
    assertThat(all()).isEmpty();
    assertThat(Gateway.refusal(webhooks.call("GET", "/" + id, "")))
        .isEqualTo("Webhook endpoint not found.");
  }

  @Test
  void theReasonIsToldInTheCallersLanguage() {
    String id = webhooks.registered();
    webhooks.call("PATCH", "/" + id, "{\"enabled\":false}");
    Reply chinese =
        gateway
            .node()
            .send(
                gateway
                    .node()
                    .request("/api/v1/webhooks/" + id, webhooks.key())
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
    assertThat(Gateway.refusal(webhooks.call("POST", "", body))).isEqualTo(message);
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
    String message = Gateway.refusal(webhooks.call("POST", "", json(url)));
    assertThat(message).matches("url: leads to an? \\S+ address, which may not be contacted");
    assertThat(all()).isEmpty();
    String id = webhooks.registered();
    assertThat(Gateway.refusal(webhooks.call("PATCH", "/" + id, json(url)))).isEqualTo(message);
    assertThat(data(webhooks.call("GET", "/" + id, "")).path("url").asString()).isEqualTo(URL);
  }

  @Test
  void anAddressThatIsTooLongIsRefused() {
    assertThat(Gateway.refusal(webhooks.call("POST", "", json(URL + "x".repeat(4_096)))))
        .isEqualTo("url: is longer than 4096 characters");
  }

  @Test
  void theCallbackOfARequestIsReadAsStrictly() {
    Reply reply =
        gateway
            .node()
            .post(
                "/api/v1/jobs/createTask",
                webhooks.key(),
                """
                {"model": "gpt-image/1.5-text-to-image", "callBackUrl": "https://hooks.invalid/\\ud800",
                 "input": {"prompt": "a kite", "aspect_ratio": "1:1", "quality": "medium"}}
                """);
    assertThat(reply.json().path("code").asInt()).isEqualTo(422);
    assertThat(reply.json().path("msg").asString()).isEqualTo("callBackUrl: is not an http(s) URL");
    gateway.assertUntouched(webhooks.key(), 100);
  }

  @Test
  void aChangeMustBeOne() {
    String id = webhooks.registered();
    String nothing = "Nothing to change: send url, events or enabled, or several of them.";
    assertThat(Gateway.refusal(webhooks.call("PATCH", "/" + id, "{}"))).isEqualTo(nothing);
    assertThat(Gateway.refusal(webhooks.call("PATCH", "/" + id, "{\"secret\":\"whsec_mine\"}")))
        .isEqualTo(nothing);
    assertThat(Gateway.refusal(webhooks.call("PATCH", "/" + id, "{\"enabled\":\"yes\"}")))
        .isEqualTo("enabled: must be true or false");
  }

  @Test
  void anAccountHasAtMostTwenty() {
    for (int i = 0; i < 20; i++) {
      webhooks.registered();
    }
    assertThat(Gateway.refusal(webhooks.call("POST", "", json(URL))))
        .isEqualTo(
            "An account has at most 20 webhook endpoints; delete one that is not needed any more.");
    assertThat(all()).hasSize(20);
    data(webhooks.call("DELETE", "/" + all().get(0).path("id").asString(), ""));
    webhooks.registered();
  }

  @Test
  void aSecretIsShownOnceAndStoredOnlyEncrypted() {
    JsonNode made = webhooks.register(json(URL));
    String id = made.path("id").asString();
    String secret = made.path("secret").asString();
    assertThat(secret).matches("whsec_[A-Za-z0-9+/]{43}=");
    assertThat(stored(id)).doesNotContain("whsec", secret.substring(6, 20));

    JsonNode rotated = data(webhooks.call("POST", "/" + id + "/rotate", ""));
    String next = rotated.path("secret").asString();
    assertThat(next).matches("whsec_[A-Za-z0-9+/]{43}=").isNotEqualTo(secret);
    assertThat(rotated.path("previous_secret_until").asLong())
        .isBetween(
            Instant.now().getEpochSecond() + 86_000, Instant.now().getEpochSecond() + 86_410);
    assertThat(stored(id)).doesNotContain("whsec", secret.substring(6, 20), next.substring(6, 20));

    for (String path : List.of("", "/" + id)) {
      assertThat(webhooks.call("GET", path, "").http().body())
          .contains(id)
          .doesNotContain("whsec", next);
    }
    assertThat(webhooks.call("PATCH", "/" + id, "{\"enabled\":true}").http().body())
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
    String first = data(webhooks.call("PUT", "/key", "")).path("key").asString();
    String second = data(webhooks.call("PUT", "/key", "")).path("key").asString();
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
    assertThat(data(webhooks.call("DELETE", "/key", "")).isNull()).isTrue();
    assertThat(Gateway.refusal(webhooks.call("DELETE", "/key", "")))
        .isEqualTo("The account has no webhook key.");
  }

  @Test
  void whatIsAnotherAccountsIsNotThere() {
    String id = webhooks.registered();
    String delivery = webhooks.deliveryTo(id, "delivered", 1);
    WebhookCalls stranger = WebhookCalls.ofNewAccount(gateway);
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
          stranger.call(call.get(0), call.get(1).formatted(UNKNOWN), call.get(2)).http().body();
      assertThat(unknown).as("%s", call).contains("\"code\":0", "not found");
      for (String path : List.of(mine, "x", "1-1-1-1-1", "%00")) {
        assertThat(
                stranger.call(call.get(0), call.get(1).formatted(path), call.get(2)).http().body())
            .as("%s %s", call, path)
            .isEqualTo(unknown);
      }
    }
    assertThat(data(stranger.call("GET", "", ""))).isEmpty();
    assertThat(data(stranger.call("GET", "/deliveries?endpoint=" + id, "")).path("deliveries"))
        .isEmpty();
    assertThat(data(webhooks.call("GET", "/" + id, "")).path("enabled").booleanValue()).isTrue();
    assertThat(data(webhooks.call("GET", "/" + id, "")).path("previous_secret_until").isNull())
        .isTrue();
    assertThat(webhooks.jobs(delivery)).isZero();
    assertThat(data(webhooks.call("GET", "/deliveries", "")).path("deliveries")).hasSize(1);
  }

  @Test
  void withoutAKeyNothingIsTold() {
    WebhookCalls nobody = new WebhookCalls(gateway, "sk-none");
    for (String path : List.of("", "/" + UNKNOWN, "/deliveries", "/deliveries/" + UNKNOWN)) {
      assertThat(nobody.call("GET", path, "").status()).as(path).isEqualTo(401);
    }
    assertThat(nobody.call("POST", "", "{").status()).isEqualTo(401);
    assertThat(nobody.call("PUT", "/key", "").status()).isEqualTo(401);
  }
}
