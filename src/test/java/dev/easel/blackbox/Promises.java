package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.task.Audit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** What the gateway has acknowledged, remembered outside of it, and the checks that it was kept. */
final class Promises {
  private static final int RUNNING = 2;
  private static final int SUCCEEDED = 3;
  private static final int FAILED = 4;
  private static final int LARGEST_PAGE = 100;
  private static final int REPLAYS = 10;

  /** Those that are orders of nano-banana-2, under whatever name it is sold. */
  private static final Set<Order.Kind> MAKES_JPEG = Set.of(Order.Kind.INSTANT, Order.Kind.BOUGHT);

  private static final byte[] PNG = HexFormat.of().parseHex("89504e470d0a1a0a");
  private static final byte[] JPEG = HexFormat.of().parseHex("ffd8ff");

  private final Map<String, Order> byTask = new ConcurrentHashMap<>();

  /** Tasks by idempotency key: the same one is acknowledged again when a request is repeated. */
  private final Map<String, String> byKey = new ConcurrentHashMap<>();

  /** Tasks whose end has been read over HTTP, with what they said. */
  private final Map<String, JsonNode> ended = new HashMap<>();

  /** SHA-256 of what was downloaded, by task. */
  private final Map<String, String> digests = new HashMap<>();

  /** Notes that {@code order} was acknowledged as {@code task}. */
  void acknowledged(String task, Order order) {
    Order before = byTask.putIfAbsent(task, order);
    if (before != null && !before.equals(order)) {
      throw new AssertionError(task + " was promised twice: " + before + ", " + order);
    }
    order
        .idempotencyKey()
        .ifPresent(key -> {
          String first = byKey.putIfAbsent(key, task);
          if (first != null && !first.equals(task)) {
            throw new AssertionError(key + " made two tasks: " + first + ", " + task);
          }
        });
  }

  int count() {
    return byTask.size();
  }

  /**
   * Checks what can be checked while tasks are under way: those that have ended, the repeated
   * requests, and the books.
   */
  void check(Site site, Line line, Random random) throws IOException {
    for (String task : live()) {
      noteEnd(line, task, read(site, line, task, "", random));
    }
    checkReplays(site, line, random);
    try (Database database = site.open()) {
      checkRows(database);
      checkPurchases(database, site.upstream().purchasesByKey());
      assertThat(database.snapshot(Audit::run).violations()).isEmpty();
    }
  }

  /** Waits until every task that was promised has ended, and checks everything. */
  void checkAtTheEnd(Site site, Line line, List<Customer> customers, Random random)
      throws IOException {
    for (String task : live()) {
      JsonNode data = read(site, line, task, "?wait=60", random);
      assertThat(isFinal(data)).as("%s ends: %s", order(task), data).isTrue();
      noteEnd(line, task, data);
    }
    for (Customer customer : customers) {
      checkAccount(site, line, customer, random);
    }
    check(site, line, random);
  }

  private List<String> live() {
    return byTask.keySet().stream().filter(task -> !ended.containsKey(task)).toList();
  }

  private Order order(String task) {
    return Objects.requireNonNull(byTask.get(task));
  }

  private static boolean isFinal(JsonNode task) {
    return task.path("task_status").asInt() > RUNNING;
  }

  private JsonNode read(Site site, Line line, String task, String wait, Random random)
      throws IOException {
    Line.Reply reply =
        line.get(url(site, random), "/api/v1/tasks/" + task + wait, order(task).customer());
    assertThat(reply.isAccepted()).as("%s of %s", reply, order(task)).isTrue();
    return reply.data();
  }

  private void noteEnd(Line line, String task, JsonNode data) throws IOException {
    if (isFinal(data)) {
      checkEnd(line, order(task), data);
      ended.put(task, data);
    }
  }

  private static String url(Site site, Random random) {
    return site.url(random).orElseThrow();
  }

  private void checkEnd(Line line, Order order, JsonNode end) throws IOException {
    assertThat(end.path("task_status").asInt())
        .as("%s ended as %s", order, end)
        .isEqualTo(order.kind().succeeds ? SUCCEEDED : FAILED);
    if (order.kind().succeeds) {
      HttpResponse<byte[]> file = line.file(end.path("image_url").asString());
      assertThat(file.statusCode()).as("%s", end).isEqualTo(200);
      // Nobody has asked for a type: it is the model's own.
      boolean isJpeg = MAKES_JPEG.contains(order.kind());
      assertThat(file.headers().firstValue("Content-Type"))
          .contains(isJpeg ? "image/jpeg" : "image/png");
      assertThat(file.body()).startsWith(isJpeg ? JPEG : PNG);
      assertThat(file.headers().firstValueAsLong("Content-Length")).hasValue(file.body().length);
      digests.put(end.path("task_id").asString(), sha256(file.body()));
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Every task of the account has ended, those too whose acknowledgement was lost; what is left of
   * its credits is what it was granted, less what succeeded; and the statement says so.
   */
  private void checkAccount(Site site, Line line, Customer customer, Random random)
      throws IOException {
    String url = url(site, random);
    Map<String, JsonNode> tasks = new LinkedHashMap<>();
    String cursor = "";
    while (cursor != null) {
      JsonNode page =
          line.get(url, "/api/v1/tasks?limit=" + LARGEST_PAGE + cursor, customer).data();
      for (JsonNode task : page.path("tasks")) {
        tasks.put(task.path("task_id").asString(), task);
      }
      cursor =
          page.path("next_cursor").isString()
              ? "&cursor=" + page.path("next_cursor").asString()
              : null;
    }
    List<String> promised = new ArrayList<>();
    byTask.forEach((task, order) -> {
      if (order.customer().equals(customer)) {
        promised.add(task);
      }
    });
    assertThat(tasks.keySet()).as("the account's tasks").containsAll(promised);
    long spent = 0;
    for (Map.Entry<String, JsonNode> entry : tasks.entrySet()) {
      JsonNode task = entry.getValue();
      if (!isFinal(task)) {
        task = line.get(url, "/api/v1/tasks/" + entry.getKey() + "?wait=60", customer).data();
      }
      assertThat(isFinal(task)).as("%s ends", task).isTrue();
      JsonNode before = ended.get(entry.getKey());
      if (before != null) {
        assertThat(task.path("task_status").asInt()).isEqualTo(before.path("task_status").asInt());
      }
      spent += task.path("task_status").asInt() == SUCCEEDED ? task.path("credits").asLong() : 0;
    }
    JsonNode credits = line.get(url, "/api/v1/credits", customer).data();
    assertThat(credits.path("held").asLong()).as("held of %s", customer).isZero();
    assertThat(credits.path("available").asLong())
        .as("left of %s", customer)
        .isEqualTo(customer.granted() - spent);
    checkStatement(
        line.get(url, "/api/v1/credits/statement?limit=" + LARGEST_PAGE, customer).data(), credits);
  }

  /** Each line follows from the one before, and the newest is the balance. */
  private static void checkStatement(JsonNode statement, JsonNode credits) {
    List<JsonNode> lines = new ArrayList<>();
    statement.forEach(lines::add);
    lines.sort(Comparator.comparingLong(line -> line.path("id").asLong()));
    assertThat(lines.getLast().path("available_after").asLong())
        .isEqualTo(credits.path("available").asLong());
    assertThat(lines.getLast().path("held_after").asLong()).isZero();
    for (int i = 1; i < lines.size(); i++) {
      JsonNode line = lines.get(i);
      JsonNode before = lines.get(i - 1);
      long amount = line.path("amount").asLong();
      String kind = line.path("kind").asString();
      long available = kind.equals("hold") ? -amount : kind.equals("capture") ? 0 : amount;
      long held = kind.equals("hold") ? amount : kind.equals("credit") ? 0 : -amount;
      assertThat(line.path("available_after").asLong())
          .as("%s after %s", line, before)
          .isEqualTo(before.path("available_after").asLong() + available);
      assertThat(line.path("held_after").asLong())
          .as("%s after %s", line, before)
          .isEqualTo(before.path("held_after").asLong() + held);
    }
  }

  /** A repeated request is answered as the first was. */
  private void checkReplays(Site site, Line line, Random random) throws IOException {
    List<String> keys = new ArrayList<>(byKey.keySet());
    for (int i = 0; i < REPLAYS && !keys.isEmpty(); i++) {
      String task = Objects.requireNonNull(byKey.get(keys.get(random.nextInt(keys.size()))));
      Line.Reply reply = line.create(url(site, random), Objects.requireNonNull(byTask.get(task)));
      assertThat(reply.isAccepted()).as("%s", reply).isTrue();
      assertThat(reply.replayed()).as("%s", reply).isTrue();
      assertThat(reply.data().path("task_id").asString()).isEqualTo(task);
    }
  }

  /**
   * No request made two tasks, no task cost more submissions than its prompt explains, and what was
   * downloaded is what was stored.
   */
  private void checkRows(Database database) {
    Map<String, Order.Kind> kinds = new HashMap<>();
    ended.keySet().forEach(task -> kinds.put(task, order(task).kind()));
    database.read(tx -> {
      assertThat(
              tx.createQuery(
                      """
                      select parameters->>'prompt' from task
                      group by 1 having count(*) > 1
                      """)
                  .mapTo(String.class)
                  .list())
          .as("prompts of more than one task")
          .isEmpty();
      tx.createQuery(
              """
              select task_id::text, count(*) filter (where state = 'produced'),
                count(*) filter (where state <> 'rejected')
              from attempt group by task_id
              """)
          .map((row, _) -> new Cost(row.getString(1), row.getInt(2), row.getInt(3)))
          .forEach(cost -> {
            Order.Kind kind = kinds.get(cost.task);
            if (kind != null) {
              assertThat(cost.produced).as("%s of %s", cost, kind).isEqualTo(kind.succeeds ? 1 : 0);
              assertThat(cost.bought)
                  .as("%s of %s", cost, kind)
                  .isLessThanOrEqualTo(kind.mostBought);
            }
          });
      tx.createQuery("select task_id::text, encode(sha256, 'hex') from asset")
          .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
          .forEach(asset ->
              assertThat(digests.getOrDefault(asset.getKey(), asset.getValue()))
                  .as("what task %s made", asset.getKey())
                  .isEqualTo(asset.getValue()));
      return true;
    });
  }

  /**
   * Every purchase is an attempt's, no attempt made two, and there is a second one for a task only
   * after the first has failed.
   *
   * @param purchases how many were made under each Idempotency-Key, which is the attempt's id
   */
  private static void checkPurchases(Database database, Map<String, Integer> purchases) {
    Map<String, String> taskByAttempt = new HashMap<>();
    Map<String, Integer> allowed = new HashMap<>();
    database.read(tx -> {
      tx.createQuery("select id::text, task_id::text, state = 'failed' from attempt")
          .map((row, _) -> new Try(row.getString(1), row.getString(2), row.getBoolean(3)))
          .forEach(attempt -> {
            taskByAttempt.put(attempt.id, attempt.task);
            allowed.merge(attempt.task, attempt.failed ? 2 : 1, (a, b) -> a + b - 1);
          });
      return true;
    });
    Map<String, Integer> bought = new HashMap<>();
    purchases.forEach((attempt, count) -> {
      assertThat(taskByAttempt).as("the attempts").containsKey(attempt);
      assertThat(count).as("purchases of attempt %s", attempt).isEqualTo(1);
      bought.merge(Objects.requireNonNull(taskByAttempt.get(attempt)), count, Integer::sum);
    });
    bought.forEach((task, count) ->
        assertThat(count)
            .as("purchases for task %s", task)
            .isLessThanOrEqualTo(allowed.getOrDefault(task, 0)));
  }

  private record Try(String id, String task, boolean failed) {}

  private record Cost(String task, int produced, int bought) {}
}
