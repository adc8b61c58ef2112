package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.blackbox.Program.Ended;
import dev.easel.db.PreparedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole program: started, killed, restarted, and with its commands beside it. */
class ProgramTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int CREATES = 200;
  private static final int ANSWERS_BEFORE_THE_KILL = 60;

  /** Below the build directory: a database must not fill a small /tmp. */
  @TempDir(factory = BelowTarget.class)
  private Path data;

  /** A running server and how to ask it. */
  private record Server(Program program, String url, String key) implements AutoCloseable {
    JsonNode get(String path) {
      return ask(HttpRequest.newBuilder(URI.create(url + path)));
    }

    JsonNode create(String prompt) {
      return ask(
          HttpRequest.newBuilder(URI.create(url + Gateway.CREATE))
              .POST(BodyPublishers.ofString(Gateway.image(prompt).toString())));
    }

    int status(String key) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url + "/api/v1/credits"))
              .header("Authorization", "Bearer " + key)
              .build();
      return CLIENT.send(request, BodyHandlers.discarding()).statusCode();
    }

    private JsonNode ask(HttpRequest.Builder request) {
      try {
        HttpResponse<String> answer =
            CLIENT.send(
                request.header("Authorization", "Bearer " + key).build(), BodyHandlers.ofString());
        return JsonMapper.shared().readTree(answer.body());
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }

    @Override
    public void close() throws IOException {
      program.close();
    }
  }

  private Server serve(String knownKey) throws IOException {
    Program program =
        Program.start(
            "serve",
            "--data",
            data.toString(),
            "--port",
            "0",
            "--sandbox-image-latency",
            "50ms",
            "--engine-lease-seconds",
            "3",
            "--tasks-running-per-account",
            "50");
    List<String> lines = program.linesUntil("Easel is ready at ");
    String url = lines.getLast().substring("Easel is ready at ".length());
    String key =
        lines.stream()
            .filter(line -> line.contains("demo API key"))
            .map(line -> line.replaceAll(".*(sk-[0-9A-Za-z]{32}).*", "$1"))
            .findFirst()
            .orElse(knownKey);
    return new Server(program, url, key);
  }

  @Test
  void whatWasAnsweredSurvivesAKill() throws Exception {
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    String key;
    try (Server server = serve("")) {
      key = server.key;
      assertThat(command("account", "grant", "demo", "5000").code()).isZero();
      createUntilKilled(server, acknowledged);
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ANSWERS_BEFORE_THE_KILL);
    try (Server server = serve(key)) {
      assertThat(server.key).as("the first start's key goes on").isEqualTo(key);
      Map<String, JsonNode> tasks = allFinished(server);
      assertThat(tasks).containsKeys(acknowledged.keySet().toArray(String[]::new));
      tasks.forEach((task, end) -> {
        String prompt = acknowledged.getOrDefault(task, "");
        assertThat(end.path("task_status").asInt())
            .as("%s of \"%s\"", end, prompt)
            .isIn(
                prompt.startsWith("a kite")
                    ? List.of(3)
                    : prompt.isEmpty() ? List.of(3, 4) : List.of(4));
      });
      long spent = 0;
      for (JsonNode task : tasks.values()) {
        if (task.path("task_status").asInt() == 3) {
          spent += task.path("credits").asLong();
          assertThat(fileStatus(task.path("image_url").asString())).isEqualTo(200);
        }
      }
      JsonNode credits = server.get("/api/v1/credits").path("data");
      assertThat(credits.path("held").asLong()).isZero();
      assertThat(credits.path("available").asLong()).isEqualTo(6_000 - spent);
      Ended audit = command("audit");
      assertThat(audit.code()).as(audit.out()).isZero();
      assertThat(audit.out()).startsWith("ok: ");
      assertThat(server.program.terminate()).isIn(0, 143);
    }
  }

  private static void createUntilKilled(Server server, Map<String, String> acknowledged)
      throws InterruptedException {
    CountDownLatch enough = new CountDownLatch(ANSWERS_BEFORE_THE_KILL);
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int thread = 0; thread < 8; thread++) {
        threads.execute(() -> {
          try {
            for (int i = next.getAndIncrement(); i < CREATES; i = next.getAndIncrement()) {
              String prompt =
                  switch (i % 10) {
                    case 0 -> "a kite " + i;
                    case 1, 2, 3 -> "fail: " + i;
                    default -> "policy: " + i;
                  };
              JsonNode answer = server.create(prompt);
              assertThat(answer.path("code").asInt()).as("%s", answer).isEqualTo(200);
              acknowledged.put(answer.at("/data/task_id").asString(), prompt);
              enough.countDown();
            }
          } catch (UncheckedIOException killed) {
            enough.countDown(); // this request was not answered: nothing was promised
          }
        });
      }
      enough.await();
      server.program.kill();
    }
  }

  /** Every task of the account, by id, as it ended. */
  private static Map<String, JsonNode> allFinished(Server server) {
    Map<String, JsonNode> tasks = new HashMap<>();
    String cursor = "";
    do {
      JsonNode page = server.get("/api/v1/tasks?limit=100" + cursor).path("data");
      for (JsonNode task : page.path("tasks")) {
        String id = task.path("task_id").asString();
        JsonNode end = server.get("/api/v1/tasks/" + id + "?wait=60").path("data");
        assertThat(end.path("task_status").asInt()).as("%s ends", end).isGreaterThan(2);
        tasks.put(id, end);
      }
      cursor =
          page.path("next_cursor").isNull() ? "" : "&cursor=" + page.path("next_cursor").asString();
    } while (!cursor.isEmpty());
    return tasks;
  }

  private static int fileStatus(String url) throws IOException, InterruptedException {
    return CLIENT
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void commandsWorkBesideARunningServer() throws Exception {
    try (Server server = serve("")) {
      Path secrets = data.resolve("first-run.txt");
      assertThat(Files.readString(secrets)).contains(server.key);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
          .isEqualTo("rw-------");

      Ended created = command("account", "create", "shop", "--credits", "100", "--json");
      assertThat(created.code()).as(created.err()).isZero();
      assertThat(JsonMapper.shared().readTree(created.out()).get(0).path("name").asString())
          .isEqualTo("shop");
      assertThat(command("account", "create", "shop").err().lines()).hasSize(1);

      Ended key = command("key", "create", "shop", "--name", "till");
      assertThat(key.out()).matches("sk-[0-9A-Za-z]{32}\n");
      String secret = key.out().strip();
      assertThat(server.status(secret)).isEqualTo(200);

      Ended list = command("key", "list", "shop", "--json");
      assertThat(list.out()).contains("till").doesNotContain(secret);
      String id = JsonMapper.shared().readTree(list.out()).get(0).path("id").asString();
      assertThat(command("account", "statement", "shop", "--json").out()).contains("\"grant\"");
      Ended unlabelled = command("account", "label", "shop", "on");
      assertThat(unlabelled.code()).isNotZero();
      assertThat(unlabelled.err()).contains("provenance.producer");
      String producer = "--provenance-producer=001";
      assertThat(command("account", "label", "shop", "on", producer).out())
          .contains("shop", "true");
      assertThat(command("account", "label", "shop", "setting").out()).contains("false");

      assertThat(command("key", "revoke", id).code()).isZero();
      Instant limit = Instant.now().plusSeconds(20);
      while (server.status(secret) == 200) {
        assertThat(Instant.now()).as("a revoked key is refused soon").isBefore(limit);
      }
      assertThat(server.status(secret)).isEqualTo(401);

      JsonNode audit = JsonMapper.shared().readTree(command("audit", "--json").out());
      assertThat(audit.path("accounts").asInt()).isEqualTo(3);
      assertThat(audit.path("violations")).isEmpty();

      Ended second = command("serve", "--port", "0");
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err().lines()).singleElement().asString().contains("is in use by another");
      assertThat(server.status(server.key)).isEqualTo(200);
      assertThat(server.program.terminate()).isIn(0, 143);
    }
  }

  @Test
  void aTakenPortIsSaidInOneLine() throws Exception {
    PreparedDatabase.in(data);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended ended = command("serve", "--port", Integer.toString(taken.getLocalPort()));
      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.err().lines())
          .singleElement()
          .asString()
          .startsWith("easel: cannot listen on")
          .contains(Integer.toString(taken.getLocalPort()));
    }
  }

  private Ended command(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--data");
    all.add(data.toString());
    return Program.run(all.toArray(String[]::new));
  }
}
