package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.db.RowId;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What an account asks about webhooks. Nobody listens at their addresses: what is sent gets
 * nowhere.
 */
record WebhookCalls(Gateway gateway, String key) {
  static final String URL = "https://hooks.invalid/easel";

  /** An id that nothing has. */
  static final String UNKNOWN = "019a0000-0000-7000-8000-000000000000";

  private static final String WEBHOOKS = "/api/v1/webhooks";

  /** Each delivery is younger than the one before, whatever the clock says. */
  private static final AtomicInteger MADE = new AtomicInteger();

  /** Of a new account. */
  static WebhookCalls ofNewAccount(Gateway gateway) {
    return new WebhookCalls(gateway, gateway.node().account(100));
  }

  /** Asks for what is below the path of webhooks. */
  Reply call(String method, String path, String body) {
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

  /** What an answer brought, which has to be a good one. */
  static JsonNode data(Reply reply) {
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("code").asInt()).as("%s", reply.json()).isEqualTo(200);
    return reply.json().path("data");
  }

  /** Registers an endpoint. */
  JsonNode register(String body) {
    return data(call("POST", "", body));
  }

  /** Registers an endpoint for all events; returns its id. */
  String registered() {
    return register(json(URL)).path("id").asString();
  }

  /** A body that asks for an endpoint at {@code url}. */
  static String json(String url) {
    return JsonNodeFactory.instance.objectNode().put("url", url).toString();
  }

  /** Writes a delivery as the sender leaves it, with its tries; returns its id. */
  String deliveryTo(String endpoint, String state, int tries) {
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

  /** Has a delivery be of an event that is about no task; returns its id. */
  String ofNoTask(String delivery) {
    gateway
        .node()
        .database()
        .read(tx ->
            tx.execute(
                "update delivery set task_id = id, event = 'webhook.test' where id = ?::uuid",
                delivery));
    return delivery;
  }

  /** How many jobs bring a delivery. */
  int jobs(String delivery) {
    return gateway
        .node()
        .database()
        .read(tx ->
            tx.createQuery("select count(*) from job where subject = :id and kind = 'webhook'")
                .bind("id", UUID.fromString(delivery))
                .mapTo(Integer.class)
                .one());
  }
}
