package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.AccountId;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.account.OwnFileTerms;
import dev.easel.task.AccountRemovals;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How long files are kept and links work, how much is kept, and what goes with an account. */
class KeepingTest {
  private static final String PICTURE =
      "data:image/png;base64," + Base64.getEncoder().encodeToString(Pictures.png(0xff00ff00, 64));

  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  private static HttpResponse<String> get(String url, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    return gateway
        .node()
        .text(headers.length == 0 ? request.build() : request.headers(headers).build());
  }

  private static String message(HttpResponse<String> answer) {
    JsonNode json = JsonMapper.shared().readTree(answer.body());
    assertThat(json.path("code").asInt()).isEqualTo(answer.statusCode());
    return json.path("msg").asString();
  }

  private static AccountId account(String key) {
    return gateway
        .node()
        .database()
        .read(tx -> Keys.bySecret(tx, new KeySecret(key)).orElseThrow().account());
  }

  private static void terms(String key, OwnFileTerms terms) {
    gateway
        .node()
        .database()
        .transaction(tx -> {
          terms.save(tx, account(key));
          return true;
        });
  }

  private static Reply downloadUrl(String key, String url) {
    return gateway
        .node()
        .post("/api/v1/common/download-url", key, "{\"url\":\"%s\"}".formatted(url));
  }

  @Test
  void anExpiredResultIsGoneInEveryDialect() {
    String key = gateway.node().account(100);
    JsonNode task = gateway.finished(key, Gateway.body("seedance-2", "a kite"));
    String id = task.path("task_id").asString();
    String url = task.path("video_url").asString();
    assertThat(task.path("expires_at").asLong())
        .isCloseTo(task.path("finished_at").asLong() + Duration.ofDays(14).toSeconds(), WITHIN);
    JsonNode video = gateway.node().get("/v1/videos/" + id, key).json();
    assertThat(video.path("expires_at")).isEqualTo(task.path("expires_at"));
    String temporary = downloadUrl(key, url).json().path("data").asString();
    assertThat(get(url).statusCode()).isEqualTo(200);

    gateway.expire(id);
    gateway.until(() -> get(url).statusCode() == 410);
    assertThat(message(get(url))).isEqualTo("this file has expired or was deleted");
    assertThat(get(temporary).statusCode()).isEqualTo(410);
    assertThat(get(url.replace(".mp4", "a.mp4")).statusCode()).isEqualTo(404);
    JsonNode read = gateway.read(key, id).json().path("data");
    assertThat(read.path("task_status").asInt()).isEqualTo(3);
    assertThat(read.path("video_url").asString()).isEqualTo(url);
    Reply content = gateway.node().get("/v1/videos/" + id + "/content", key);
    assertThat(content.status()).isEqualTo(410);
    assertThat(content.json().at("/error/code").asString()).isEqualTo("video_expired");
    JsonNode kie = downloadUrl(key, url).json();
    assertThat(kie.path("code").asInt()).isEqualTo(422);
    assertThat(kie.path("msg").asString()).contains("has expired or was deleted");
  }

  private static final Offset<Long> WITHIN = Offset.offset(5L);

  /** A picture of an account whose links end; waits until the node has heard of that. */
  private static JsonNode signed(String key) {
    terms(key, OwnFileTerms.NONE.linked(Optional.of(Duration.ofHours(1))));
    Instant limit = Instant.now().plusSeconds(60);
    while (true) {
      JsonNode task = gateway.finished(key, Gateway.image("a kite"));
      if (task.path("image_url").asString().contains("signature=")) {
        return task;
      }
      assertThat(Instant.now()).isBefore(limit);
    }
  }

  @Test
  void linksOfAnAccountThatWantsItAreSignedInEveryDialect() {
    String key = gateway.node().account(10_000);
    JsonNode task = signed(key);
    String url = task.path("image_url").asString();
    String id = task.path("task_id").asString();
    HttpResponse<String> file = get(url, "Range", "bytes=0-9");
    assertThat(file.statusCode()).isEqualTo(206);
    assertThat(file.headers().firstValue("Cache-Control").orElseThrow()).startsWith("private");

    String open = url.substring(0, url.indexOf('?'));
    for (String refused :
        new String[] {
          open,
          url.replace("signature=", "signature=A"),
          url.replaceFirst("expires=\\d", "expires=9"),
          url.replace("expires", "expired"),
        }) {
      assertThat(get(refused).statusCode()).as(refused).isEqualTo(403);
      assertThat(message(get(refused))).contains("valid signature");
      assertThat(downloadUrl(key, refused).json().path("msg").asString())
          .contains("valid signature");
      JsonNode asked =
          gateway
              .create(key, Gateway.body("nano-banana-2", "a hat").set("image_urls", list(refused)))
              .json();
      assertThat(asked.path("code").asInt()).as("%s", asked).isZero();
      assertThat(asked.path("msg").asString()).contains("valid signature");
    }
    String temporary = downloadUrl(key, url).json().path("data").asString();
    assertThat(get(temporary).statusCode()).isEqualTo(200);
    JsonNode edited =
        gateway.finished(key, Gateway.body("nano-banana-2", "a hat").set("image_urls", list(url)));
    assertThat(edited.path("task_status").asInt()).as("%s", edited).isEqualTo(3);
    for (String path :
        new String[] {
          "/api/v1/jobs/recordInfo?taskId=",
          "/api/v1/images/generations?task_id=",
          "/api/v1/images/tasks/",
          "/api/v1/tasks/"
        }) {
      assertThat(gateway.node().get(path + id, key).http().body())
          .as(path)
          .contains("?expires=", "signature=");
    }
  }

  private static JsonNode list(String url) {
    return JsonMapper.shared().createArrayNode().add(url);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/tasks/create, 200, /code, 0",
    "/api/v1/jobs/createTask, 200, /code, 433",
    "/api/v1/images/generations, 403, /error/code, storage_full",
    "/api/file-base64-upload, 200, /code, 400",
  })
  void whoHasNoRoomIsRefusedBeforeAnythingIsCharged(
      String path, int status, String field, String value) {
    String key = gateway.node().account(100);
    String body = "{\"model_id\":\"gpt-image-2\",\"prompt\":\"a kite\"}";
    Reply first = gateway.node().post(Gateway.CREATE, key, body, "Idempotency-Key", "first");
    gateway.node().await(key, first.json().at("/data/task_id").asString());
    long left = gateway.available(key);
    terms(key, OwnFileTerms.NONE.bounded(OptionalLong.of(1)));
    String ask =
        switch (path) {
          case "/api/v1/jobs/createTask" ->
              "{\"model\":\"gpt-image/1.5-text-to-image\",\"input\":{\"prompt\":\"a\",\"aspect_ratio\":\"1:1\",\"quality\":\"medium\"}}";
          case "/api/v1/images/generations" -> "{\"model\":\"gpt-image-2\",\"prompt\":\"a\"}";
          case "/api/file-base64-upload" ->
              "{\"base64Data\":\"%s\",\"uploadPath\":\"a\"}".formatted(PICTURE);
          default -> body;
        };
    gateway.until(() ->
        !gateway
            .node()
            .post(
                "/api/file-base64-upload",
                key,
                "{\"base64Data\":\"%s\",\"uploadPath\":\"a\"}".formatted(PICTURE))
            .json()
            .path("success")
            .asBoolean());
    Reply full = gateway.node().post(path, key, ask);
    assertThat(full.status()).as("%s", full.json()).isEqualTo(status);
    assertThat(full.json().at(field).asString()).isEqualTo(value);
    assertThat(full.http().body()).contains("Storage is full");
    assertThat(gateway.available(key)).isEqualTo(left);
    assertThat(gateway.tasks(key)).hasSize(1);
    Reply again = gateway.node().post(Gateway.CREATE, key, body, "Idempotency-Key", "first");
    assertThat(again.http().body()).as("a repetition").isEqualTo(first.http().body());

    terms(key, OwnFileTerms.NONE);
    gateway.until(
        () -> gateway.create(key, Gateway.image("a kite")).json().path("code").asInt() == 200);
  }

  private static AccountRemovals.Removed delete(AccountId account) {
    return gateway
        .node()
        .database()
        .transaction(tx -> AccountRemovals.remove(tx, account, Instant.now()));
  }

  @Test
  void anAccountIsDeletedWithAllThatItHas() {
    String key = gateway.node().account(1_000);
    AccountId account = account(key);
    String url = gateway.finished(key, Gateway.image("a secret")).path("image_url").asString();
    Reply uploaded =
        gateway
            .node()
            .post(
                "/api/file-base64-upload",
                key,
                "{\"base64Data\":\"%s\",\"uploadPath\":\"a\"}".formatted(PICTURE));
    String input = uploaded.json().at("/data/downloadUrl").asString();
    assertThat(get(input).statusCode()).isEqualTo(200);
    String endless = gateway.created(key, Gateway.image(Gateway.endless()));
    assertThat(delete(account)).isEqualTo(new AccountRemovals.Removed.Busy(1));
    assertThat(gateway.read(key, endless).status()).as("nothing was changed").isEqualTo(200);
    gateway.cancel(key, endless);
    news(account);
    gateway.until(() -> delete(account) instanceof AccountRemovals.Removed.Done);
    gateway.until(() -> gateway.node().get("/api/v1/credits", key).status() == 401);
    gateway.until(() -> get(url).statusCode() == 410 && get(input).statusCode() == 404);
    gateway.until(() -> count("job where account_id = " + account) == 0);
    for (String table :
        List.of("webhook_endpoint", "webhook_key", "account_files", "delivery", "idempotency")) {
      assertThat(count(table + " where account_id = " + account)).as(table).isZero();
    }
    assertThat(count("delivery_try where answer = 'of a deleted account'")).isZero();
    assertThat(
            count("task where account_id = " + account + " and (deleted_at is null or body <> '')"))
        .isZero();
    assertThat(count("transfer where account_id = " + account)).isPositive();
    assertThat(count("account where name like 'deleted account%' and id = " + account))
        .isEqualTo(1);
  }

  /** Who is told news of {@code account}, what was told, and what was answered to repetitions. */
  private static void news(AccountId account) {
    for (String sql :
        List.of(
            """
            insert into webhook_endpoint (id, account_id, created_at, secret, url)
            select gen_random_uuid(), id, now(), '', 'https://example.com/' from account where id = ?
            """,
            "insert into webhook_key (account_id, created_at, secret) select id, now(), '' from account where id = ?",
            "insert into account_files (account_id, quota) select id, 0 from account where id = ?",
            """
            with d as (
              insert into delivery (id, account_id, task_id, created_at, finished_at, tries, state, shape, event, url)
              select gen_random_uuid(), id, gen_random_uuid(), now(), now(), 1, 'delivered', 'event', 'task.failed', ''
              from account, generate_series(1, 1200) where id = ?
              returning id
            )
            insert into delivery_try (delivery_id, number, started_at, duration_millis, status, answer)
            select id, 1, now(), 1, 200, 'of a deleted account' from d
            """,
            """
            insert into idempotency (account_id, task_id, created_at, key, fingerprint, answer)
            select id, gen_random_uuid(), now(), 'k' || i, '', '' from account, generate_series(1, 1200) as i
            where id = ?
            """)) {
      gateway.node().database().transaction(tx -> tx.execute(sql, account.value()));
    }
  }

  private static long count(String what) {
    return gateway
        .node()
        .database()
        .read(tx -> tx.createQuery("select count(*) from " + what).mapTo(Long.class).one());
  }
}
