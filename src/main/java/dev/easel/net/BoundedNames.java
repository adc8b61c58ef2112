package dev.easel.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks names up on a bounded number of threads of its own, for a bounded time. The system's
 * look-up is a call into the C library, which holds its thread until it is over: on a virtual
 * thread that would be a thread that carries others, and some hundred names whose servers do not
 * answer would bring everything to a standstill.
 *
 * <p>Who finds no place, or gets no answer, within {@link #PATIENCE} is told that the name is
 * unknown. The look-up itself cannot be ended: it keeps its place until the system gives up, which
 * with the usual settings of a resolver takes ten seconds for each name server. Whoever controls a
 * domain could keep places taken by naming ever new hosts of it, so a domain has a few of them
 * only. Somebody with many domains can still have names looked up late.
 */
final class BoundedNames implements GuardedResolver.Names, AutoCloseable {
  static final int PLACES = 64;
  static final int PLACES_OF_A_DOMAIN = 8;
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final GuardedResolver.Names names;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("names-", 0).factory());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  /** Under the lock: how many look-ups are going on, in all and by domain. */
  private int taken;

  private final Map<String, Integer> takenByDomain = new HashMap<>();

  /** Asks {@code names}, which may take its time. */
  BoundedNames(GuardedResolver.Names names) {
    this.names = names;
  }

  @Override
  public InetAddress[] addresses(String name) throws UnknownHostException {
    String domain = domain(name);
    try {
      long left = take(domain, PATIENCE.toNanos());
      if (left <= 0) {
        throw new UnknownHostException(name + ": too many look-ups at once");
      }
      return begin(name, domain).get(left, TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof UnknownHostException unknown) {
        throw unknown;
      }
      throw new IllegalStateException("cannot look a name up", failed.getCause());
    } catch (TimeoutException slow) {
      throw unknown(name + ": no answer in time", slow);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw unknown(name + ": interrupted", interrupted);
    }
  }

  /** The last two labels: what somebody registers, or what many have in common. */
  private static String domain(String name) {
    int last = name.lastIndexOf('.');
    return name.substring(name.lastIndexOf('.', last - 1) + 1);
  }

  /** Waits for a place; answers how much of {@code patience} is left: none when there is none. */
  private long take(String domain, long patience) throws InterruptedException {
    long left = patience;
    lock.lockInterruptibly();
    try {
      while (taken == PLACES || takenByDomain.getOrDefault(domain, 0) == PLACES_OF_A_DOMAIN) {
        if (left <= 0) {
          return 0;
        }
        left = freed.awaitNanos(left);
      }
      if (left > 0) {
        taken++;
        takenByDomain.merge(domain, 1, Integer::sum);
      }
      return left;
    } finally {
      lock.unlock();
    }
  }

  private void give(String domain) {
    lock.lock();
    try {
      taken--;
      takenByDomain.computeIfPresent(domain, (_, number) -> number == 1 ? null : number - 1);
      freed.signalAll(); // who is first may wait for another domain
    } finally {
      lock.unlock();
    }
  }

  private Future<InetAddress[]> begin(String name, String domain) {
    boolean begun = false;
    try {
      Future<InetAddress[]> answer =
          threads.submit(() -> {
            try {
              return names.addresses(name);
            } finally {
              give(domain);
            }
          });
      begun = true;
      return answer;
    } finally {
      if (!begun) {
        give(domain);
      }
    }
  }

  private static UnknownHostException unknown(String message, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(message);
    unknown.initCause(cause);
    return unknown;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
