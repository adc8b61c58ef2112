package dev.easel.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.KeyId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How often a key may ask this node for something that costs work: a bucket of a minute's worth for
 * each key, which fills evenly (the generic cell rate algorithm). Who asks more often is refused,
 * never queued.
 */
public final class Pace {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final long interval;
  private final LongSupplier nanos;

  /** When the bucket of a key will be full again. */
  private final Cache<KeyId, AtomicLong> fullAt =
      Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(2)).build();

  /**
   * A pace.
   *
   * @param perMinute requests; 0 is no limit
   * @param nanos a clock that only goes forward
   */
  public Pace(int perMinute, LongSupplier nanos) {
    this.interval = perMinute == 0 ? 0 : MINUTE / perMinute;
    this.nanos = nanos;
  }

  /**
   * How a key stands, for the headers of an answer (draft-ietf-httpapi-ratelimit-headers).
   *
   * @param quota requests in a minute
   * @param remaining requests that may be made at once
   * @param more how long it takes until there may be another one
   */
  public record Standing(long quota, long remaining, Duration more) {
    String policy() {
      return "\"minute\";q=%d;w=60".formatted(quota);
    }

    String state() {
      return "\"minute\";r=%d;t=%d"
          .formatted(remaining, more.plusNanos(Duration.ofSeconds(1).toNanos() - 1).toSeconds());
    }
  }

  /**
   * Counts a request of {@code caller}, or refuses it.
   *
   * @param tell is told how their key stands then, unless there is no limit
   */
  public Verdict<Caller> count(Caller caller, Consumer<Standing> tell) {
    if (interval == 0) {
      return Verdict.pass(caller);
    }
    long now = nanos.getAsLong();
    AtomicLong full = fullAt.get(caller.key().id(), _ -> new AtomicLong(now));
    while (true) {
      long before = full.get();
      long owed = Math.max(before - now, 0);
      long after = owed + interval;
      if (after > MINUTE) {
        tell.accept(standing(owed));
        return Verdict.refuse(new ApiError.RateLimited(Duration.ofNanos(after - MINUTE)));
      }
      if (full.compareAndSet(before, now + after)) {
        tell.accept(standing(after));
        return Verdict.pass(caller);
      }
    }
  }

  /** With {@code owed} until the bucket is full. */
  private Standing standing(long owed) {
    long room = MINUTE - owed;
    return new Standing(
        MINUTE / interval, room / interval, Duration.ofNanos(interval - room % interval));
  }
}
