package dev.easel.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When those who found no place come back: each when its turn is likely, behind all who were sent
 * away before, but never long after places may have become free. The more are away, the longer they
 * stay away. Not safe for threads.
 */
public final class Turns {
  /** So long at most, while not many are away. */
  public static final Duration LONGEST_AWAY = Duration.ofMinutes(1);

  /** However soon places became free so far: those that are taken now may hang. */
  private static final Duration SHORTEST_AWAY = Duration.ofSeconds(1);

  private static final Duration LONGEST_AWAY_OF_MANY = Duration.ofMinutes(10);

  /** How many may come back from being away, each to write that it goes away again. */
  private static final int RETURNS_IN_A_SECOND = 50;

  /** Of a mean, the last duration's part. */
  private static final double NEWEST = 0.2;

  private final RandomGenerator random;
  private double meanMillis = 100;

  /** When the last of those who were sent away is expected to find a place. */
  private Instant busyUntil = Instant.EPOCH;

  private Instant countedUntil = Instant.EPOCH;
  private long sentAway;
  private long sentAwayBefore;

  /** Nobody is away. */
  public Turns(RandomGenerator random) {
    this.random = random;
  }

  /** A place was used for {@code millis}. */
  public void took(long millis) {
    meanMillis += NEWEST * (millis - meanMillis);
  }

  /** How soon one of so many places is free again. */
  public double millisForOne(int places) {
    return meanMillis / places;
  }

  /** The turn of one more who finds none of so many places free, and did not wait for one. */
  public Instant next(Instant now, int places) {
    return next(now, now.plus(SHORTEST_AWAY), places);
  }

  /**
   * The turn of one more who finds none of so many places free.
   *
   * @param soonest when they can be free at all
   */
  public Instant next(Instant now, Instant soonest, int places) {
    Instant from = busyUntil.isAfter(soonest) ? busyUntil : soonest;
    busyUntil = from.plusMillis((long) Math.ceil(millisForOne(places)));
    Duration longest = longest(now);
    Instant last = now.plus(longest);
    if (busyUntil.isBefore(last)) {
      return busyUntil;
    }
    busyUntil = last;
    return last.minusMillis(random.nextLong(longest.toMillis() / 2));
  }

  /** The longer, the more are away: who counts them for as long counts each of them once. */
  private Duration longest(Instant now) {
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
}
