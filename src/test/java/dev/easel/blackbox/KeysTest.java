package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode.Reply;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and who is not, and that nobody learns why. */
class KeysTest {
  @RegisterExtension static final Gateway gateway = Gateway.with(Map.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer sk-",
        "Basic dXNlcjpwYXNz",
        "Digest realm=x",
        "sk-0123456789abcdefghijklmnopqrstuv",
        "Bearer sk-0123456789abcdefghijklmnopqrstu",
        "Bearer sk-0123456789abcdefghijklmnopqrstuvw",
        "Bearer sk-0123456789abcdefghijklmnopqrst'--"
      })
  void whatIsNoKeyIsAnHttp401(String authorization) {
    Reply reply = authorized(authorization);
    assert401(reply);
  }

  @Test
  void aMissingHeaderIsAnHttp401WhereverAKeyIsNeeded() {
    for (String path :
        List.of("/api/v1/tasks", "/api/v1/tasks/x", "/api/v1/credits", "/api/v1/models")) {
      assert401(gateway.node().send(HttpRequest.newBuilder(uri(path)).build()));
    }
    for (String path : List.of(Gateway.CREATE, "/api/v1/quote", "/api/v1/tasks/x/cancel")) {
      assert401(
          gateway
              .node()
              .send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString("{")).build()));
    }
  }

  @Test
  void nobodyCanTellAnUnknownKeyFromARevokedOrExpiredOne() {
    String revoked = gateway.node().account(100);
    gateway.revoke(revoked);
    String expired = gateway.node().account(100, expiringAt(Instant.now().minusSeconds(1)), 0);
    Reply unknown = authorized("Bearer " + KeySecret.random().text());
    assert401(unknown);
    for (String key : List.of(revoked, expired)) {
      Reply reply = authorized("Bearer " + key);
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.http().body()).isEqualTo(unknown.http().body());
      assertThat(reply.http().headers().map().keySet())
          .isEqualTo(unknown.http().headers().map().keySet());
    }
  }

  @Test
  void aKeyInUseStopsWorkingWhenItIsRevoked() {
    String key = gateway.node().account(100);
    assertThat(authorized("Bearer " + key).status()).isEqualTo(200);
    gateway.revoke(key);
    Instant limit = Instant.now().plusSeconds(20);
    while (authorized("Bearer " + key).status() == 200) {
      assertThat(Instant.now()).isBefore(limit);
    }
    assert401(authorized("Bearer " + key));
  }

  @Test
  void aKeyThatExpiresLaterWorks() {
    String key = gateway.node().account(100, expiringAt(Instant.now().plusSeconds(3600)), 0);
    assertThat(authorized("Bearer " + key).status()).isEqualTo(200);
  }

  @Test
  void theSchemeMayBeWrittenInAnyCase() {
    String key = gateway.node().account(100);
    for (String scheme : List.of("Bearer ", "bearer ", "BEARER ", "Bearer   ")) {
      assertThat(authorized(scheme + key).status()).as(scheme).isEqualTo(200);
    }
  }

  @Test
  void aKeyWorksOnlyFromItsAddresses() {
    String elsewhere = gateway.node().account(100, from("203.0.113.0/24", "2001:db8::/32"), 0);
    assert401(gateway.create(elsewhere, Gateway.image("a kite")));
    String here = gateway.node().account(100, from("10.0.0.0/8", "127.0.0.0/8", "::1"), 0);
    assertThat(gateway.available(here)).isEqualTo(100);
    // The account itself has lost nothing by it.
    gateway.assertUntouched(gateway.anotherKey(elsewhere, Key.Rules.NONE), 100);
  }

  @Test
  void oneAccountSeesNothingOfAnother() {
    String mine = gateway.node().account(100);
    String theirs = gateway.node().account(100);
    String task = gateway.created(mine, Gateway.image(Gateway.endless()));
    String unknown = gateway.read(theirs, "019a0000-0000-7000-8000-000000000000").http().body();
    assertThat(unknown).contains("\"code\":0");
    for (String id :
        List.of(
            task,
            task.toUpperCase(Locale.ROOT),
            "abcdef123456",
            "x".repeat(36),
            "%00",
            "1-1-1-1-1",
            "019a0000-0000-7000-8000-00000000000g")) {
      Reply read = gateway.read(theirs, id);
      assertThat(read.status()).as(id).isEqualTo(200);
      assertThat(read.http().body()).as(id).isEqualTo(unknown);
      assertThat(gateway.cancel(theirs, id).http().body()).as("cancel %s", id).isEqualTo(unknown);
    }
    gateway.assertUntouched(theirs, 100);
    assertThat(gateway.read(mine, task).json().at("/data/task_id").asString()).isEqualTo(task);
  }

  private static Key.Rules expiringAt(Instant time) {
    return new Key.Rules(
        OptionalLong.empty(), OptionalLong.empty(), Optional.of(time), List.of(), List.of());
  }

  private static Key.Rules from(String... networks) {
    return new Key.Rules(
        OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), List.of(), List.of(networks));
  }

  private static void assert401(Reply reply) {
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.json().path("code").asInt()).isEqualTo(401);
    assertThat(reply.json().path("msg").asString()).isNotBlank();
    assertThat(reply.http().headers().firstValue("X-Request-Id")).isPresent();
  }

  private static Reply authorized(String header) {
    return gateway
        .node()
        .send(
            HttpRequest.newBuilder(uri("/api/v1/credits")).header("Authorization", header).build());
  }

  private static URI uri(String path) {
    return URI.create(gateway.node().url() + path);
  }
}
