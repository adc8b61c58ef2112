package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.easel.blackbox.Mailbox.Arrival;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.webhook.Receiver.Received;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A node is killed around the sending of webhooks, again and again: whatever is owed comes, under
 * one id and in the same words, however often.
 *
 * <p>{@code -Drounds=N} for more rounds than the usual six, {@code -Dseed=N} for those of an
 * earlier run. The seed decides on what is ordered and when the node is killed; how far the work
 * has come by then is up to the machine.
 */
class WebhookKillTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 6);
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final long PLENTY = 100_000_000;

  /** How many deliveries to one destination are on their way at once. */
  private static final int PLACES = 8;

  /** Of each task there are two deliveries. */
  private static final int FEWEST_TASKS = 10;

  private static final List<Order.Kind> KINDS =
      List.of(
          Order.Kind.INSTANT,
          Order.Kind.INSTANT,
          Order.Kind.INSTANT,
          Order.Kind.SMOOTH,
          Order.Kind.SMOOTH,
          Order.Kind.FLAKY,
          Order.Kind.FAIL,
          Order.Kind.POLICY);

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String EVENTS = "/events";

  @TempDir(factory = BelowTarget.class)
  private Path directory;

  private final Random random = new Random(SEED);

  /** When the node is killed. */
  private enum Moment {
    /** More is settled than may be on its way at once, and nothing that was sent is answered. */
    UNSENT,
    /** Answers are on their way, and the database is kept from writing them down. */
    UNMARKED,
    /** Just after an answer. */
    ANSWERED,
    /** While tasks end and deliveries are made. */
    ANYTIME
  }

  /** What was found over all rounds. */
  private static final class Counts {
    private final Map<Moment, Integer> rounds = new EnumMap<>(Moment.class);
    private int unsent;
    private int unmarked;
  }

  @Test
  void whatIsOwedComesUnderOneIdHoweverOftenTheSenderIsKilled() throws Exception {
    try (Site site =
            Site.ofOneNode(
                directory,
                Site.FAST_START,
                "--net-allow",
                "127.0.0.1/32",
                "--sandbox-image-latency",
                "200ms",
                "--sandbox-concurrency",
                "0",
                "--engine-lease-seconds",
                "1");
        Line line = new Line();
        Mailbox mailbox = new Mailbox()) {
      System.out.println("webhook kills: -Dseed=" + SEED);
      Rounds rounds = new Rounds(site, line, mailbox);
      rounds.register();
      for (int round = 1; round <= ROUNDS; round++) {
        rounds.round(round, Moment.values()[round % Moment.values().length]);
      }
      rounds.end();
    }
  }

  /** The rounds, with what was promised in all of them. */
  private final class Rounds {
    private final Site site;
    private final Line line;
    private final Mailbox mailbox;
    private final Customer customer;
    private final Promises promises = new Promises();
    private final Counts counts = new Counts();

    /** By what each delivery is known, over all rounds. */
    private final Set<String> owed = new TreeSet<>();

    private String secret = "";
    private String key = "";

    Rounds(Site site, Line line, Mailbox mailbox) {
      this.site = site;
      this.line = line;
      this.mailbox = mailbox;
      this.customer = site.write(tx -> Customer.create(tx, "customer", PLENTY));
    }

    /** Has an endpoint hear of everything, and callbacks signed. */
    void register() throws IOException {
      ObjectNode wish = JsonNodeFactory.instance.objectNode().put("url", mailbox.url(EVENTS));
      secret = call("POST", WEBHOOKS, wish.toString()).path("secret").stringValue();
      key = call("PUT", WEBHOOKS + "/key", "").path("key").stringValue();
    }

    private JsonNode call(String method, String path, String body) throws IOException {
      Line.Reply reply = line.call(site.url(random).orElseThrow(), method, path, customer, body);
      assertThat(reply.isAccepted()).as("%s %s: %s", method, path, reply).isTrue();
      return reply.data();
    }

    void round(int round, Moment moment) throws Exception {
      int from = mailbox.arrivals().size();
      if (moment != Moment.ANYTIME) {
        mailbox.holdBack();
      }
      Map<String, Order> tasks = order(round);
      Set<String> mustComeAfterwards = strike(moment);
      long killedAt = System.nanoTime();
      mailbox.letGo();
      int killed = mailbox.arrivals().size();
      mailbox.senderLives();
      site.startNode(0);
      for (Map.Entry<String, Order> each : tasks.entrySet()) {
        JsonNode end = call("GET", "/api/v1/tasks/" + each.getKey() + "?wait=60", "");
        awaitDelivered(each.getKey());
        checkDeliveries(end, each.getValue());
      }
      double seconds = (System.nanoTime() - killedAt) / 1e9;
      promises.check(site, line, random);
      List<Arrival> all = mailbox.arrivals();
      assertThat(all.subList(killed, all.size()).stream().map(Arrival::key))
          .as("what came after the kill in round %d, %s", round, moment)
          .containsAll(mustComeAfterwards);
      counts.rounds.merge(moment, 1, Integer::sum);
      System.out.printf(
          "round %d, %s: %d deliveries, %d came before the kill, %d after it, the last by %.1f s%n",
          round, moment, 2 * tasks.size(), killed - from, all.size() - killed, seconds);
    }

    private Map<String, Order> order(int round) throws IOException {
      Map<String, Order> tasks = new LinkedHashMap<>();
      int count = FEWEST_TASKS + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        Order.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        String prompt = "%sa kite %d-%d".formatted(kind.prefix, round, i);
        Order order = new Order(customer, kind, prompt, Optional.empty());
        boolean isKie = random.nextBoolean();
        ObjectNode body = isKie ? kie(order) : apimodels(order);
        String path = isKie ? KieCalls.CREATE : ApiModelsCalls.IMAGES;
        String task = call("POST", path, body.toString()).path("taskId").stringValue();
        promises.acknowledged(task, order);
        tasks.put(task, order);
      }
      return tasks;
    }

    private ObjectNode apimodels(Order order) {
      String model = order.kind() == Order.Kind.INSTANT ? order.kind().model : "gpt-image-2-beta";
      return ApiModelsCalls.body(model, order.prompt()).put("callback_url", callback(order));
    }

    private ObjectNode kie(Order order) {
      ObjectNode body = KieCalls.drawing(order.prompt());
      if (order.kind() == Order.Kind.INSTANT) {
        body.put("model", order.kind().model).putObject("input").put("prompt", order.prompt());
      }
      return body.put("callBackUrl", callback(order));
    }

    /** Where {@code order}, and nothing else, is told of. */
    private String callback(Order order) {
      return mailbox.url(path(order));
    }

    private static String path(Order order) {
      return "/callback/" + order.prompt().replaceAll("[^a-z0-9-]+", "_");
    }

    /** Kills the node; the keys of deliveries that have to come when there is one again. */
    private Set<String> strike(Moment moment) throws Exception {
      return switch (moment) {
        case UNSENT -> strikeBeforeSending();
        case UNMARKED -> strikeBeforeMarking();
        case ANSWERED -> {
          mailbox.awaitArrivals(PLACES);
          mailbox.letGo();
          mailbox.awaitAnswers(1 + random.nextInt(FEWEST_TASKS));
          LockSupport.parkNanos(random.nextInt(4) * 2_000_000L);
          kill();
          yield Set.of();
        }
        case ANYTIME -> {
          LockSupport.parkNanos(random.nextInt(400) * 1_000_000L);
          kill();
          yield Set.of();
        }
      };
    }

    /** All places are taken by what is not answered; the rest is settled, and stays at home. */
    private Set<String> strikeBeforeSending() throws Exception {
      mailbox.awaitArrivals(1 + random.nextInt(PLACES));
      Set<String> settled = keys("?state=pending");
      for (long end = System.nanoTime() + PATIENCE.toNanos();
          settled.size() < PLACES + 4;
          settled = keys("?state=pending")) {
        assertThat(System.nanoTime()).as("%d are settled", settled.size()).isLessThan(end);
        LockSupport.parkNanos(LOOK.toNanos());
      }
      kill();
      Set<String> unsent = new TreeSet<>(settled);
      unsent.removeAll(mailbox.keys());
      assertThat(unsent).as("settled and not sent").isNotEmpty();
      counts.unsent += unsent.size();
      return settled;
    }

    /** The rows that say what is owed are locked while the answers go out. */
    private Set<String> strikeBeforeMarking() throws Exception {
      int count = 1 + random.nextInt(PLACES);
      mailbox.awaitArrivals(count);
      Set<String> held = new TreeSet<>();
      try (Database database = site.open()) {
        database.transaction(tx -> {
          held.addAll(mailbox.keys());
          tx.createQuery(
                  "select subject::text from job where kind = 'webhook' order by subject for update")
              .mapTo(String.class)
              .list();
          mailbox.letGo();
          mailbox.awaitAnswers(count);
          kill();
          return true;
        });
      } catch (DatabaseException gone) {
        // The node took its database with it.
      }
      Set<String> unmarked = new TreeSet<>();
      for (Arrival arrival : mailbox.arrivals()) {
        if (held.contains(arrival.key())
            && !owed.contains(arrival.key())
            && arrival.isAnswered().get()) {
          unmarked.add(arrival.key());
        }
      }
      assertThat(unmarked).as("answered and not marked").isNotEmpty();
      counts.unmarked += unmarked.size();
      return unmarked;
    }

    private void kill() {
      mailbox.senderDies();
      try {
        site.killNode(0);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    /** What the deliveries of a page are known by at the mailbox. */
    private Set<String> keys(String query) throws IOException {
      Set<String> keys = new TreeSet<>();
      for (JsonNode delivery : deliveries(query)) {
        keys.add(key(delivery));
      }
      return keys;
    }

    private JsonNode deliveries(String query) throws IOException {
      return call("GET", WEBHOOKS + "/deliveries" + query, "").path("deliveries");
    }

    /** Its id, which kie's callback does not tell: that one is known by its address. */
    private static String key(JsonNode delivery) {
      return delivery.path("shape").stringValue().equals("kie")
          ? URI.create(delivery.path("url").stringValue()).getPath()
          : delivery.path("id").stringValue();
    }

    private void awaitDelivered(String task) throws IOException {
      long end = System.nanoTime() + PATIENCE.toNanos();
      for (JsonNode open = deliveries("?state=pending&task=" + task);
          !open.isEmpty();
          open = deliveries("?state=pending&task=" + task)) {
        assertThat(System.nanoTime()).as("still owed: %s", open).isLessThan(end);
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }

    /** The callback and the event of a task have come, and say what became of it. */
    private void checkDeliveries(JsonNode task, Order order) throws Exception {
      JsonNode deliveries = deliveries("?task=" + task.path("task_id").stringValue());
      assertThat(deliveries).as("deliveries of %s", task).hasSize(2);
      assertThat(deliveries.get(0).path("endpoint_id").isNull())
          .as("one of two is the callback's: %s", deliveries)
          .isNotEqualTo(deliveries.get(1).path("endpoint_id").isNull());
      for (JsonNode delivery : deliveries) {
        assertThat(delivery.path("state").stringValue()).as("%s", delivery).isEqualTo("delivered");
        owed.add(key(delivery));
        boolean isEvent = delivery.path("endpoint_id").isString();
        for (Arrival arrival : came(key(delivery))) {
          assertThat(arrival.what().path()).isEqualTo(isEvent ? EVENTS : path(order));
          if (isEvent) {
            checkEvent(arrival.what(), task);
          } else {
            checkCallback(arrival.what(), task);
          }
        }
      }
    }

    /** At least one came, and all with the same words. */
    private List<Arrival> came(String key) {
      List<Arrival> came = mailbox.arrivals(key);
      assertThat(came).as("what came of %s", key).isNotEmpty();
      assertThat(came.stream().map(arrival -> anywhere(arrival.what().body())).distinct())
          .as("what was said under %s", key)
          .hasSize(1);
      return came;
    }

    /** A node that is started again listens on another port, and its links follow it. */
    private static String anywhere(String text) {
      return text.replaceAll("http://localhost:\\d+/", "http://localhost/");
    }

    private void checkEvent(Received came, JsonNode task) throws Exception {
      verify(secret, came);
      assertThat(came.json().path("type").stringValue())
          .isEqualTo(hasSucceeded(task) ? "task.succeeded" : "task.failed");
      assertThat(anywhere(came.json().path("data").toString()))
          .isEqualTo(anywhere(task.toString()));
    }

    private void checkCallback(Received came, JsonNode task) throws Exception {
      if (came.headers().containsKey("webhook-id")) {
        verify(key, came);
      } else {
        assertThat(came.headers()).containsKey("x-webhook-signature");
      }
      JsonNode data = came.json().path("data");
      assertThat(data.path("taskId")).isEqualTo(task.path("task_id"));
      if (hasSucceeded(task)) {
        assertThat(data.path("state").stringValue()).isIn("completed", "success");
        JsonNode result = JsonMapper.shared().readTree(data.path("resultJson").stringValue());
        assertThat(result.path("resultUrls")).hasSize(1);
        assertThat(anywhere(result.at("/resultUrls/0").stringValue()))
            .isEqualTo(anywhere(task.path("image_url").stringValue()));
      } else {
        assertThat(data.path("state").stringValue()).startsWith("fail");
        assertThat(data.path("failCode").stringValue()).isNotBlank();
      }
    }

    private static boolean hasSucceeded(JsonNode task) {
      return task.path("task_status").asInt() == 3;
    }

    private static void verify(String secret, Received came) throws Exception {
      Map<String, List<String>> headers = new TreeMap<>();
      came.headers().forEach((name, value) -> headers.put(name, List.of(value)));
      new Webhook(secret).verify(came.body(), HttpHeaders.of(headers, (_, _) -> true));
    }

    /** Nothing is owed any more, and nothing came that was not. */
    void end() throws IOException {
      promises.checkAtTheEnd(site, line, List.of(customer), random);
      assertThat(deliveries("?state=pending")).isEmpty();
      assertThat(deliveries("?state=exhausted")).isEmpty();
      assertThat(mailbox.keys()).isEqualTo(owed);
      owed.forEach(this::came);
      int arrivals = mailbox.arrivals().size();
      System.out.printf(
          "webhook kills: rounds %s, %d tasks, %d deliveries, lost 0; %d were settled and not sent at the kill, %d answered and not marked; %d came twice or more, %d arrivals%n",
          counts.rounds,
          promises.count(),
          owed.size(),
          counts.unsent,
          counts.unmarked,
          owed.stream().filter(each -> mailbox.arrivals(each).size() > 1).count(),
          arrivals);
      assertThat(owed).hasSize(2 * promises.count());
    }
  }
}
