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
   */
  void write(Pipeline writes, Omens omens, Instant now) {
    Columns.of(omens.fair().stream().filter(this::hasFaults).toList())
        .add("text", channel -> channel)
        .into(
            writes,
            """
            with well as (
              select channel from breaker where channel = any (?) and faults > 0 order by channel for update
            )
            update breaker set faults = 0 from well where breaker.channel = well.channel
            """);
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
    Columns.of(troubles)
        .value(Timestamp.from(now))
        .add("text", Trouble::channel)
        .add("text", Trouble::cause)
        .add("double precision", Trouble::seconds)
        .into(
            writes,
            """
            with trouble as (
              select breaker.channel, t.cause, now, greatest(t.seconds,
                case when faults >= 2 then least(64, power(2, least(faults, 10) - 2)) else 0 end) as seconds
              from (select ?::timestamptz) as c (now), unnest(?, ?, ?) as t (channel, cause, seconds)
              join breaker on breaker.channel = t.channel
              where cooling_until is null or cooling_until <= now
              order by breaker.channel for update of breaker
            )
            update breaker set cause = trouble.cause, faults = faults + 1,
              cooling_until = now + seconds * interval '1 s'
            from trouble where breaker.channel = trouble.channel
            """);
    Columns.of(troubles)
        .add("text", Trouble::channel)
        .into(writes, "select pg_notify('" + CHANGES + "', channel) from unnest(?) as t (channel)");
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
