package dev.easel;

import dev.easel.account.Keys;
import dev.easel.api.Callers;
import dev.easel.api.Door;
import dev.easel.api.Intake;
import dev.easel.api.Server;
import dev.easel.api.dialect.omni.Extras;
import dev.easel.api.dialect.omni.Omni;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.api.dialect.omni.TaskEvents;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.FileRoutes;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.LocalAssetStore;
import dev.easel.asset.MasterKey;
import dev.easel.asset.OwnFiles;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.Channel;
import dev.easel.config.EaselConfig;
import dev.easel.config.SandboxSettings;
import dev.easel.config.Version;
import dev.easel.db.Database;
import dev.easel.db.DatabaseClock;
import dev.easel.db.Notifications;
import dev.easel.engine.Engine;
import dev.easel.net.AddressGuard;
import dev.easel.net.Cidr;
import dev.easel.net.Outbound;
import dev.easel.task.Admission;
import dev.easel.task.Breakers;
import dev.easel.task.Cancellations;
import dev.easel.task.ChannelLimits;
import dev.easel.task.Lifecycle;
import dev.easel.task.Results;
import dev.easel.task.Settlement;
import dev.easel.task.Snapshots;
import dev.easel.task.Task;
import dev.easel.task.TaskRunner;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node, wired by hand from top to bottom. Closing it drains it: what was started last
 * stops first.
 */
public final class Node implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Node.class);

  /** How long a task may wait for its first attempt. */
  private static final Duration QUEUE_LIMIT = Duration.ofHours(24);

  /** Announced to the other nodes when jobs became due by a commit of this one. */
  private static final String JOBS_DUE = "easel_jobs";

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CompletableFuture<String> publicUrl = new CompletableFuture<>();
  private final DatabaseClock clock;
  private final Snapshots snapshots;
  private volatile boolean draining;

  /** Starts a node on {@code database}, which is migrated and is at {@code address}. */
  public Node(EaselConfig config, Database.Address address, Database database) throws IOException {
    this.clock = opened(new DatabaseClock(database));
    Catalog catalog = database.transaction(tx -> catalog(tx, config.sandbox(), clock));
    AddressGuard guard = new AddressGuard(config.net().allow().stream().map(Cidr::parse).toList());
    String agent = "Easel/" + Version.current().easel();
    Outbound outbound = opened(new Outbound(guard, agent));
    MasterKey masterKey = masterKey(config);
    AssetStore assets = LocalAssetStore.open(config.assets().directory(), clock);
    OwnFiles files = new OwnFiles(publicUrl::join, assets);
    ImageFetcher images = new ImageFetcher(outbound, files, ImageFetcher.Limits.DEFAULT);
    Channels channels =
        new Channels(
            catalog,
            new Channels.Means(
                config.sandbox(),
                images,
                outbound,
                opened(new Outbound(AddressGuard.TRUSTING, agent)),
                variable -> Optional.ofNullable(System.getenv(variable)),
                clock));

    this.snapshots = opened(new Snapshots(database));
    Engine engine = new Engine(database, engineSettings(config), clock);
    Breakers breakers = opened(new Breakers(database));
    Callers callers = new Callers(database, clock);
    Notifications notifications =
        opened(
            new Notifications(
                address,
                Map.of(
                    Keys.CHANGES,
                    Notifications.Listener.of(callers::forget),
                    JOBS_DUE,
                    Notifications.Listener.of(engine::wake),
                    Breakers.CHANGES,
                    Notifications.Listener.of(
                        () -> Thread.startVirtualThread(breakers::refresh)))));
    Runnable due =
        () -> {
          engine.wake();
          notifications.announce(JOBS_DUE);
        };
    Settlement settlement =
        opened(
            new Settlement(
                database,
                clock,
                breakers,
                settled -> {
                  snapshots.changed(settled.task());
                  if (settled.madeDue()) {
                    due.run();
                  }
                }));
    TaskRunner runner =
        opened(
            new TaskRunner(
                database,
                settlement,
                new TaskRunner.Outside(
                    channels::provider,
                    model -> policy(catalog, breakers, model),
                    new Results(assets, new AssetNames(masterKey)),
                    UUID::randomUUID,
                    Thread.ofVirtual().factory(),
                    Node::sleep),
                clock));
    opened(engine).start(Map.of(TaskRunner.KIND, runner));

    Admission admission =
        opened(
            new Admission(
                database,
                clock,
                (Task task) -> {
                  snapshots.accepted(task);
                  due.run();
                }));
    breakers.start();

    Cancellations cancellations =
        new Cancellations(database, settlement, snapshots, channels::provider);
    Door door = new Door(callers);
    Intake intake = new Intake(catalog, guard, files, admission, clock);
    OmniJson json = new OmniJson(files);
    Omni omni = new Omni(door, intake, snapshots, json);
    Extras extras =
        new Extras(
            door, intake, catalog, new Extras.Tables(database, snapshots, cancellations), json);
    TaskEvents events = new TaskEvents(door, snapshots, json, config.server().heartbeat());
    Server.Routes routes =
        new Server.Routes(
            Map.of("/" + Omni.NAME, List.of(omni, extras, events)),
            new FileRoutes(assets),
            () -> !draining && clock.isDatabaseReachable());
    Server server = opened(listening(config, routes, door));
    publicUrl.complete(config.server().publicUrl(server.port()).toString());
  }

  /** Listens, or closes what has been started: nobody else knows of it yet. */
  private Server listening(EaselConfig config, Server.Routes routes, Door door) {
    try {
      return new Server(
          config.server().host(), config.server().port(), config.server().drain(), routes, door);
    } catch (Server.CannotListen taken) {
      publicUrl.completeExceptionally(taken); // a job may be waiting for it
      close();
      throw taken;
    }
  }

  /** The catalogue, the default one at the first start; its channels' work limits are set by it. */
  private static Catalog catalog(Handle tx, SandboxSettings sandbox, InstantSource clock) {
    CatalogTables.installDefaults(tx, clock.instant());
    Catalog catalog = CatalogTables.load(tx);
    for (Channel channel : catalog.channels()) {
      OptionalInt capacity =
          channel.provider().equals("sandbox") ? sandbox.concurrency() : channel.concurrency();
      ChannelLimits.set(tx, channel.id(), capacity.orElse(0));
    }
    return catalog;
  }

  private static MasterKey masterKey(EaselConfig config) throws IOException {
    return config.data().masterKey().isPresent()
        ? MasterKey.parse(config.data().masterKey().get().value())
        : MasterKey.load(config.data().masterKeyFile());
  }

  private static Lifecycle.Policy policy(Catalog catalog, Breakers breakers, String model) {
    return catalog
        .model(model)
        .map(m ->
            new Lifecycle.Policy(
                m.routes(),
                m.limits().attempts(),
                m.limits().deadline(),
                QUEUE_LIMIT,
                breakers.cooling()))
        .orElseGet(() -> new Lifecycle.Policy(List.of(), 1, QUEUE_LIMIT, QUEUE_LIMIT, Map.of()));
  }

  private static Engine.Settings engineSettings(EaselConfig config) {
    return new Engine.Settings(
        UUID.randomUUID().toString(),
        config.engine().concurrency(),
        config.engine().lease(),
        config.server().drain());
  }

  /** Sleeps; an interrupted thread goes on at once. */
  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A part that is closed with the node. */
  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  /** The time that this node goes by. */
  Instant now() {
    return clock.instant();
  }

  /** Who reads and watches tasks here. */
  Snapshots snapshots() {
    return snapshots;
  }

  /** The base of every address that this node gives away. */
  public String publicUrl() {
    return publicUrl.join();
  }

  /**
   * Answers not ready, takes nothing more, lets what is under way finish, and leaves the rest to
   * its leases.
   */
  @Override
  public void close() {
    draining = true;
    snapshots.stopWaiting();
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception failed) {
        log.warn("stopping: {}", failed.toString());
      }
    }
  }
}
