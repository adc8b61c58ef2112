package dev.easel.blackbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Customers who go on ordering whatever happens to the gateway, each at an even pace. They note
 * what was acknowledged, and every answer that is neither that nor "not at the moment".
 */
final class Clients implements AutoCloseable {
  private static final int PAUSE_MILLIS = 20;
  private static final int PAUSE_UNANSWERED_MILLIS = 100;
  private static final int PATIENCE_SECONDS = 120;

  private final Site site;
  private final Line line;
  private final Promises promises;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch abandoned = new CountDownLatch(1);
  private final Semaphore acknowledged = new Semaphore(0);
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final Queue<String> improper = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();

  private Clients(Site site, Line line, Promises promises) {
    this.site = site;
    this.line = line;
    this.promises = promises;
  }

  /** Starts {@code count} of them; {@code name} makes their orders unique. */
  static Clients start(
      Site site,
      Line line,
      Promises promises,
      List<Customer> customers,
      int count,
      String name,
      Random seeds) {
    Clients clients = new Clients(site, line, promises);
    for (int i = 0; i < count; i++) {
      Customer customer = customers.get(i % customers.size());
      String own = name + "-" + i;
      Random random = new Random(seeds.nextLong());
      clients.running.add(
          clients.threads.submit(() -> {
            clients.order(customer, own, random);
            return null;
          }));
    }
    return clients;
  }

  private void order(Customer customer, String name, Random random) throws InterruptedException {
    int count = 0;
    do {
      place(Order.random(random, customer, name + "-" + count++), random);
    } while (!stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Sends the order, and again until it is answered if that is safe. */
  private void place(Order order, Random random) throws InterruptedException {
    int tries = 0;
    while (!isAnswered(order, random)) {
      if (order.idempotencyKey().isEmpty()) {
        return;
      }
      if (++tries > PATIENCE_SECONDS * 1_000 / PAUSE_UNANSWERED_MILLIS) {
        improper.add("no answer to " + order);
        return;
      }
      if (abandoned.await(PAUSE_UNANSWERED_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private boolean isAnswered(Order order, Random random) throws InterruptedException {
    Optional<String> url = site.url(random);
    while (url.isEmpty() && !abandoned.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
      url = site.url(random);
    }
    if (url.isEmpty()) {
      return true; // nobody waits for it any more
    }
    Line.Reply reply;
    try {
      reply = line.create(url.get(), order);
    } catch (IOException lost) {
      unanswered.incrementAndGet();
      return false;
    }
    if (reply.isAccepted()) {
      promises.acknowledged(reply.data().path("task_id").asString(), order);
      acknowledged.release();
      return true;
    }
    if (reply.status() != 503) {
      improper.add(reply + " to " + order);
      return true;
    }
    refused.incrementAndGet();
    return false;
  }

  /** Waits for {@code count} more acknowledgements. */
  void awaitAcknowledged(int count) throws InterruptedException {
    acknowledged.drainPermits();
    if (!acknowledged.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError(
          "only %d more were acknowledged; improper answers: %s"
              .formatted(acknowledged.availablePermits(), improper));
    }
  }

  /** How many requests were not answered at all. */
  int unanswered() {
    return unanswered.get();
  }

  /** How many requests were answered with "not at the moment". */
  int refused() {
    return refused.get();
  }

  /** Waits until what was begun is answered; answers that should not have been given. */
  List<String> stop() throws InterruptedException, ExecutionException {
    stopped.countDown();
    for (Future<?> each : running) {
      each.get();
    }
    return List.copyOf(improper);
  }

  @Override
  public void close() {
    stopped.countDown();
    abandoned.countDown();
    threads.close();
  }
}
