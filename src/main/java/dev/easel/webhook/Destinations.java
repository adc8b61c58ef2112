package dev.easel.webhook;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.AccountId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The hosts that deliveries go to from this node, apart for each account, so that what one has
 * hanging at a host that many use does not delay the others. Each has a few places, so that one
 * that does not answer keeps no more than those; what finds none free comes back when its turn is
 * likely. One that lets time-out follow time-out cools: it is left alone for a growing while, and
 * then asked with one delivery before it gets the others.
 */
final class Destinations {
  private static final int PLACES = 8;
  private static final int PLACES_OF_A_HOST = 32;
  private static final int PLACES_ON_PROBATION = 1;
  private static final int MOST_WAITING = 64;
  private static final Duration LONGEST_WAIT_HERE = Duration.ofMillis(500);

  /** As many as a callback has tries that are documented: one alone is never kept from them. */
  private static final int TIMEOUTS_BEFORE_COOLING = 4;

  private static final Duration FIRST_COOLING = Duration.ofSeconds(5);
  private static final Duration LONGEST_AWAY = Duration.ofMinutes(1);

  private static final Duration LONGEST_AWAY_OF_MANY = Duration.ofMinutes(10);

  /** How many may come back from being away, each to write that it goes away again. */
  private static final int RETURNS_IN_A_SECOND = 50;

  /** Of a mean, the last duration's part. */
  private static final double NEWEST = 0.2;

  /** As long as one of its destinations is known. */
  private final Cache<String, Host> hosts = Caffeine.newBuilder().weakValues().build();

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
        .get(new Address(account, name), _ -> new Destination(hosts.get(name, _ -> new Host())))
        .enter();
  }

  /** What the destinations at one host share: their places, and the lock of what they know. */
  private static final class Host {
    private int taken;
  }

  /** One of them, as this node knows it. */
  final class Destination {
    private final Host host;
    private int taken;
    private int waiting;
    private double meanMillis = 100;
    private int timeouts;
    private int coolings;
    private Instant coolingUntil = Instant.EPOCH;

    /** When the last of those who were sent away is expected to find a place. */
    private Instant busyUntil = Instant.EPOCH;

    private Instant countedUntil = Instant.EPOCH;
    private long sentAway;
    private long sentAwayBefore;

    private Destination(Host host) {
      this.host = host;
    }

    private Arrival enter() throws InterruptedException {
      synchronized (host) {
        return enterOrWait();
      }
    }

    private Arrival enterOrWait() throws InterruptedException {
      long patience = LONGEST_WAIT_HERE.toNanos();
      long end = System.nanoTime() + patience;
      waiting++;
      try {
        while (isFull() && waiting <= MOST_WAITING && waiting * millisForOne() * 1e6 <= patience) {
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

    private double millisForOne() {
      return meanMillis / places();
    }

    /** Behind all who were sent away before, but never long after a destination may have healed. */
    private Instant turn() {
      Instant now = clock.instant();
      Instant from = busyUntil.isAfter(now) ? busyUntil : now;
      if (coolingUntil.isAfter(from)) {
        from = coolingUntil;
      }
      busyUntil = from.plusMillis((long) Math.ceil(millisForOne()));
      Duration longest = longestAway(now);
      Instant last = now.plus(longest);
      if (busyUntil.isBefore(last)) {
        return busyUntil;
      }
      busyUntil = last;
      return last.minusMillis(random.nextLong(longest.toMillis() / 2));
    }

    /** The longer, the more are away: who counts them for as long counts each of them once. */
    private Duration longestAway(Instant now) {
      if (!now.isBefore(countedUntil)) {
        sentAwayBefore = sentAway;
        sentAway = 0;
        countedUntil = now.plus(away(sentAwayBefore));
      }
      sentAway++;
      return away(Math.max(sentAway, sentAwayBefore));
    }

    private static Duration away(long many) {
      long seconds = Math.max(LONGEST_AWAY.toSeconds(), many / RETURNS_IN_A_SECOND);
      return Duration.ofSeconds(Math.min(seconds, LONGEST_AWAY_OF_MANY.toSeconds()));
    }

    /** Gives the place back; it was used for {@code millis}. */
    void leave(long millis, boolean hasTimedOut) {
      synchronized (host) {
        note(millis, hasTimedOut);
        giveBack();
      }
    }

    private void note(long millis, boolean hasTimedOut) {
      meanMillis += NEWEST * (millis - meanMillis);
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
    }

    private void giveBack() {
      taken--;
      host.taken--;
      host.notifyAll();
    }

    private Duration cooling() {
      Duration doubled = FIRST_COOLING.multipliedBy(1L << Math.min(coolings, 10));
      return doubled.compareTo(LONGEST_AWAY) > 0 ? LONGEST_AWAY : doubled;
    }
  }
}
