package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.blackbox.Mailbox.Arrival;
import dev.easel.db.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void whatIsOwedComesUnderOneIdHoweverOftenTheSenderIsKilled() throws Exception {
    try (Site site =
            Site.ofOneNode(
                directory,
                Program.fastStart(),
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
      for (int round = 1; round <= ROUNDS; round++) {
        rounds.round(round, Moment.values()[(round - 1) % Moment.values().length]);
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
    private final PromisedNews news;
    private final Promises promises = new Promises();
    private final Map<Moment, Integer> rounds = new EnumMap<>(Moment.class);
    private int unsent;
    private int unmarked;

    Rounds(Site site, Line line, Mailbox mailbox) throws IOException {
      this.site = site;
      this.line = line;
      this.mailbox = mailbox;
      this.customer = site.write(tx -> Customer.create(tx, "customer", PLENTY));
      this.news = new PromisedNews(line, () -> site.url(random).orElseThrow(), customer, mailbox);
    }

    void round(int round, Moment moment) throws Exception {
      int from = mailbox.arrivals().size();
      if (moment != Moment.ANYTIME) {
        mailbox.holdBack();
      }
      Map<String, Order> tasks = order(round);
      Set<String> unfinished = strike(moment, from);
      long killedAt = System.nanoTime();
      mailbox.letGo();
      int killed = mailbox.arrivals().size();
      mailbox.senderLives();
      site.startNode(0);
      for (Map.Entry<String, Order> each : tasks.entrySet()) {
        news.checkAtTheEnd(each.getKey(), each.getValue());
      }
      double seconds = (System.nanoTime() - killedAt) / 1e9;
      promises.check(site, line, random);
      List<Arrival> after = mailbox.arrivalsFrom(killed);
      assertThat(after.stream().map(Arrival::key))
          .as("what came after the kill in round %d, %s", round, moment)
          .containsAll(unfinished);
      rounds.merge(moment, 1, Integer::sum);
      System.out.printf(
          "round %d, %s: %d deliveries; %d came before the kill, %d after it, the last by %.1f s%n",
          round, moment, 2 * tasks.size(), killed - from, after.size(), seconds);
    }

    private Map<String, Order> order(int round) throws IOException {
      Map<String, Order> tasks = new LinkedHashMap<>();
      int count = FEWEST_TASKS + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        Order.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
        String prompt = "%sa kite %d-%d".formatted(kind.prefix, round, i);
        Order order = new Order(customer, kind, prompt, Optional.empty());
        String task = news.create(order, random.nextBoolean());
        promises.acknowledged(task, order);
        tasks.put(task, order);
      }
      return tasks;
    }

    /**
     * Kills the node; what the deliveries are known by that have to come when there is one again.
     *
     * @param from how many arrivals there were before this round
     */
    private Set<String> strike(Moment moment, int from) throws Exception {
      return switch (moment) {
        case UNSENT -> strikeBeforeSending(from);
        case UNMARKED -> strikeBeforeMarking(from);
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
    private Set<String> strikeBeforeSending(int from) throws IOException {
      mailbox.awaitArrivals(1 + random.nextInt(PLACES));
      long limit = System.nanoTime() + PATIENCE.toNanos();
      Set<String> settled = news.owed();
      while (settled.size() < PLACES + 4) {
        assertThat(System.nanoTime()).as("%d are settled", settled.size()).isLessThan(limit);
        LockSupport.parkNanos(LOOK.toNanos());
        settled = news.owed();
      }
      kill();
      Set<String> unanswered = new TreeSet<>();
      mailbox.arrivalsFrom(from).forEach(arrival -> unanswered.add(arrival.key()));
      Set<String> stayed = new TreeSet<>(settled);
      stayed.removeAll(unanswered);
      assertThat(stayed).as("settled and not sent").isNotEmpty();
      unsent += stayed.size();
      unanswered.addAll(settled);
      return unanswered;
    }

    /** The rows in which it would be marked that they came are locked while the answers go out. */
    private Set<String> strikeBeforeMarking(int from) throws SQLException {
      int count = 1 + random.nextInt(PLACES);
      mailbox.awaitArrivals(count);
      List<Arrival> held;
      Database.Address address = site.address();
      try (Connection tx =
              DriverManager.getConnection(address.url(), address.user(), address.password());
          Statement lock = tx.createStatement()) {
        tx.setAutoCommit(false);
        held = mailbox.arrivalsFrom(from);
        lock.execute("select from job where kind = 'webhook' order by subject for update");
        mailbox.letGo();
        mailbox.awaitAnswers(count);
        kill();
      }
      Set<String> answered = new TreeSet<>();
      held.stream()
          .filter(arrival -> arrival.isAnswered().get())
          .forEach(arrival -> answered.add(arrival.key()));
      assertThat(answered).as("answered and not marked").isNotEmpty();
      unmarked += answered.size();
      return answered;
    }

    private void kill() {
      mailbox.senderDies();
      try {
        site.killNode(0);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    void end() throws IOException {
      promises.checkAtTheEnd(site, line, List.of(customer), random);
      news.checkAll();
      assertThat(news.count()).as("deliveries").isEqualTo(2 * promises.count());
      System.out.printf(
          "webhook kills: rounds %s; %d tasks, %d deliveries, lost 0; %d were settled and not sent at"
              + " the kill, %d answered and not marked; %d came more than once, %d arrivals in all%n",
          rounds,
          promises.count(),
          news.count(),
          unsent,
          unmarked,
          news.countOfRepeated(),
          mailbox.arrivals().size());
    }
  }
}
