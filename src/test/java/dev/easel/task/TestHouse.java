package dev.easel.task;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.FileTerms;
import dev.easel.account.Key;
import dev.easel.account.KeyId;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.LocalAssetStore;
import dev.easel.asset.MasterKey;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Route;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.SettableClock;
import dev.easel.engine.ManualEngine;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Balance;
import dev.easel.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Everything between admission and settlement as a node wires it, on a clock that stands still,
 * with an engine that is pumped by hand and two channels, {@code a} and {@code b}, whose providers
 * say what the test wants.
 */
final class TestHouse implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(30);
  static final Duration DEADLINE = Duration.ofMinutes(10);
  static final Route TO_A = new Route("a", "model-a", 1, 1, Route.ANY_OUTPUTS);
  static final Route TO_B = new Route("b", "model-b", 2, 1, Route.ANY_OUTPUTS);

  /** At each channel. */
  static final int PLACES = 64;

  private static final Duration QUEUE_LIMIT = Duration.ofHours(24);

  final SettableClock clock = new SettableClock("2026-03-01T12:00:00Z");
  final ScriptedProvider a = new ScriptedProvider();
  final ScriptedProvider b = new ScriptedProvider();
  final ChannelPlaces places = new ChannelPlaces(PLACES, clock, new Random(1));
  final Database database;
  final Snapshots snapshots;
  final Breakers breakers;
  final Settlement settlement;
  final Admission admission;
  final ManualEngine engine;
  final FailingStore store;
  final Removals removals;
  private final TaskRunner runner;
  private final List<ManualEngine> engines = new ArrayList<>();
  private final AtomicInteger accounts = new AtomicInteger();
  private volatile List<Route> routes = List.of(TO_A);
  private volatile Runnable beforeDeciding = () -> {};
  private volatile Runnable onPause = () -> {};
  private volatile FileTerms terms = FileTerms.UNBOUNDED;

  TestHouse(Database database) {
    this.database = database;
    snapshots = new Snapshots(database);
    breakers = new Breakers(database);
    settlement =
        new Settlement(database, clock, breakers, settled -> snapshots.changed(settled.task()));
    admission = new Admission(database, clock, snapshots::accepted);
    Path directory = directory();
    store = new FailingStore(store(directory));
    removals = new Removals(database, clock, store, snapshots, () -> {});
    runner =
        new TaskRunner(
            database,
            settlement,
            new TaskRunner.Outside(
                channel -> channel.equals("a") ? a : b,
                _ -> policy(),
                places,
                new Results(store, names(directory), this::terms, Optional.empty(), clock),
                UUID::randomUUID,
                Thread.ofVirtual().factory(),
                this::pause),
            clock);
    engine = engine("node-1", LEASE);
  }

  private static Path directory() {
    try {
      Files.createDirectories(Path.of("target"));
      return Files.createTempDirectory(Path.of("target"), "test-house-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private AssetStore store(Path directory) {
    try {
      return LocalAssetStore.open(directory.resolve("assets"), clock);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static AssetNames names(Path directory) {
    try {
      return new AssetNames(MasterKey.load(directory.resolve("master.key")));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Lifecycle.Policy policy() {
    beforeDeciding.run();
    return new Lifecycle.Policy(routes, 2, DEADLINE, QUEUE_LIMIT, breakers.cooling());
  }

  /** The engine of another node on the same database. */
  ManualEngine engine(String node, Duration lease) {
    ManualEngine opened =
        new ManualEngine(
            database,
            node,
            lease,
            clock,
            Map.of(
                TaskRunner.KIND,
                runner,
                Removals.KIND,
                removals,
                FileRemovals.KIND,
                new FileRemovals(database, store)));
    engines.add(opened);
    return opened;
  }

  /** The routes of every model from now on; {@link #TO_A} alone unless told. */
  void routes(Route... to) {
    routes = List.of(to);
  }

  /** On what terms files are kept that are stored from now on. */
  void terms(FileTerms kept) {
    terms = kept;
  }

  FileTerms terms(AccountId account) {
    return terms;
  }

  /** Runs {@code interruption} whenever a job has read its task and has not decided yet. */
  void beforeDeciding(Runnable interruption) {
    beforeDeciding = interruption;
  }

  /** Runs {@code interruption} whenever somebody waits before trying something again. */
  void onPause(Runnable interruption) {
    onPause = interruption;
  }

  private void pause(Duration length) {
    clock.advance(length);
    onPause.run();
  }

  /** Who asks for tasks. */
  record Customer(AccountId account, KeyId key, boolean isLimited) {}

  /** An account with {@code credits}, without limits of any kind. */
  Customer customer(long credits) {
    return customer(credits, 0, Key.Rules.NONE);
  }

  /** An account that runs at most {@code cap} tasks at once (0: any number). */
  Customer customer(long credits, int cap, Key.Rules rules) {
    return database.transaction(tx -> {
      AccountId account =
          Accounts.create(
                  tx,
                  "customer-" + accounts.incrementAndGet(),
                  Account.Role.CUSTOMER,
                  clock.instant())
              .orElseThrow()
              .id();
      WorkLimits.set(tx, WorkLimits.ofAccount(account), cap);
      Key key = Keys.create(tx, account, "key", KeySecret.random(), rules, clock.instant());
      if (credits > 0) {
        plain(() -> Ledger.credit(tx.getConnection(), account, credits, "grant", clock.instant()));
      }
      return new Customer(account, key.id(), rules.isLimited());
    });
  }

  /** Limits the attempts that run on a channel. */
  void limitChannel(String channel, int capacity) {
    database.transaction(tx -> {
      ChannelLimits.set(tx, channel, capacity);
      return capacity;
    });
  }

  /** A request for {@code outputs} images at {@code credits}. */
  static TaskRequest request(Customer customer, long credits, int outputs) {
    return request(customer, credits, outputs, Route.ANY_OUTPUTS);
  }

  /** The same in pieces of {@code pieceSize} outputs. */
  static TaskRequest request(Customer customer, long credits, int outputs, int pieceSize) {
    return new TaskRequest(
        TaskId.random(Instant.now()),
        customer.account,
        customer.key,
        new Origin("omni", "gpt-image-2", "{}"),
        "gpt-image-2",
        MediaKind.IMAGE,
        new Parameters(JsonNodeFactory.instance.objectNode().put("prompt", "p").put("n", outputs)),
        pieceSize,
        credits);
  }

  /** Asks for one image. */
  Admitted ask(Customer customer, long credits) {
    return ask(request(customer, credits, 1), customer, Optional.empty());
  }

  Admitted ask(TaskRequest request, Customer customer, Optional<Idempotency> idempotency) {
    return admission.admit(request, customer.isLimited, idempotency);
  }

  /** Has a task accepted that asks for one image at 10 credits. */
  Task accept(Customer customer) {
    return accept(customer, 10, 1);
  }

  Task accept(Customer customer, long credits, int outputs) {
    return accept(customer, request(customer, credits, outputs));
  }

  Task accept(Customer customer, TaskRequest request) {
    Admitted admitted = ask(request, customer, Optional.empty());
    if (admitted instanceof Admitted.Accepted(Task task)) {
      return task;
    }
    throw new AssertionError("not accepted: " + admitted);
  }

  /** How the task is, in the database. */
  TaskState state(Task task) {
    return reading(tx -> Tasks.load(tx, List.of(task.id())).getFirst().state());
  }

  /** The task's attempts, oldest first. */
  List<Attempt> attempts(Task task) {
    return reading(tx ->
        Pipeline.get(tx, reads -> Attempts.load(reads, List.of(task.id())))
            .getOrDefault(task.id(), List.of()));
  }

  Balance balance(Customer customer) {
    return database.read(tx -> Ledger.balance(tx, customer.account));
  }

  /** Runs {@code statement} as it is. */
  int execute(String statement, Object... values) {
    return database.read(tx -> tx.execute(statement, values));
  }

  /** SQL that reads. */
  interface Reading<T> {
    T from(Connection tx) throws SQLException;
  }

  private <T> T reading(Reading<T> reading) {
    return plain(() -> {
      try (Connection connection = database.connection()) {
        return reading.from(connection);
      }
    });
  }

  /** JDBC without the checked exception. */
  interface Jdbc<T> {
    T run() throws SQLException;
  }

  static <T> T plain(Jdbc<T> jdbc) {
    try {
      return jdbc.run();
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void close() {
    engines.forEach(ManualEngine::close);
    runner.close();
    settlement.close();
    admission.close();
    snapshots.close();
  }
}
