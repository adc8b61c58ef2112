package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes and databases are killed under load, again and again: whatever was acknowledged is kept.
 *
 * <p>{@code -Drounds=N} for more rounds than the usual ten, {@code -Dseed=N} for those of an
 * earlier run. The seed decides on what is ordered and when what is killed; how far the work has
 * come by then is up to the machine.
 */
class KillLoopTest {
  private static final int ROUNDS = Integer.getInteger("rounds", 10);
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final int CLIENTS = 6;
  private static final long PLENTY = 100_000_000;
  private static final String[] SETTINGS = {
    "--sandbox-image-latency", "200ms", "--sandbox-concurrency", "0", "--engine-lease-seconds", "2"
  };

  /** What the upstream does to a create: in all of these it has sold. */
  private static final Map<Upstream.Fault, Double> LOSSES =
      Map.of(
          Upstream.Fault.SLOW,
          0.3,
          Upstream.Fault.LOST_ANSWER,
          0.03,
          Upstream.Fault.MALFORMED,
          0.02);

  @TempDir(factory = BelowTarget.class)
  private Path directory;

  private final Random random = new Random(SEED);

  /** What is killed, and what brings it back. */
  private interface Blow {
    void strike(Site site) throws Exception;

    void mend(Site site) throws Exception;
  }

  private enum OneNode implements Blow {
    NODE {
      @Override
      public void strike(Site site) throws Exception {
        site.killNode(0);
      }

      @Override
      public void mend(Site site) throws Exception {
        site.startNode(0);
      }
    },
    DATABASE {
      @Override
      public void strike(Site site) throws Exception {
        site.killDatabase();
      }

      @Override
      public void mend(Site site) {
        // The node starts it again.
      }
    },
    BOTH {
      @Override
      public void strike(Site site) throws Exception {
        site.killDatabase();
        site.killNode(0);
      }

      @Override
      public void mend(Site site) throws Exception {
        site.startNode(0);
      }
    }
  }

  private record OneOfTwo(int node) implements Blow {
    @Override
    public void strike(Site site) throws Exception {
      site.killNode(node);
    }

    @Override
    public void mend(Site site) {
      // The other one goes on.
    }
  }

  @Test
  void nothingIsLostOrDoneTwiceWhenANodeOrItsDatabaseIsKilled() throws Exception {
    try (Site site = Site.ofOneNode(directory, Program.fastStart(), SETTINGS);
        Line line = new Line()) {
      Loop loop = new Loop(site, line);
      int rounds = ROUNDS - ROUNDS / 4;
      for (int round = 1; round <= rounds; round++) {
        loop.round(round, OneNode.values()[round % OneNode.values().length]);
      }
      loop.end();
    }
  }

  @Test
  void theOtherNodeTakesOver() throws Exception {
    try (Site site = Site.ofTwoNodes(directory, Program.fastStart(), SETTINGS);
        Line line = new Line()) {
      Loop loop = new Loop(site, line);
      for (int round = 1; round <= Math.max(1, ROUNDS / 4); round++) {
        int node = random.nextInt(2);
        loop.round(round, new OneOfTwo(node));
        site.startNode(node);
      }
      loop.end();
    }
  }

  /** Rounds of one test, with what was promised in all of them. */
  private final class Loop {
    private final Site site;
    private final Line line;
    private final Promises promises = new Promises();
    private final List<Customer> customers = new ArrayList<>();

    Loop(Site site, Line line) {
      this.site = site;
      this.line = line;
      site.upstream().slowness(Duration.ofMillis(500));
      site.upstream().weather(SEED, Upstream.Call.CREATE, LOSSES);
      System.out.println("kill loop: -Dseed=" + SEED);
      for (int i = 0; i < 3; i++) {
        String name = "customer-" + i;
        customers.add(site.write(tx -> Customer.create(tx, name, PLENTY)));
      }
    }

    void round(int round, Blow blow) throws Exception {
      int before = promises.count();
      String answers;
      long killedAt;
      long backAt;
      try (Clients clients =
          Clients.start(site, line, promises, customers, CLIENTS, "r" + round, random)) {
        clients.awaitAcknowledged(30 + random.nextInt(60));
        blow.strike(site);
        killedAt = System.nanoTime();
        blow.mend(site);
        clients.awaitAcknowledged(2 * CLIENTS); // some were on their way
        backAt = System.nanoTime();
        clients.awaitAcknowledged(20);
        assertThat(clients.stop()).as("answers in round %d, %s", round, blow).isEmpty();
        answers =
            "%d acknowledged, %d unanswered, %d told to come back"
                .formatted(promises.count() - before, clients.unanswered(), clients.refused());
      }
      promises.check(site, line, random);
      System.out.printf(
          "round %d, %s: %s; back after %.1f s%n", round, blow, answers, (backAt - killedAt) / 1e9);
    }

    void end() throws Exception {
      long from = System.nanoTime();
      promises.checkAtTheEnd(site, line, customers, random);
      System.out.printf(
          "the last of %d tasks had ended, and all were checked, after %.1f s; %d purchases%n",
          promises.count(), (System.nanoTime() - from) / 1e9, site.upstream().purchases().size());
      List<String> command = new ArrayList<>(List.of("audit"));
      command.addAll(site.databaseArguments());
      Program.Ended audit = Program.run(command.toArray(String[]::new));
      assertThat(audit.code()).as(audit.out() + audit.err()).isZero();
      assertThat(audit.out()).startsWith("ok: ");
    }
  }
}
