package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.easel.db.Database;
import dev.easel.db.EmbeddedPostgres;
import dev.easel.db.PreparedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Results that cannot be stored because nothing more can be written. The kernel refuses the node's
 * writes beyond a file size, as a full disk does, and can be told to stop that.
 */
@Timeout(180)
class DiskFullTest {
  private static final int TASKS = 3;
  private static final long PRICE = 15;

  /** Room for the log, and none for a picture of 200 by 200 pixels of noise. */
  private static final String FULL = "65536:unlimited";

  private static final String ALERT = "results cannot be stored";

  @TempDir(factory = BelowTarget.class)
  private Path data;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void whatWasProducedWaitsUntilThereIsRoom() throws Exception {
    assumeThat(Path.of("/usr/bin/prlimit")).as("limits a process that runs (util-linux)").exists();
    try (Upstream upstream = new Upstream()) {
      upstream.pictures(200);
      furnish(upstream);
      try (Program program = Program.start("serve", "--data", data.toString(), "--port", "0")) {
        List<String> lines = program.linesUntil("Easel is ready at ");
        String url = lines.getLast().substring("Easel is ready at ".length());
        String key = key(lines);
        limitFiles(program, FULL);

        Instant began = Instant.now();
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
          tasks.add(create(url, key));
        }
        awaitAlerts(program, 2);
        assertThat(alerts(program))
            .as("one line in ten seconds, however many wait")
            .isLessThanOrEqualTo(2 + Duration.between(began, Instant.now()).toSeconds() / 10);
        for (String task : tasks) {
          assertThat(get(url, key, "/api/v1/tasks/" + task).path("task_status").asInt())
              .isEqualTo(2);
        }
        JsonNode waiting = get(url, key, "/api/v1/credits");
        assertThat(waiting.path("held").asLong()).as("nothing is refunded").isEqualTo(45);

        limitFiles(program, "unlimited:unlimited");
        for (String task : tasks) {
          JsonNode end = get(url, key, "/api/v1/tasks/" + task + "?wait=60");
          assertThat(end.path("task_status").asInt()).as("%s", end).isEqualTo(3);
          assertThat(status(end.path("image_url").asString())).isEqualTo(200);
        }
        assertThat(upstream.purchases()).as("none was another attempt").hasSize(TASKS);
        JsonNode credits = get(url, key, "/api/v1/credits");
        assertThat(credits.path("available").asLong()).isEqualTo(1_000 - TASKS * PRICE);
        assertThat(credits.path("held").asLong()).isZero();
        assertThat(Program.run("audit", "--data", data.toString()).code()).isZero();
      }
    }
  }

  private void furnish(Upstream upstream) throws IOException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(PreparedDatabase.in(data));
        Database database = Database.open(postgres.address(), 2)) {
      database.transaction(tx -> {
        try {
          Upstream.install(tx, upstream.port(), "\"check-every\":\"100ms\"");
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
        return tx;
      });
    }
  }

  private static String key(List<String> lines) {
    return lines.stream()
        .filter(line -> line.contains("demo API key"))
        .map(line -> line.replaceAll(".*(sk-[0-9A-Za-z]{32}).*", "$1"))
        .findFirst()
        .orElseThrow();
  }

  private static void limitFiles(Program program, String softAndHard) throws Exception {
    Process prlimit =
        new ProcessBuilder(
                "/usr/bin/prlimit", "--pid", Long.toString(program.pid()), "--fsize=" + softAndHard)
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(prlimit.exitValue()).isZero();
  }

  private static long alerts(Program program) throws IOException {
    return program.logged().lines().filter(line -> line.contains(ALERT)).count();
  }

  private static void awaitAlerts(Program program, int count) throws IOException {
    Instant limit = Instant.now().plusSeconds(60);
    while (alerts(program) < count) {
      assertThat(Instant.now()).as("alerts in %s", program.logged()).isBefore(limit);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private String create(String url, String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + Gateway.CREATE))
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(Gateway.image("a hill").toString()))
            .build();
    JsonNode answer =
        JsonMapper.shared().readTree(client.send(request, BodyHandlers.ofString()).body());
    assertThat(answer.path("code").asInt()).as("%s", answer).isEqualTo(200);
    return answer.path("data").path("task_id").asString();
  }

  private JsonNode get(String url, String key, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + key)
            .build();
    return JsonMapper.shared()
        .readTree(client.send(request, BodyHandlers.ofString()).body())
        .path("data");
  }

  private int status(String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
        .statusCode();
  }
}
