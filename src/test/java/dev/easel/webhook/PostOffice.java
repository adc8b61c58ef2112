package dev.easel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.SettableClock;
import dev.easel.engine.Handler;
import dev.easel.engine.ManualEngine;
import dev.easel.net.AddressGuard;
import dev.easel.net.Cidr;
import dev.easel.net.Outbound;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The production sender on a clock that stands still, with an engine that is pumped by hand. Bodies
 * say which delivery they are of.
 */
final class PostOffice implements AutoCloseable {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final AtomicInteger ACCOUNTS = new AtomicInteger();

  final SettableClock clock = new SettableClock("2026-03-01T12:00:00Z");
  final Secrets secrets = new Secrets(new byte[32]);
  final Database database;
  final AccountId account;
  final ManualEngine engine;
  private final Outbound outbound =
      new Outbound(new AddressGuard(List.of(Cidr.parse("127.0.0.1/32"))), "Easel/test");
  private final List<ManualEngine> engines = new ArrayList<>();
  private final Sender sender;
  private volatile boolean isTaskDeleted;

  PostOffice(Database database) {
    this.database = database;
    this.account =
        database.transaction(tx ->
            Accounts.create(
                    tx,
                    "told-" + ACCOUNTS.incrementAndGet(),
                    Account.Role.CUSTOMER,
                    clock.instant())
                .orElseThrow()
                .id());
    this.sender = sender(database);
    this.engine = engine("node-1", sender);
  }

  /** Another node's, by its own way to the database. */
  Sender sender(Database way) {
    return new Sender(
        new Sender.Means(
            way,
            outbound,
            delivery ->
                isTaskDeleted
                    ? Optional.empty()
                    : Optional.of(("{\"id\":\"" + delivery.id() + "\"}").getBytes(UTF_8)),
            secrets,
            clock,
            new Random(1)));
  }

  ManualEngine engine(String node, Handler sender) {
    ManualEngine opened =
        new ManualEngine(database, node, LEASE, clock, Map.of(Sender.KIND, sender));
    engines.add(opened);
    return opened;
  }

  /** From now on there is nothing to tell. */
  void deleteTasks() {
    isTaskDeleted = true;
  }

  /** A task of {@code dialect} has ended, of which {@code callback} is to be told. */
  UUID owe(String dialect, String callback) {
    return owe(dialect, Optional.of(callback));
  }

  /** A task has ended, of which endpoints alone may want to hear. */
  UUID owe() {
    return owe("omni", Optional.empty());
  }

  private UUID owe(String dialect, Optional<String> callback) {
    UUID task = UUID.randomUUID();
    Deliveries.Ended ended =
        new Deliveries.Ended(task, account, EventType.TASK_SUCCEEDED, dialect, callback);
    try (Connection tx = database.connection()) {
      Pipeline.run(tx, writes -> Deliveries.owe(writes, List.of(ended), clock.instant(), _ -> {}));
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return task;
  }

  /** Registers {@code url} for all events; returns the endpoint and its secret. */
  Map.Entry<UUID, SigningSecret> endpoint(String url) {
    UUID id = UUID.randomUUID();
    SigningSecret secret = SigningSecret.random();
    database.read(tx ->
        tx.execute(
            "insert into webhook_endpoint (id, account_id, created_at, secret, url) values (?, ?, ?, ?, ?)",
            id,
            account.value(),
            Timestamp.from(clock.instant()),
            secrets.encrypt(id, secret),
            url));
    return Map.entry(id, secret);
  }

  /** Gives the account a key that signs its callbacks. */
  SigningSecret key() {
    SigningSecret key = SigningSecret.random();
    database.read(tx ->
        tx.execute(
            "insert into webhook_key (account_id, created_at, secret) values (?, ?, ?)",
            account.value(),
            Timestamp.from(clock.instant()),
            secrets.encrypt(account, key)));
    return key;
  }

  /** Moves the clock on and runs what is due then. */
  int after(Duration pause) {
    clock.advance(pause);
    return engine.run();
  }

  /** The one value that a query answers with. */
  <T> T value(Class<T> type, String query, Object... values) {
    return database.read(tx -> {
      var select = tx.createQuery(query);
      for (int i = 0; i < values.length; i++) {
        select.bind(i, values[i]);
      }
      return select.mapTo(type).one();
    });
  }

  /** How the delivery of a task stands: state and tries. */
  String standing(UUID task) {
    return value(
        String.class, "select state || ' ' || tries from delivery where task_id = ?", task);
  }

  /** The log of the tries for a task: seconds since the clock began, status or failure. */
  List<String> log(UUID task) {
    return database.read(tx ->
        tx.createQuery(
                """
                select extract(epoch from started_at - :start)::int || ' ' || coalesce(status::text, failure)
                from delivery_try join delivery on delivery.id = delivery_id
                where task_id = :task order by number
                """)
            .bind("start", Timestamp.from(new SettableClock("2026-03-01T12:00:00Z").instant()))
            .bind("task", task)
            .mapTo(String.class)
            .list());
  }

  @Override
  public void close() {
    engines.forEach(ManualEngine::close);
    sender.close();
    outbound.close();
  }
}
