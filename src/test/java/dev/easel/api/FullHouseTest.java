package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import dev.easel.wording.Language;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** Two large bodies at once where there is room for one. */
class FullHouseTest {
  private static final int LARGE = 4 << 20;

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void theSecondIsToldToComeAgainAndThenGetsIn()
      throws IOException, InterruptedException, ExecutionException {
    try (Database database = TestDatabase.create();
        Connections connections = new Connections(ConnectionLimits.USUAL)) {
      Door door = new Door(new Callers(database, InstantSource.system()), new BodyRoom(LARGE));
      WebServer server =
          connections
              .serve(WebServer.builder())
              .host("127.0.0.1")
              .port(0)
              .shutdownHook(false)
              .routing(routing ->
                  routing
                      .addFilter(Server::closeWhenOver)
                      .addFilter(Door::name)
                      .post("/form", door.to(this::form, FullHouseTest::refuse))
                      .post("/json", door.to(FullHouseTest::json, FullHouseTest::refuse)))
              .build()
              .start();
      try {
        CompletableFuture<HttpResponse<String>> first =
            client.sendAsync(form(server, LARGE), BodyHandlers.ofString());
        inside.await();

        HttpResponse<String> second = client.send(form(server, LARGE), BodyHandlers.ofString());
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).contains("2");
        assertThat(client.send(json(server, LARGE), BodyHandlers.ofString()).statusCode())
            .as("in whatever form it comes")
            .isEqualTo(503);
        assertThat(client.send(json(server, 500_000), BodyHandlers.ofString()).statusCode())
            .as("and where the connection stays open")
            .isEqualTo(503);
        assertThat(client.send(json(server, 1_000), BodyHandlers.ofString()).statusCode())
            .as("a small one is in nobody's way")
            .isEqualTo(200);

        goOn.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(client.send(form(server, LARGE), BodyHandlers.ofString()).statusCode())
            .isEqualTo(200);
      } finally {
        goOn.countDown();
        server.stop();
      }
    }
  }

  private Verdict<Answer> form(Exchange exchange) {
    return exchange
        .form(2 * LARGE)
        .map(form -> {
          inside.countDown();
          try {
            goOn.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          return Answer.ok(JsonNodeFactory.instance.objectNode().put("parts", form.parts().size()));
        });
  }

  private static Verdict<Answer> json(Exchange exchange) {
    return exchange.json(2 * LARGE).map(body -> Answer.ok(JsonNodeFactory.instance.objectNode()));
  }

  private static Answer refuse(ApiError error, Language language) {
    return Answer.of(
            error instanceof ApiError.Unavailable ? 503 : 400,
            JsonNodeFactory.instance.objectNode().put("msg", error.message(language)))
        .inDueTime(error);
  }

  private static HttpRequest form(WebServer server, int bytes) {
    String body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            + "x".repeat(bytes)
            + "\r\n--b--\r\n";
    return post(server, "/form", "multipart/form-data; boundary=b", body);
  }

  private static HttpRequest json(WebServer server, int bytes) {
    return post(server, "/json", "application/json", "{\"a\":\"" + "x".repeat(bytes) + "\"}");
  }

  private static HttpRequest post(WebServer server, String path, String type, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .header("Content-Type", type)
        .POST(BodyPublishers.ofString(body))
        .build();
  }
}
