package dev.easel;

import dev.easel.account.Accounts;
import dev.easel.account.Keys;
import dev.easel.account.OwnFileTerms;
import dev.easel.api.Callers;
import dev.easel.api.Desk;
import dev.easel.api.Door;
import dev.easel.api.Server;
import dev.easel.api.dialect.apimodels.ApiModelsCallback;
import dev.easel.api.dialect.kie.KieCallback;
import dev.easel.api.dialect.omni.OmniJson;
import dev.easel.api.extra.News;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.MasterKey;
import dev.easel.asset.OwnFiles;
import dev.easel.catalog.Catalog;
import dev.easel.catalog.CatalogTables;
import dev.easel.catalog.LiveCatalog;
import dev.easel.config.EaselConfig;
import dev.easel.config.ProvenanceSettings;
import dev.easel.config.Version;
import dev.easel.db.Database;
import dev.easel.db.DatabaseClock;
import dev.easel.db.Notifications;
import dev.easel.engine.Engine;
import dev.easel.engine.Lane;
import dev.easel.net.AddressGuard;
import dev.easel.net.Cidr;
import dev.easel.net.Outbound;
import dev.easel.task.AccountRemovals;
import dev.easel.task.Admission;
import dev.easel.task.Breakers;
import dev.easel.task.Cancellations;
import dev.easel.task.ChannelPlaces;
import dev.easel.task.FileRemovals;
import dev.easel.task.Lifecycle;
import dev.easel.task.Marks;
import dev.easel.task.Removals;
import dev.easel.task.Results;
import dev.easel.task.Settlement;
import dev.easel.task.Snapshots;
import dev.easel.task.Sweeper;
import dev.easel.task.Task;
import dev.easel.task.TaskRunner;
import dev.easel.webhook.Replays;
import dev.easel.webhook.Secrets;
import dev.easel.webhook.Sender;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
  private final Engine engine;
  private final Server server;
  private volatile boolean draining;
  private volatile int listensOn;

  /** Starts a node on {@code database}, which is migrated and is at {@code address}. */
  public Node(EaselConfig config, Database.Address address, Database database) throws IOException {
    this.clock = opened(new DatabaseClock(database));
    AddressGuard guard =
        new AddressGuard(
            config.net().allow().stream().map(Cidr::parse).toList(), port -> port == listensOn);
    String agent = "Easel/" + Version.current().easel();
    Outbound outbound = opened(new Outbound(guard, agent));
    MasterKey masterKey = masterKey(config);
    Storage storage =
        Storage.of(
            config,
            masterKey,
            opened(Stores.open(config, database, clock)),
            database,
            clock,
            publicUrl::join);
    opened(storage.terms());
    ImageFetcher images = new ImageFetcher(outbound, storage.files(), ImageFetcher.Limits.DEFAULT);
    Channels channels =
        new Channels(
            new Channels.Means(
                config.sandbox(),
                images,
                outbound,
                opened(new Outbound(AddressGuard.TRUSTING, agent)),
                variable -> Optional.ofNullable(System.getenv(variable)),
                clock));

    ChannelRoom limits = new ChannelRoom(database, config.sandbox());
    database.transaction(tx -> CatalogTables.installDefaults(tx, clock.instant()));
    LiveCatalog catalog =
        opened(
            new LiveCatalog(
                database,
                Channels::check,
                next -> {
                  channels.follow(next);
                  limits.follow(next);
                }));

    this.snapshots = opened(new Snapshots(database));
    this.engine = new Engine(database, engineSettings(config), clock);
    Breakers breakers = opened(new Breakers(database));
    Marks marks = new Marks(database, markRules(config.provenance()));
    Callers callers = new Callers(database, clock);
    Notifications notifications =
        opened(
            new Notifications(
                address,
                Map.of(
                    Keys.CHANGES,
                    Notifications.Listener.of(callers::forget),
                    LiveCatalog.CHANGES,
                    Notifications.Listener.of(catalog::changed),
                    JOBS_DUE,
                    Notifications.Listener.of(() -> engine.wake(Lane.MAIN)),
                    FileRemovals.CHANGES,
                    Notifications.Listener.of(() -> engine.wake(Lane.CLEARING)),
                    Replays.CHANGES,
                    Notifications.Listener.of(() -> engine.wake(Lane.ASIDE)),
                    OwnFileTerms.CHANGES,
                    Notifications.Listener.of(
                        () -> Thread.startVirtualThread(storage.terms()::refresh)),
                    Removals.CHANGES,
                    Notifications.Listener.of(snapshots::forget),
                    Accounts.LABEL_CHANGES,
                    Notifications.Listener.of(() -> Thread.startVirtualThread(marks::refresh)),
                    Breakers.CHANGES,
                    Notifications.Listener.of(
                        () -> Thread.startVirtualThread(breakers::refresh)))));
    Runnable due =
        () -> {
          engine.wake(Lane.MAIN);
          notifications.announce(JOBS_DUE);
        };
    Runnable filesDue =
        () -> {
          engine.wake(Lane.CLEARING);
          notifications.announce(FileRemovals.CHANGES);
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
                  if (settled.madeDeliveries()) {
                    // Other nodes look soon enough, should this one have no room.
                    engine.wake(Lane.ASIDE);
                  }
                }));
    TaskRunner runner =
        opened(
            new TaskRunner(
                database,
                settlement,
                new TaskRunner.Outside(
                    channels::provider,
                    model -> policy(catalog.get(), breakers, model),
                    new ChannelPlaces(
                        Math.ceilDiv(config.engine().concurrency(), 2),
                        clock,
                        new SplittableRandom()),
                    new Results(
                        storage.assets(),
                        storage.names(),
                        storage.terms(),
                        Optional.of(marks),
                        clock),
                    UUID::randomUUID,
                    Thread.ofVirtual().factory(),
                    Node::sleep),
                clock));
    Removals removals =
        new Removals(
            database,
            clock,
            storage.assets(),
            snapshots,
            () -> {
              notifications.announce(Removals.CHANGES);
              filesDue.run();
            });
    Cancellations cancellations =
        new Cancellations(database, settlement, snapshots, channels::provider);
    Desk desk = new Desk(catalog, snapshots, cancellations, removals);
    Secrets secrets = new Secrets(masterKey.derive(Secrets.PURPOSE));
    Sender sender =
        opened(
            new Sender(
                new Sender.Means(
                    database,
                    outbound,
                    news(storage.files(), desk),
                    secrets,
                    clock,
                    new SecureRandom())));
    AccountRemovals accountRemovals =
        new AccountRemovals(
            database,
            clock,
            () -> {
              snapshots.forget();
              notifications.announce(Removals.CHANGES);
              filesDue.run();
            });
    opened(engine)
        .start(
            Map.of(
                TaskRunner.KIND,
                runner,
                Sender.KIND,
                sender,
                Removals.KIND,
                removals,
                FileRemovals.KIND,
                new FileRemovals(database, storage.assets()),
                AccountRemovals.KIND,
                accountRemovals));
    opened(new Sweeper(database, clock, storage.terms(), config.retention().tasks(), filesDue))
        .start();

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

    FrontDoor front =
        new FrontDoor(
            new FrontDoor.Parts(
                config,
                database,
                clock,
                publicUrl::join,
                guard,
                storage,
                images,
                catalog,
                callers,
                admission,
                desk,
                secrets));
    Server.Routes routes =
        front.routes(() ->
            new Server.Readiness(!draining && clock.isDatabaseReachable(), catalog.trouble()));
    this.server = opened(listening(config, routes, front.door()));
    this.listensOn = server.port();
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

  private static MasterKey masterKey(EaselConfig config) throws IOException {
    return config.data().masterKey().isPresent()
        ? MasterKey.parse(config.data().masterKey().get().value())
        : MasterKey.load(config.data().masterKeyFile());
  }

  /** What those who are told of tasks get to read. */
  private News news(OwnFiles files, Desk desk) {
    return new News(
        snapshots,
        new ApiModelsCallback(files, snapshots::sent),
        new KieCallback(files, snapshots::sent),
        new OmniJson(desk, files));
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

  private static Marks.Rules markRules(ProvenanceSettings settings) {
    return new Marks.Rules(settings.iptc(), settings.aigc(), settings.producer());
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

  /** Who answers here. */
  Server server() {
    return server;
  }

  /** Is done when this node hears no more requests, though it was not closed. */
  CompletableFuture<Void> deaf() {
    return server.deaf();
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
    engine.stopClaiming(); // before requests are waited for, which may take long
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
