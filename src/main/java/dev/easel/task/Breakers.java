package dev.easel.task;

import dev.easel.db.Columns;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which channels are cooling, because they were at fault: nothing is submitted to them meanwhile.
 * The database has it, so that all nodes agree; each keeps a copy, which is read again when a node
 * changed it, on {@link #CHANGES}, and every few seconds.
 *
 * <p>The third fault in a row lets a channel cool for a second, each further one for twice as long,
 * up to 64 seconds; a provider that says how long it wants to be left alone gets that; one that an
 * operator has to see to is left alone for ten minutes.
 */
public final class Breakers implements AutoCloseable {
  /** Told, by NOTIFY, whenever a channel's breaker has changed. */
  public static final String CHANGES = "easel_breakers";

  private static final Logger log = LoggerFactory.getLogger(Breakers.class);
  private static final Duration TICK = Duration.ofSeconds(2);

  private static final Duration WHEN_BROKEN = Duration.ofMinutes(10);

  private final Database database;
  private volatile Map<String, Breaker> breakers = Map.of();
  private volatile @Nullable Thread ticker;
  private final Lock looking = new ReentrantLock();
  private boolean closed;

  private record Breaker(
      String channel, int faults, @Nullable Instant coolingUntil, String cause) {}

  /** The breakers as they are now. */
  public Breakers(Database database) {
    this.database = database;
    refresh();
  }

  /** Looks at them every few seconds from now on, until it is closed. */
  public void start() {
    ticker = Thread.ofPlatform().name("breakers").daemon().start(this::tickForEver);
  }

  private void tickForEver() {
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
        refresh();
      }
    } catch (InterruptedException closed) {
      log.debug("breakers closed");
    }
  }

  /** Channels that cool, or did until a moment ago, and until when. */
  public Map<String, Instant> cooling() {
    Map<String, Instant> cooling = new HashMap<>();
    breakers.forEach((channel, breaker) -> {
      if (breaker.coolingUntil != null) {
        cooling.put(channel, breaker.coolingUntil);
      }
    });
    return cooling;
  }

  /** Reads them again; when the database is away, they stay as they were known. */
  public void refresh() {
    looking.lock();
    try {
      if (!closed) { // or the database is going to be closed too
        look();
      }
    } catch (DatabaseException away) {
      log.debug("cannot read the breakers: {}", away.getMessage());
    } finally {
      looking.unlock();
    }
  }

  private void look() {
    Map<String, Breaker> fresh = new HashMap<>();
    database
        .read(tx ->
            tx.createQuery("select channel, faults, cooling_until, cause from breaker")
                .map((row, _) ->
                    new Breaker(
                        row.getString(1),
                        row.getInt(2),
                        instant(row.getTimestamp(3)),
                        row.getString(4)))
                .list())
        .forEach(breaker -> fresh.put(breaker.channel, breaker));
    fresh.values().forEach(breaker -> tell(breakers.get(breaker.channel), breaker));
    breakers = Map.copyOf(fresh);
  }

  /** Who wonders why nothing is submitted finds it in the log. */
  private static void tell(@Nullable Breaker before, Breaker now) {
    if (now.coolingUntil != null
        && now.faults > 2
        && (before == null || !now.coolingUntil.equals(before.coolingUntil))) {
      log.warn(
          "channel {} is left alone until {}, after {} faults in a row: {}",
          now.channel,
          now.coolingUntil,
          now.faults,
          now.cause);
    }
  }

  private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }

  /**
   * Writes what became known of channels in one transaction, the last of all it locks. A submission
   * that went well ends a row of faults. A fault of a channel that cools already belongs to the
   * same trouble and does not count.
   *
   * <p>One statement locks all of the rows, in their order: for two nodes the same channels may be
   * well and in trouble the other way round. Missing rows are added before it, so that whoever
   * waits for that holds none that others see.
   */
  void write(Pipeline writes, Omens omens, Instant now) {
    List<Trouble> troubles =
        omens.bad().entrySet().stream()
            .flatMap(e -> Trouble.of(e.getKey(), e.getValue()).stream())
            .toList();
    Columns.of(troubles)
        .add("text", Trouble::channel)
        .into(
            writes,
            """
            insert into breaker (channel, faults, cause)
            select channel, 0, '' from unnest(?) as t (channel) order by channel on conflict do nothing
            """);
    Columns.of(signs(omens, troubles))
        .value(Timestamp.from(now))
        .add("text", Sign::channel)
        .add("boolean", Sign::isFair)
        .add("text", sign -> sign.trouble.map(Trouble::cause).orElse(null))
        .add("double precision", sign -> sign.trouble.map(Trouble::seconds).orElse(null))
        .into(
            writes,
            """
            with seen as (
              select breaker.channel, now, sign.cause, seconds,
                case when is_fair then 0 else faults end as faults,
                seconds is not null and coalesce(cooling_until <= now, true) as counts
              from (select ?::timestamptz) as c (now), unnest(?, ?, ?, ?) as sign (channel, is_fair, cause, seconds)
              join breaker on breaker.channel = sign.channel
              where (is_fair and faults > 0) or (seconds is not null and coalesce(cooling_until <= now, true))
              order by breaker.channel for update of breaker
            )
            update breaker set faults = seen.faults + counts::int,
              cause = case when counts then seen.cause else breaker.cause end,
              cooling_until = case when counts then now + interval '1 s' * greatest(seconds,
                case when seen.faults >= 2 then least(64, power(2, least(seen.faults, 10) - 2)) else 0 end)
                else cooling_until end
            from seen where breaker.channel = seen.channel
            """);
    Columns.of(troubles)
        .add("text", Trouble::channel)
        .into(writes, "select pg_notify('" + CHANGES + "', channel) from unnest(?) as t (channel)");
  }

  /** What was seen of a channel. */
  private record Sign(String channel, boolean isFair, Optional<Trouble> trouble) {}

  private List<Sign> signs(Omens omens, List<Trouble> troubles) {
    Map<String, Sign> signs = new HashMap<>();
    for (String channel : omens.fair()) {
      if (hasFaults(channel)) {
        signs.put(channel, new Sign(channel, true, Optional.empty()));
      }
    }
    for (Trouble trouble : troubles) {
      boolean isFair = signs.containsKey(trouble.channel);
      signs.put(trouble.channel, new Sign(trouble.channel, isFair, Optional.of(trouble)));
    }
    return List.copyOf(signs.values());
  }

  private boolean hasFaults(String channel) {
    Breaker known = breakers.get(channel);
    return known != null && known.faults > 0;
  }

  /** What lets a channel cool, and for how long at least. */
  private record Trouble(String channel, String cause, double seconds) {
    static Optional<Trouble> of(String channel, Omen omen) {
      return switch (omen) {
        case Omen.Fair _ -> Optional.empty();
        case Omen.Fault(String cause, Duration atLeast) ->
            Optional.of(new Trouble(channel, cause, atLeast.toMillis() / 1000.0));
        case Omen.Broken(String cause) -> {
          log.error("ALERT: channel {} needs an operator: {}", channel, cause);
          yield Optional.of(new Trouble(channel, cause, WHEN_BROKEN.toSeconds()));
        }
      };
    }
  }

  /** Waits for a look at the database that is under way; there is none after it. */
  @Override
  public void close() {
    looking.lock();
    try {
      closed = true;
    } finally {
      looking.unlock();
    }
    Thread started = ticker;
    if (started != null) {
      started.interrupt();
    }
  }
}
