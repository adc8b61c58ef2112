package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.TestNode.Reply;
import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import dev.easel.engine.Jobs;
import dev.easel.engine.Lane;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A node that is told to stop while a customer is still sending. */
class StoppingTest {
  @Test
  void whatBecomesDueWhileRequestsAreWaitedForIsLeftToOthers() throws Exception {
    Database.Address address = TestDatabase.address();
    TestNode node = TestNode.start(Map.of("sandbox.concurrency", "0"), address);
    String key = node.account(100);
    String task = node.create(key, Gateway.image(Gateway.endless()).toString());
    try (Database database = Database.open(address, 2);
        Socket slow = halfARequest(node, key)) {
      CompletableFuture<Integer> waiting =
          CompletableFuture.supplyAsync(
              () -> node.get("/api/v1/tasks/" + task + "?wait=60", key).status(),
              Thread::startVirtualThread);
      while (node.watchers() == 0) {
        Thread.onSpinWait();
      }
      CompletableFuture<Void> closed =
          CompletableFuture.runAsync(node::close, Thread::startVirtualThread);
      assertThat(waiting.join()).as("it has begun to stop").isEqualTo(200);

      UUID job = insertJob(database);
      while (isAnyClaimerAlive() && claims(database, job) == 0) {
        Thread.onSpinWait();
      }
      assertThat(claims(database, job)).isZero();
      assertThat(closed).as("it waits for the rest of the request").isNotDone();
      slow.shutdownOutput();
      closed.join();
    }
  }

  /** Only a caller whose repetition joins the task is invited to ask again. */
  @Test
  void aPictureThatIsWaitedForIsAskedForAgainOnlyByThoseWhoJoinIt() {
    TestNode node = TestNode.start(Map.of("sandbox.concurrency", "0", "drain-seconds", "5"));
    String key = node.account(100);
    CompletableFuture<Reply> plain = generated(node, key);
    CompletableFuture<Reply> named = generated(node, key, "Idempotency-Key", "a");
    CompletableFuture<Reply> counted = generated(node, key, "x-stainless-retry-count", "0");
    CompletableFuture<Reply> miscounted = generated(node, key, "x-stainless-retry-count", "no");
    while (node.watchers() < 4) {
      Thread.onSpinWait();
    }
    node.close();
    assertSaid(named.join(), 503, "true", "service_unavailable");
    assertSaid(counted.join(), 503, "true", "service_unavailable");
    assertSaid(plain.join(), 504, "false", "still_running");
    assertSaid(miscounted.join(), 504, "false", "still_running");
  }

  private static CompletableFuture<Reply> generated(TestNode node, String key, String... headers) {
    String body = "{\"model\":\"gpt-image-2\",\"prompt\":\"%s\"}".formatted(Gateway.endless());
    return CompletableFuture.supplyAsync(
        () -> node.post("/v1/images/generations", key, body, headers), Thread::startVirtualThread);
  }

  private static void assertSaid(Reply reply, int status, String again, String code) {
    assertThat(reply.status()).as("%s", reply.json()).isEqualTo(status);
    assertThat(reply.http().headers().firstValue("x-should-retry")).contains(again);
    assertThat(reply.http().headers().firstValue("Retry-After").isPresent())
        .isEqualTo(status == 503);
    assertThat(reply.json().at("/error/code").asString()).isEqualTo(code);
    assertThat(reply.json().at("/error/message").asString())
        .contains("The task goes on: read it at GET /api/v1/tasks/");
  }

  private static Socket halfARequest(TestNode node, String key) throws IOException {
    URI url = URI.create(node.url());
    Socket socket = new Socket(url.getHost(), url.getPort());
    String head =
        "POST %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{"
            .formatted(Gateway.CREATE, key);
    socket.getOutputStream().write(head.getBytes(ISO_8859_1));
    return socket;
  }

  private static UUID insertJob(Database database) throws SQLException {
    UUID subject = UUID.randomUUID();
    Jobs.NewJob job =
        new Jobs.NewJob(
            subject, "test", Lane.MAIN, new AccountId(1), Instant.EPOCH, Optional.empty());
    try (Connection connection = database.connection()) {
      Pipeline.run(connection, writes -> Jobs.insert(writes, List.of(job)));
    }
    return subject;
  }

  private static long claims(Database database, UUID subject) {
    return database.read(tx ->
        tx.createQuery("select claim from job where subject = :subject")
            .bind("subject", subject)
            .mapTo(Long.class)
            .one());
  }

  private static boolean isAnyClaimerAlive() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("claimer-"));
  }
}
