package dev.easel.blackbox;

import dev.easel.webhook.Receiver;
import dev.easel.webhook.Receiver.Received;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** Where deliveries come to, noted outside of what is killed. It answers 200 to all of them. */
final class Mailbox implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Receiver receiver = new Receiver();
  private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
  private final Semaphore came = new Semaphore(0);
  private final Semaphore answered = new Semaphore(0);
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile boolean senderLives = true;

  /**
   * A delivery that came.
   *
   * @param isAnswered whether its sender may have read the answer: it was sent before the kill
   */
  record Arrival(Received what, AtomicBoolean isAnswered) {
    /** What the delivery is known by: its id, or the address that it alone is sent to. */
    String key() {
      return what.headers().getOrDefault("webhook-id", what.path());
    }
  }

  Mailbox() {
    receiver.watch(this::note);
  }

  private Runnable note(Received what) {
    Arrival arrival = new Arrival(what, new AtomicBoolean());
    arrivals.add(arrival);
    came.release();
    try {
      gate.await();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
    return () -> {
      if (senderLives) {
        arrival.isAnswered.set(true);
      }
      answered.release();
    };
  }

  String url(String path) {
    return receiver.url(path);
  }

  /** From now on nothing is answered. */
  void holdBack() {
    gate = new CountDownLatch(1);
    came.drainPermits();
  }

  /** Answers what was held back, and from now on everything. */
  void letGo() {
    answered.drainPermits();
    gate.countDown();
  }

  /** Waits until so many have come since they are held back. */
  void awaitArrivals(int count) {
    await(came, count, "came");
  }

  /** Waits until so many have been answered since they were let go. */
  void awaitAnswers(int count) {
    await(answered, count, "were answered");
  }

  private static void await(Semaphore what, int count, String done) {
    try {
      if (!what.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(
            "only %d of %d deliveries %s".formatted(what.availablePermits(), count, done));
      }
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** The sender is killed now: what is answered after this, nobody reads. */
  void senderDies() {
    senderLives = false;
  }

  void senderLives() {
    senderLives = true;
  }

  /** All that has come so far, in its order. */
  List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  /** What has come after the first {@code count}, in its order. */
  List<Arrival> arrivalsFrom(int count) {
    return arrivals.stream().skip(count).toList();
  }

  /** What has come under one key, in its order. */
  List<Arrival> arrivals(String key) {
    return arrivals.stream().filter(arrival -> arrival.key().equals(key)).toList();
  }

  /** The keys of what has come so far. */
  Set<String> keys() {
    return arrivals.stream().map(Arrival::key).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    gate.countDown();
    receiver.close();
  }
}
