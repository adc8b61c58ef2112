package dev.easel.webhook;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.AccountId;
import dev.easel.engine.Turns;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The hosts that deliveries go to from this node, apart for each account, so that what one has
 * hanging at a host that many use does not delay the others. Each has a few places, so that one
 * that does not answer keeps no more than those; what finds none free comes back when its turn is
 * likely. One that lets time-out follow time-out cools: it is left alone for a growing while, and
 * then asked with one delivery before it gets the others.
 *
 * <p>An account has a share of all that is under way, however many hosts it names.
 */
final class Destinations {
  /** A quarter of what a node has under way. */
  private static final int PLACES_OF_AN_ACCOUNT = 256;

  private static final int PLACES = 8;
  private static final int PLACES_OF_A_HOST = 32;
  private static final int PLACES_ON_PROBATION = 1;
  private static final int MOST_WAITING = 64;
  private static final Duration LONGEST_WAIT_HERE = Duration.ofMillis(500);

  /** As many as a callback has tries that are documented: one alone is never kept from them. */
  private static final int TIMEOUTS_BEFORE_COOLING = 4;

  private static final Duration FIRST_COOLING = Duration.ofSeconds(5);

  /** As long as one of their destinations is known. */
  private final Cache<String, Host> hosts = Caffeine.newBuilder().weakValues().build();

  private final Cache<AccountId, Share> shares = Caffeine.newBuilder().weakValues().build();

  private final Cache<Address, Destination> known =
      Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(10)).maximumSize(100_000).build();

  private final InstantSource clock;
  private final RandomGenerator random;

  Destinations(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** What a delivery finds at its destination. */
  sealed interface Arrival {
    /** A place, to be left. */
    record Entered(Destination at) implements Arrival {}

    /** None, because others have them: it may come back at {@code when}. */
    record Later(Instant when) implements Arrival {}

    /** None, because nobody answers there: it may come back at {@code when}. */
    record Unanswered(Instant when) implements Arrival {}
  }

  private record Address(AccountId account, String host) {}

  /**
   * Takes a place for {@code account} at the host of {@code url}, if need be when one becomes free
   * in a moment.
   */
  Arrival enter(AccountId account, URI url) throws InterruptedException {
    String name = (url.getScheme() + "://" + url.getRawAuthority()).toLowerCase(Locale.ROOT);
    return known
        .get(
            new Address(account, name),
            _ ->
                new Destination(
                    hosts.get(name, _ -> new Host()), shares.get(account, _ -> new Share())))
        .enter();
  }

  /** What one account has under way, waiting included, wherever it goes. */
  private final class Share {
    private final Turns turns = new Turns(random);
    private int taken;

    /** Empty when there was a place; otherwise when there may be one. */
    synchronized Optional<Instant> take() {
      if (taken >= PLACES_OF_AN_ACCOUNT) {
        return Optional.of(turns.next(clock.instant(), PLACES_OF_AN_ACCOUNT));
      }
      taken++;
      return Optional.empty();
    }

    synchronized void note(long millis) {
      turns.took(millis);
    }

    synchronized void giveBack() {
      taken--;
    }
  }

  /** What the destinations at one host share: their places, and the lock of what they know. */
  private static final class Host {
    private int taken;
  }

  /** One of them, as this node knows it. */
  final class Destination {
    private final Host host;
    private final Share share;
    private final Turns turns = new Turns(random);
    private int taken;
    private int waiting;
    private int timeouts;
    private int coolings;
    private Instant coolingUntil = Instant.EPOCH;

    private Destination(Host host, Share share) {
      this.host = host;
      this.share = share;
    }

    private Arrival enter() throws InterruptedException {
      Optional<Instant> later = share.take();
      if (later.isPresent()) {
        return new Arrival.Later(later.get());
      }
      boolean isIn = false;
      try {
        Arrival arrival;
        synchronized (host) {
          arrival = enterOrWait();
        }
        isIn = arrival instanceof Arrival.Entered;
        return arrival;
      } finally {
        if (!isIn) {
          share.giveBack();
        }
      }
    }

    private Arrival enterOrWait() throws InterruptedException {
      long patience = LONGEST_WAIT_HERE.toNanos();
      long end = System.nanoTime() + patience;
      waiting++;
      try {
        while (isFull()
            && waiting <= MOST_WAITING
            && waiting * turns.millisForOne(places()) * 1e6 <= patience) {
          long left = end - System.nanoTime();
          if (left <= 0) {
            break;
          }
          host.wait(left / 1_000_000, (int) (left % 1_000_000));
        }
      } finally {
        waiting--;
      }
      if (isFull()) {
        return coolings == 0 ? new Arrival.Later(turn()) : new Arrival.Unanswered(turn());
      }
      taken++;
      host.taken++;
      return new Arrival.Entered(this);
    }

    private boolean isFull() {
      return taken >= places()
          || host.taken >= PLACES_OF_A_HOST
          || clock.instant().isBefore(coolingUntil);
    }

    private int places() {
      return coolings == 0 ? PLACES : PLACES_ON_PROBATION;
    }

    private Instant turn() {
      Instant now = clock.instant();
      return turns.next(now, coolingUntil.isAfter(now) ? coolingUntil : now, places());
    }

    /** Gives the place back; it was used for {@code millis}. */
    void leave(long millis, boolean hasTimedOut) {
      synchronized (host) {
        note(millis, hasTimedOut);
        giveBack();
      }
      share.note(millis);
      share.giveBack();
    }

    private void note(long millis, boolean hasTimedOut) {
      turns.took(millis);
      if (!hasTimedOut) {
        timeouts = 0;
        coolings = 0;
        coolingUntil = Instant.EPOCH;
      } else if (++timeouts >= TIMEOUTS_BEFORE_COOLING && !clock.instant().isBefore(coolingUntil)) {
        coolingUntil = clock.instant().plus(cooling());
        coolings++;
      }
    }

    /** Gives the place back unused. */
    void leave() {
      synchronized (host) {
        giveBack();
      }
      share.giveBack();
    }

    private void giveBack() {
      taken--;
      host.taken--;
      host.notifyAll();
    }

    private Duration cooling() {
      Duration doubled = FIRST_COOLING.multipliedBy(1L << Math.min(coolings, 10));
      return doubled.compareTo(Turns.LONGEST_AWAY) > 0 ? Turns.LONGEST_AWAY : doubled;
    }
  }
}
