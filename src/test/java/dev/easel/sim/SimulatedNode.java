package dev.easel.sim;

import dev.easel.asset.AssetNames;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.RecklessServer;
import dev.easel.engine.Engine;
import dev.easel.engine.Handler;
import dev.easel.engine.SteppedEngine;
import dev.easel.task.Admission;
import dev.easel.task.Breakers;
import dev.easel.task.ChannelPlaces;
import dev.easel.task.Results;
import dev.easel.task.Settlement;
import dev.easel.task.TaskRunner;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One life of a node: the production classes between admission and settlement, wired as {@code
 * Node} wires them, on simulated threads, clock, database, providers and files.
 */
final class SimulatedNode implements SimulatedDatabase.Node {
  static final Duration LEASE = Duration.ofSeconds(20);
  private static final Duration TICK = Duration.ofSeconds(20);

  /** For how long a server lets a transaction do nothing. */
  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);

  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  private final World world;
  private final Host host;
  private final SimulatedDatabase connections;
  private final Database database;
  private final Life life;
  private final Duration skew;
  private @Nullable Parts parts;
  private int quiet;
  private int pauses;
  private Scheduler.Alarm wake = new Scheduler.Alarm();

  /** Who is told what becomes of a node. */
  interface Life {
    /** It can be asked now. */
    void up(SimulatedNode node);

    /** It has died. */
    void down(SimulatedNode node);
  }

  private record Parts(
      Breakers breakers, Settlement settlement, Admission admission, SteppedEngine engine) {}

  /** What all nodes share. */
  record World(
      RandomGenerator random,
      Scheduler scheduler,
      Backends backends,
      Faults faults,
      SimulatedStore store,
      AssetNames names,
      Map<String, SimulatedProvider> providers,
      Policies policies,
      Instant start) {
    /** An id that is drawn. */
    UUID id() {
      return new UUID(
          (random.nextLong() & ~0xf000L) | 0x4000L, (random.nextLong() & ~(3L << 62)) | (1L << 63));
    }
  }

  /** Starts it. */
  SimulatedNode(World world, String name, Life life) {
    this.world = world;
    this.life = life;
    this.host = new Host(name);
    this.skew = Duration.ofMillis(world.random.nextInt(-500, 500));
    this.connections = new SimulatedDatabase(world.scheduler, world.backends, world.faults, this);
    this.database = RecklessServer.on(connections, world.scheduler.threads(host));
    world.scheduler.start(host, "main", this::boot);
  }

  private void boot() {
    Parts built = build();
    parts = built;
    world.scheduler.note("is up");
    world.scheduler.start(host, "claimer", () -> claimForEver(built.engine));
    world.scheduler.start(host, "rescuer", () -> rescueForEver(built.engine));
    world.scheduler.start(host, "breakers", () -> refreshForEver(built.breakers));
    life.up(this);
  }

  private Parts build() {
    InstantSource clock = this::now;
    Breakers breakers = new Breakers(database);
    Settlement settlement =
        new Settlement(
            database,
            clock,
            breakers,
            settled -> {
              if (settled.madeDue()) {
                wake();
              }
            });
    int room = world.random.nextInt(24, 200);
    TaskRunner runner =
        new TaskRunner(
            database,
            settlement,
            new TaskRunner.Outside(
                channel -> provider(channel).of(this),
                model -> world.policies.of(model, breakers.cooling()),
                new ChannelPlaces(room / 2, clock, world.random),
                new Results(world.store.of(this), world.names),
                world::id,
                world.scheduler.threads(host)::newThread,
                world.scheduler::sleep),
            clock);
    Engine.Settings settings = new Engine.Settings(host.name(), room, LEASE, Duration.ZERO);
    SteppedEngine.Time time =
        new SteppedEngine.Time(clock, this::nanoTime, world.scheduler.threads(host)::newThread);
    SteppedEngine engine =
        new SteppedEngine(
            database, settings, time, Map.of(TaskRunner.KIND, expectingFaults(runner)));
    Admission admission = new Admission(database, clock, _ -> wake());
    return new Parts(breakers, settlement, admission, engine);
  }

  private SimulatedProvider provider(String channel) {
    SimulatedProvider provider = world.providers.get(channel);
    if (provider == null) {
      throw new IllegalArgumentException("no channel " + channel);
    }
    return provider;
  }

  private Instant now() {
    return world.start.plus(world.scheduler.time()).plus(skew);
  }

  private long nanoTime() {
    return world.scheduler.time().toNanos() + skew.toNanos();
  }

  /** A handler may fail because the database or the store is away, and for no other reason. */
  private Handler expectingFaults(Handler handler) {
    return lease -> {
      quiet = 0;
      try {
        handler.run(lease);
      } catch (DatabaseException | UncheckedIOException away) {
        world.scheduler.note("-- gives up: " + away.getMessage());
        throw away;
      } catch (RuntimeException defect) {
        world.scheduler.violated("a job failed: " + defect);
        throw defect;
      }
    };
  }

  /** Sometimes nobody hears it: the next look finds what is due all the same. */
  private void wake() {
    if (!world.faults.happens(4)) {
      quiet = 0;
      wake.ring();
    }
  }

  /** A pause that becomes longer while nothing happens here: to save steps, not to change any. */
  private Duration pause(int millis) {
    return Duration.ofMillis(
        world.random.nextInt(millis / 4, millis) * (1L + Math.min(quiet++ / 8, 12)));
  }

  /** A pause between looks that find little; longer when nothing fails any more. */
  private Duration lull(int millis) {
    return pause(millis).multipliedBy(world.faults.isOver() ? 4 : 1);
  }

  private void claimForEver(SteppedEngine engine) {
    while (true) {
      Scheduler.Alarm next = wake;
      world.scheduler.after(pause(10_000), next::ring);
      next.await();
      // Some time passes until it runs: then there is more to claim at once. Not by all of them, or
      // each would get a few.
      world.scheduler.sleepUntilNext(TICK);
      world.scheduler.sleep(TICK.multipliedBy(world.random.nextInt(2)));
      wake = new Scheduler.Alarm();
      if (!engine.claim()) {
        world.scheduler.sleep(PAUSE_WHEN_DATABASE_AWAY);
      }
    }
  }

  private void rescueForEver(SteppedEngine engine) {
    while (true) {
      world.scheduler.sleep(lull(56_000));
      engine.rescue();
    }
  }

  private void refreshForEver(Breakers breakers) {
    while (true) {
      world.scheduler.sleep(lull(110_000));
      breakers.refresh();
    }
  }

  Host host() {
    return host;
  }

  private Parts parts() {
    return Objects.requireNonNull(parts, "not up");
  }

  Admission admission() {
    return parts().admission;
  }

  Settlement settlement() {
    return parts().settlement;
  }

  Database database() {
    return database;
  }

  @Override
  public boolean isDead() {
    return host.isDead();
  }

  @Override
  public void crash() {
    world.scheduler.end(this::die);
  }

  /** Between two turns: it is no more. */
  void die() {
    world.faults.crashed();
    host.die();
    try {
      connections.abandon();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
    life.down(this);
  }

  @Override
  public void pause() {
    if (host.isPaused()) {
      return;
    }
    Duration length = world.faults.pause();
    world.scheduler.note("-- stands still for " + length.toMillis() + " ms");
    host.pause();
    int pause = ++pauses;
    world.scheduler.after(
        IDLE_IN_TRANSACTION,
        () -> {
          if (host.isPaused() && pause == pauses) {
            endIdle();
          }
        });
    world.scheduler.after(
        length,
        () -> {
          world.scheduler.happened(host.name(), "goes on");
          world.scheduler.resume(host);
        });
    world.scheduler.step("goes on");
  }

  private void endIdle() {
    try {
      connections.endIdle();
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
