package dev.easel.task;

import dev.easel.engine.Turns;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * What this node has under way with the provider of each channel: no more than so much, so that one
 * that lets everybody hang leaves room for the others. Who finds no place comes back when its turn
 * is likely.
 */
public final class ChannelPlaces {
  private final int each;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Places> channels = new ConcurrentHashMap<>();

  /** So many places of each channel. */
  public ChannelPlaces(int each, InstantSource clock, RandomGenerator random) {
    this.each = each;
    this.clock = clock;
    this.random = random;
  }

  /** The places of {@code channel}. */
  Places of(String channel) {
    return channels.computeIfAbsent(channel, _ -> new Places());
  }

  /** Those of one channel. */
  final class Places {
    private final Turns turns = new Turns(random);
    private int taken;

    /** Takes one; or else says when there may be one. */
    synchronized Optional<Instant> take() {
      if (taken >= each) {
        return Optional.of(turns.next(clock.instant(), each));
      }
      taken++;
      return Optional.empty();
    }

    /** Takes one, whether there is one or not. */
    synchronized void takeAnyway() {
      taken++;
    }

    /** Gives it back; it was used for {@code millis}. */
    synchronized void giveBack(long millis) {
      taken--;
      turns.took(millis);
    }
  }
}
