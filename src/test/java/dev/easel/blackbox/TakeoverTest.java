package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes in the middle of many tasks, and one is killed: the other takes over what it was doing.
 *
 * <p>{@code -Dtasks=N} for other than the usual 400 tasks, {@code -Dlease=SECONDS} for another
 * lease than two seconds; production has 20.
 */
class TakeoverTest {
  private static final int TASKS = Integer.getInteger("tasks", 400);
  private static final int LEASE = Integer.getInteger("lease", 2);
  private static final int AT_ONCE = 32;
  private static final long PLENTY = 100_000_000;

  @TempDir(factory = BelowTarget.class)
  private Path directory;

  private final Random random = new Random(1);
  private final Promises promises = new Promises();
  private final AtomicInteger next = new AtomicInteger();
  private final Semaphore acknowledged = new Semaphore(0);
  private final Queue<Line.Reply> improper = new ConcurrentLinkedQueue<>();

  @Test
  void everyTaskEndsOnce() throws Exception {
    try (Site site =
            Site.ofTwoNodes(
                directory,
                Program.fastStart(),
                "--sandbox-concurrency",
                "0",
                "--engine-lease-seconds",
                Integer.toString(LEASE));
        Line line = new Line();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Database database = site.open()) {
      Customer customer = site.write(tx -> Customer.create(tx, "customer", PLENTY));
      long from = System.nanoTime();
      List<Future<?>> clients =
          IntStream.range(0, AT_ONCE)
              .<Future<?>>mapToObj(_ ->
                  threads.submit(() -> {
                    order(site, line, customer);
                    return null;
                  }))
              .toList();
      acknowledged.acquire(TASKS / 2);
      site.killNode(1);
      Takeover takeover = Takeover.watch(database, Duration.ofSeconds(LEASE + 10));
      for (Future<?> client : clients) {
        client.get();
      }
      assertThat(improper).as("answers other than accepted and 503").isEmpty();
      promises.checkAtTheEnd(site, line, List.of(customer), random);
      System.out.printf(
          "%d tasks, lease %d s: %s; all ended and checked after %.1f s%n",
          promises.count(), LEASE, takeover, (System.nanoTime() - from) / 1e9);
      assertThat(promises.count()).isEqualTo(TASKS);
    }
  }

  private void order(Site site, Line line, Customer customer) throws InterruptedException {
    for (int i = next.getAndIncrement(); i < TASKS; i = next.getAndIncrement()) {
      Order order = new Order(customer, Order.Kind.INSTANT, "a kite " + i, Optional.of("key-" + i));
      while (!isAnswered(site, line, order)) {
        Thread.onSpinWait();
      }
    }
  }

  private boolean isAnswered(Site site, Line line, Order order) {
    try {
      Line.Reply reply = line.create(site.url(random).orElseThrow(), order);
      if (reply.isAccepted()) {
        promises.acknowledged(reply.data().path("task_id").asString(), order);
        acknowledged.release();
        return true;
      }
      if (reply.status() != 503) {
        improper.add(reply);
        return true;
      }
    } catch (IOException lost) {
      // asked again
    }
    return false;
  }
}
