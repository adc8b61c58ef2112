package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.blackbox.FaultProxy.Direction;
import dev.easel.blackbox.Upstream.Call;
import dev.easel.blackbox.Upstream.Fault;
import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * A node whose upstream, or the network on the way to it, misbehaves: every task ends, nothing is
 * bought twice, and every credit is accounted for.
 */
@Timeout(240)
class BadUpstreamTest {
  private static final int TASKS = 3;
  private static final long CREDITS = 1_000;
  private static final long PRICE = 15;

  private Upstream upstream;
  private FaultProxy network;

  @BeforeEach
  void start() throws IOException {
    upstream = new Upstream();
    network = new FaultProxy("127.0.0.1", upstream.port());
    upstream.filesUrl("http://127.0.0.1:" + network.port());
  }

  @AfterEach
  void stop() throws IOException {
    network.close();
    upstream.close();
  }

  /** A node that reaches the upstream through the network. */
  private TestNode node(String channelSettings, String... statements) {
    Database.Address address = TestDatabase.address();
    try (Database database = Database.open(address, 2)) {
      database.transaction(tx -> {
        install(tx, channelSettings);
        for (String statement : statements) {
          tx.execute(statement);
        }
        return tx;
      });
    }
    return TestNode.start(Map.of(), address);
  }

  private void install(Handle tx, String channelSettings) {
    try {
      Upstream.install(tx, network.port(), "\"check-every\":\"50ms\"," + channelSettings);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What happens to the network while submissions are on their way. */
  enum Weather {
    LATENCY {
      @Override
      void strike(FaultProxy network) {
        network.latency(Duration.ofMillis(400));
      }
    },
    RESET {
      @Override
      void strike(FaultProxy network) {
        network.reset();
      }
    },
    BLACK_HOLE {
      @Override
      void strike(FaultProxy network) {
        network.blackHole();
      }
    },
    NO_MORE_REQUEST {
      @Override
      void strike(FaultProxy network) {
        network.halfClose(Direction.REQUEST);
      }
    },
    NO_MORE_ANSWER {
      @Override
      void strike(FaultProxy network) {
        network.halfClose(Direction.ANSWER);
      }
    },
    GONE {
      @Override
      void strike(FaultProxy network) throws IOException {
        network.refuse();
      }
    };

    abstract void strike(FaultProxy network) throws IOException;
  }

  @Test
  void whateverTheNetworkDoesNothingIsBoughtTwice() throws IOException {
    upstream.always(Call.CREATE, Fault.SLOW);
    upstream.slowness(Duration.ofMillis(500));
    try (TestNode node = node("\"answer-within\":\"2s\",\"idempotent\":true")) {
      String key = node.account(CREDITS);
      Map<String, Weather> tasks = new LinkedHashMap<>();
      for (Weather weather : Weather.values()) {
        for (int i = 0; i < TASKS; i++) {
          tasks.put(node.create(key, Gateway.image("a hill").toString()), weather);
        }
        await(weather + ": all are bought", () -> upstream.purchases().size() == tasks.size());
        weather.strike(network);
        await(weather + ": every submission has ended", () -> attempts(node, "sending") == 0);
        network.pass();
      }
      tasks.forEach((task, weather) ->
          assertThat(node.await(key, task).path("task_status").asInt())
              .as("after %s", weather)
              .isEqualTo(3));

      assertThat(upstream.purchasesByKey()).hasSize(tasks.size());
      assertThat(upstream.purchasesByKey().values()).containsOnly(1);
      // Four of the six lose answers: what they lost was asked for again.
      assertThat(upstream.calls(Call.CREATE)).isGreaterThanOrEqualTo(tasks.size() + 4 * TASKS);
      assertAccounted(node, key, CREDITS - tasks.size() * PRICE);
    }
  }

  @Test
  void whateverTheUpstreamDoesNothingIsBoughtTwice() throws IOException {
    long seed = 20_261_121;
    upstream.weather(
        seed,
        Call.CREATE,
        Map.of(
            Fault.ERROR_BEFORE, 0.05,
            Fault.ERROR_AFTER, 0.1,
            Fault.LOST_ANSWER, 0.1,
            Fault.HANG_UP, 0.05,
            Fault.MALFORMED, 0.05,
            Fault.RATE_LIMIT, 0.05));
    upstream.weather(
        seed,
        Call.READ,
        Map.of(
            Fault.ERROR_BEFORE, 0.05,
            Fault.HANG_UP, 0.05,
            Fault.MALFORMED, 0.05,
            Fault.UNKNOWN_STATUS, 0.05,
            Fault.GONE, 0.05));
    upstream.weather(seed, Call.FILE, Map.of(Fault.GONE, 0.1, Fault.HANG_UP, 0.1));
    try (TestNode node = node("\"answer-within\":\"5s\",\"idempotent\":true")) {
      String key = node.account(CREDITS);
      List<String> tasks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        tasks.add(node.create(key, Gateway.image("a hill").toString()));
      }
      for (String task : tasks) {
        assertThat(node.await(key, task).path("task_status").asInt())
            .as("seed %d", seed)
            .isEqualTo(3);
      }
      assertThat(upstream.purchasesByKey()).hasSize(tasks.size());
      assertThat(upstream.purchasesByKey().values()).containsOnly(1);
      assertAccounted(node, key, CREDITS - tasks.size() * PRICE);
    }
  }

  /** Each is made once, paid for once, and ours in the end; nobody hears of where it lay. */
  @Test
  void aResultThatCannotBeFetchedAtOnceIsFetchedAgain() {
    upstream.slowness(Duration.ofSeconds(5));
    try (TestNode node = node("\"fetch-within\":\"2s\"")) {
      String key = node.account(CREDITS);
      List<Fault> faults =
          List.of(
              Fault.GONE, Fault.ERROR_BEFORE, Fault.HANG_UP, Fault.CUT_OFF, Fault.PAGE, Fault.SLOW);
      List<String> tasks = new ArrayList<>();
      List<String> files = new ArrayList<>();
      for (Fault fault : faults) {
        String file = Upstream.file(files.size() + 1, 1);
        files.add(file);
        upstream.nextOf(file, fault, fault);
        tasks.add(node.create(key, Gateway.image("a hill").toString()));
        await("it is bought before the next", () -> upstream.purchases().size() == files.size());
      }
      for (int i = 0; i < faults.size(); i++) {
        Fault fault = faults.get(i);
        String file = files.get(i);
        await(fault + ": it was tried", () -> upstream.fetches(file) > 0);
        assertHidden(node, key, tasks.get(i));
        JsonNode data = node.await(key, tasks.get(i));
        assertThat(data.path("task_status").asInt()).as("%s: %s", fault, data).isEqualTo(3);
        assertThat(upstream.fetches(file)).as("%s", fault).isEqualTo(3);
        assertHidden(node, key, tasks.get(i));
      }
      assertThat(upstream.purchases()).hasSize(faults.size());
      assertAccounted(node, key, CREDITS - faults.size() * PRICE);
    }
  }

  @Test
  void aResultThatIsGoneForGoodIsRefundedAndNotBoughtAgain() {
    upstream.always(Call.FILE, Fault.GONE);
    try (TestNode node = node("\"results-last\":\"2s\"")) {
      String key = node.account(CREDITS);
      String task = node.create(key, Gateway.image("a hill").toString());
      JsonNode data = node.await(key, task);
      assertThat(data.path("task_status").asInt()).isEqualTo(4);
      assertThat(data.path("fail_reason").asString()).startsWith("The result could not be fetched");
      assertThat(upstream.purchases()).hasSize(1);
      assertHidden(node, key, task);
      assertAccounted(node, key, CREDITS);
    }
  }

  private void assertHidden(TestNode node, String key, String task) {
    for (String path :
        List.of(
            "/api/v1/tasks/" + task, "/api/v1/tasks", "/api/v1/jobs/recordInfo?taskId=" + task)) {
      assertThat(node.get(path, key).http().body())
          .doesNotContain(":" + network.port(), ":" + upstream.port());
    }
  }

  @Test
  void whatCannotBeAskedAboutIsGivenUpAtItsDeadlineAndRefunded() {
    upstream.idempotent(false);
    upstream.always(Call.CREATE, Fault.LOST_ANSWER);
    try (TestNode node =
        node(
            "\"answer-within\":\"20s\"",
            """
            update model set definition =
              definition::jsonb || '{"typical": "1s", "deadline": "3s"}'::jsonb
            """)) {
      String key = node.account(CREDITS);
      String task = node.create(key, Gateway.image("a hill").toString());
      assertThat(node.await(key, task).path("task_status").asInt()).isEqualTo(4);
      assertThat(upstream.calls(Call.CREATE)).as("never handed over again").isEqualTo(1);
      assertThat(attempts(node, "unknown")).as("left to the operator").isEqualTo(1);
      assertAccounted(node, key, CREDITS);
    }
  }

  private static void assertAccounted(TestNode node, String key, long available) {
    JsonNode credits = node.get("/api/v1/credits", key).json().path("data");
    assertThat(credits.path("available").asLong()).isEqualTo(available);
    assertThat(credits.path("held").asLong()).isZero();
    assertThat(node.audit().violations()).isEmpty();
  }

  private static int attempts(TestNode node, String state) {
    return node.database()
        .read(tx ->
            tx.createQuery("select count(*) from attempt where state = :state")
                .bind("state", state)
                .mapTo(Integer.class)
                .one());
  }

  private static void await(String what, BooleanSupplier condition) {
    Instant limit = Instant.now().plusSeconds(90);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as(what).isBefore(limit);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
