package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.TestNode;
import dev.easel.account.Key;
import dev.easel.blackbox.Listener.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** A task tells how it goes, by server-sent events. */
class EventsTest {
  @RegisterExtension
  static final Gateway gateway =
      Gateway.with(Map.of("sandbox.image-latency", "300ms", "server.heartbeat-seconds", "1"));

  @Test
  void aSlowTaskIsToldFromItsQueueToItsEnd() {
    String key = gateway.node().account(100, Key.Rules.NONE, 1);
    gateway.created(key, Gateway.image("fail: first"));
    String task = gateway.created(key, Gateway.image("slow:5 kite"));
    List<Event> events;
    try (Listener listener = Listener.to(gateway, key, task)) {
      events = listener.rest();
    }
    assertThat(events.stream().map(Event::name).distinct())
        .containsExactly("queued", "running", "succeeded");
    List<Integer> progress =
        events.stream().filter(e -> e.name().equals("running")).map(Event::progress).toList();
    assertThat(progress).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(2);
    assertThat(events.stream().map(Event::id)).doesNotHaveDuplicates();
    Event end = events.getLast();
    assertThat(end.data()).isEqualTo(gateway.read(key, task).json().path("data"));
    assertThat(end.data().path("image_url").asString()).startsWith("http");
  }

  @Test
  void theAnswerIsAStreamThatNobodyKeepsBack() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    try (Listener listener = Listener.to(gateway, key, task)) {
      assertThat(listener.answer().statusCode()).isEqualTo(200);
      assertThat(header(listener, "Content-Type")).startsWith("text/event-stream");
      assertThat(header(listener, "Cache-Control")).isEqualTo("no-cache");
      assertThat(header(listener, "X-Accel-Buffering")).isEqualTo("no");
      assertThat(header(listener, "X-Request-Id")).isNotBlank();
      // Under the dialect's own base as well.
      try (Listener other =
          Listener.to(gateway.node().request("/omni/api/v1/tasks/" + task + "/events", key))) {
        assertThat(other.next()).isPresent();
      }
    }
  }

  @Test
  void aPositionCountsDown() {
    String key = gateway.node().account(1_000, Key.Rules.NONE, 1);
    gateway.awaitRunning(key, gateway.created(key, Gateway.image(Gateway.endless())));
    List<String> waiting =
        IntStream.range(0, 5)
            .mapToObj(i -> gateway.created(key, Gateway.image("fail: " + i)))
            .toList();
    String last = waiting.getLast();
    List<Integer> positions = new ArrayList<>();
    try (Listener listener = Listener.to(gateway, key, last)) {
      for (int ahead = 4; ahead >= 0; ahead--) {
        Event event = listener.next().orElseThrow();
        while (event.position().isEmpty()) {
          event = listener.next().orElseThrow(); // at first nobody may know yet
        }
        assertThat(event.name()).isEqualTo("queued");
        positions.add(event.position().get());
        JsonNode listed = gateway.tasks(key).path(0);
        assertThat(listed.path("task_id").asString()).isEqualTo(last);
        assertThat(listed.path("queue_position").asInt()).isEqualTo(ahead + 1);
        gateway.cancel(key, waiting.get(4 - ahead));
      }
      assertThat(listener.rest()).extracting(Event::name).containsExactly("canceled");
    }
    assertThat(positions).containsExactly(5, 4, 3, 2, 1);
  }

  @Test
  void aReadTellsThePositionToo() {
    String key = gateway.node().account(1_000, Key.Rules.NONE, 1);
    String running = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.created(key, Gateway.image("fail: first"));
    String second = gateway.created(key, Gateway.image("fail: second"));
    gateway.awaitRunning(key, running);
    assertThat(gateway.read(key, running).json().path("data").has("queue_position")).isFalse();
    JsonNode task = gateway.read(key, second).json().path("data");
    while (!task.has("queue_position")) { // somebody else may just have asked
      task = gateway.read(key, second).json().path("data");
    }
    assertThat(task.path("queue_position").asInt()).isEqualTo(2);
    gateway.cancel(key, second);
    assertThat(gateway.read(key, second).json().path("data").has("queue_position")).isFalse();
  }

  @Test
  void anothersTaskIsRefusedAsARead() {
    String key = gateway.node().account(100);
    String mine = gateway.created(key, Gateway.image(Gateway.endless()));
    String stranger = gateway.node().account(0);
    for (String task : List.of(mine, "01a1fd4d-0000-7000-8000-000000000000", "x")) {
      assertThat(Gateway.refusal(gateway.node().get("/api/v1/tasks/" + task + "/events", stranger)))
          .isEqualTo("Task not found.");
    }
    assertThat(gateway.node().get("/api/v1/tasks/" + mine + "/events", "sk-no").status())
        .isEqualTo(401);
  }

  @Test
  void whoComesBackIsNotToldTwice() {
    String key = gateway.node().account(100, Key.Rules.NONE, 1);
    String running = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.awaitRunning(key, running);
    String heard;
    try (Listener listener = Listener.to(gateway, key, running)) {
      heard = listener.next().orElseThrow().id();
    }
    try (Listener listener = Listener.to(gateway, key, running, "Last-Event-ID", heard)) {
      listener.awaitComment();
    }
    try (Listener listener = Listener.to(gateway, key, running, "Last-Event-ID", "queued-1")) {
      assertThat(listener.next().orElseThrow().name()).isEqualTo("running");
    }
  }

  @Test
  void whoHasHeardTheEndIsSentAway() {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image("policy: no"));
    gateway.node().await(key, task);
    try (Listener listener = Listener.to(gateway, key, task)) {
      List<Event> events = listener.rest();
      assertThat(events).extracting(Event::name).containsExactly("failed");
      assertThat(events.getFirst().data().path("fail_reason").asString()).isNotBlank();
    }
    try (Listener listener = Listener.to(gateway, key, task, "Last-Event-ID", "failed")) {
      assertThat(listener.answer().statusCode()).isEqualTo(204);
      assertThat(listener.rest()).isEmpty();
    }
  }

  @Test
  void clientsThatGoAwayLeaveNothing() throws Exception {
    String key = gateway.node().account(100);
    String task = gateway.created(key, Gateway.image(Gateway.endless()));
    gateway.until(() -> gateway.node().watchers() == 0);
    List<Listener> listeners = Together.call(50, _ -> Listener.to(gateway, key, task));
    listeners.forEach(listener -> assertThat(listener.next()).isPresent());
    assertThat(gateway.node().watchers()).isEqualTo(50);
    listeners.forEach(Listener::close);
    gateway.until(() -> gateway.node().watchers() == 0);
    assertThat(gateway.node().watchedTasks()).isZero();
  }

  @Test
  void drainingEndsEveryStreamAndEveryWait() throws Exception {
    TestNode node = TestNode.start(Map.of("sandbox.concurrency", "0"));
    String key = node.account(1_000);
    String task = node.create(key, Gateway.image(Gateway.endless()).toString());
    String path = "/api/v1/tasks/" + task;
    List<Listener> listeners =
        Together.call(20, _ -> Listener.to(node.request(path + "/events", key)));
    listeners.forEach(listener -> assertThat(listener.next()).isPresent());
    CompletableFuture<JsonNode> wait =
        CompletableFuture.supplyAsync(
            () -> node.get(path + "?wait=60", key).json(), Thread::startVirtualThread);
    gateway.until(() -> node.watchers() == 21);
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(node::close, Thread::startVirtualThread);
    for (Listener listener : listeners) {
      assertThat(listener.rest()).noneMatch(event -> event.data().path("task_status").asInt() > 2);
    }
    assertThat(wait.join().path("data").path("task_status").asInt()).isIn(1, 2);
    closed.join();
    assertThat(node.watchers()).isZero();
  }

  /** Who holds two thousand connections costs the database what one costs. */
  @Test
  void aThousandWaitsAndAThousandStreamsShareTheirQueries() throws Exception {
    int each = 1_000;
    int tasks = 200;
    gateway.until(() -> gateway.node().watchers() == 0);
    String key = gateway.node().account(10_000, Key.Rules.NONE, 1);
    gateway.awaitRunning(key, gateway.created(key, Gateway.image(Gateway.endless())));
    List<String> ids = Together.call(tasks, i -> gateway.created(key, Gateway.image("fail: " + i)));
    List<CompletableFuture<JsonNode>> waits =
        IntStream.range(0, each).mapToObj(i -> waiting(key, ids.get(i % tasks))).toList();
    List<Listener> listeners =
        Together.call(each, i -> Listener.to(gateway, key, ids.get(i % tasks)));
    gateway.until(() -> gateway.node().watchers() == 2 * each);
    assertThat(gateway.node().watchedTasks()).isEqualTo(tasks);

    awaitHeartbeats(listeners.getFirst()); // the server counts late what was done before
    long before = gateway.node().transactions();
    long startedAt = System.nanoTime();
    awaitHeartbeats(listeners.getFirst());
    long ticks = 1 + (System.nanoTime() - startedAt) / 250_000_000;
    // The engine looks for work meanwhile, some three times a tick.
    assertThat(gateway.node().transactions() - before).isBetween(ticks / 2, 10 * ticks + 100);

    Together.call(tasks, i -> gateway.cancel(key, ids.get(i)));
    for (CompletableFuture<JsonNode> wait : waits) {
      assertThat(wait.join().path("data").path("task_status").asInt()).isEqualTo(4);
    }
    for (Listener listener : listeners) {
      List<Event> events = listener.rest();
      assertThat(events.getLast().name()).isEqualTo("canceled");
      assertThat(events.stream().limit(events.size() - 1L))
          .allMatch(e -> e.name().equals("queued"));
    }
    // Three queries for each cancel, and those that tell everybody: not one for each who listens.
    assertThat(gateway.node().transactions() - before).isLessThan(2L * each);
    gateway.until(() -> gateway.node().watchers() == 0);
  }

  private static void awaitHeartbeats(Listener listener) throws Exception {
    for (int i = 0; i < 8; i++) {
      listener.awaitHeartbeat();
    }
  }

  private static CompletableFuture<JsonNode> waiting(String key, String task) {
    return CompletableFuture.supplyAsync(
        () -> gateway.node().get("/api/v1/tasks/" + task + "?wait=60", key).json(),
        Thread::startVirtualThread);
  }

  private static String header(Listener listener, String name) {
    Optional<String> value = listener.answer().headers().firstValue(name);
    return value.orElse("");
  }
}
