package dev.easel.sim;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeyId;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.db.DatabaseException;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import dev.easel.task.Admitted;
import dev.easel.task.Idempotency;
import dev.easel.task.Origin;
import dev.easel.task.Settlement;
import dev.easel.task.Task;
import dev.easel.task.TaskId;
import dev.easel.task.TaskRequest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Who asks for tasks, and what they were told. They ask again until they are answered, reuse their
 * idempotency keys rightly and wrongly, and change their minds.
 */
final class Customers {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long RICH = 1_000_000;

  /** So many wishes are of customers who can pay, and who mean a task each. */
  private static final int SURE = 202;

  private final SimulatedNode.World world;
  private final RandomGenerator random;
  private final Supplier<Optional<SimulatedNode>> anyNode;
  private final List<Customer> customers = new ArrayList<>();
  private final List<Wish> wishes = new ArrayList<>();
  private final List<Task> accepted = new ArrayList<>();
  private final List<Cancellation> cancellations = new ArrayList<>();
  private final Set<TaskId> unwanted = new HashSet<>();
  private int unanswered;

  /** Customers who reach one of the living nodes, if there is one. */
  Customers(SimulatedNode.World world, Supplier<Optional<SimulatedNode>> anyNode) {
    this.world = world;
    this.random = world.random();
    this.anyNode = anyNode;
  }

  /**
   * An account with a key.
   *
   * @param cap how many of its tasks may run at once; 0 when any number may
   */
  record Customer(AccountId account, KeyId key, Key.Rules rules, long credits, int cap) {}

  /** What a customer wants, and asks for until it is answered. */
  static final class Wish {
    private final Customer customer;
    private final String model;
    private final int outputs;
    private final int pieceSize;
    private final long credits;
    private final Optional<String> idempotencyKey;
    private final List<TaskId> tries = new ArrayList<>();
    private final List<Admitted> answers = new ArrayList<>();

    Wish(
        Customer customer,
        String model,
        int outputs,
        int pieceSize,
        long credits,
        Optional<String> idempotencyKey) {
      this.customer = customer;
      this.model = model;
      this.outputs = outputs;
      this.pieceSize = pieceSize;
      this.credits = credits;
      this.idempotencyKey = idempotencyKey;
    }

    Customer customer() {
      return customer;
    }

    /** Under what it may be asked for again, within the account. */
    Optional<String> idempotencyKey() {
      return idempotencyKey.map(key -> customer.account + ":" + key);
    }

    String fingerprint() {
      return model + " " + outputs + " " + credits;
    }

    /** The id of each try, in order. */
    List<TaskId> tries() {
      return tries;
    }

    /** What was answered: once, or more often when an answer came too late. */
    List<Admitted> answers() {
      return answers;
    }
  }

  /** What somebody was told who wanted a task canceled. */
  record Cancellation(TaskId task, Settlement.Canceling result) {}

  List<Wish> wishes() {
    return wishes;
  }

  List<Cancellation> cancellations() {
    return cancellations;
  }

  /** The tasks that somebody wanted canceled. */
  Set<TaskId> unwanted() {
    return unwanted;
  }

  List<Customer> all() {
    return customers;
  }

  /** Whether everybody has been answered. */
  boolean areAnswered() {
    return unanswered == 0;
  }

  // ---- before the run

  /** Opens accounts of every sort: rich and poor, with and without limits. */
  void open(Handle tx) {
    int count = random.nextInt(3, 7);
    int least = random.nextInt(4) == 0 ? 1 : 8;
    for (int i = 0; i < count; i++) {
      boolean poor = i > 0 && random.nextInt(4) == 0;
      Key.Rules rules =
          i > 0 && random.nextInt(4) == 0
              ? new Key.Rules(
                  OptionalLong.of(random.nextInt(50, 300)),
                  random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(150),
                  Optional.empty(),
                  List.of(),
                  List.of())
              : Key.Rules.NONE;
      int cap = random.nextBoolean() ? random.nextInt(least, 40) : 0;
      customers.add(open(tx, i, poor ? random.nextInt(40, 200) : RICH, cap, rules));
    }
  }

  private Customer open(Handle tx, int number, long credits, int cap, Key.Rules rules) {
    AccountId account =
        Accounts.create(tx, "customer-" + number, Account.Role.CUSTOMER, world.start())
            .orElseThrow()
            .id();
    if (cap > 0) {
      WorkLimits.set(tx, WorkLimits.ofAccount(account), cap);
    }
    Key key = Keys.create(tx, account, "key", KeySecret.random(), rules, world.start());
    try {
      Ledger.credit(tx.getConnection(), account, credits, "grant", world.start());
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return new Customer(account, key.id(), rules, credits, cap);
  }

  /**
   * Plans {@code count} wishes, the first of them of those who can pay. They are made in bursts, so
   * that there is something to be written together: one every {@code pause}.
   */
  void plan(int count, int bursts, Duration pause) {
    int oneInSeveral = random.nextBoolean() ? 5 : 20;
    for (int i = 0; i < count; i++) {
      Customer customer = i < SURE ? rich() : customers.get(random.nextInt(customers.size()));
      Optional<String> key =
          i < SURE
              ? Optional.of("key-" + i).filter(_ -> random.nextInt(3) == 0)
              : Optional.of("key-" + random.nextInt(100)).filter(_ -> random.nextBoolean());
      String model = Policies.MODELS.get(random.nextInt(Policies.MODELS.size()));
      int outputs = random.nextInt(oneInSeveral) == 0 ? random.nextInt(2, 5) : 1;
      int pieceSize = random.nextBoolean() ? 1 : outputs;
      plan(
          new Wish(customer, model, outputs, pieceSize, 10L * outputs, key),
          pause.multipliedBy(random.nextInt(bursts)));
    }
  }

  private Customer rich() {
    List<Customer> rich =
        customers.stream()
            .filter(one -> one.rules.equals(Key.Rules.NONE) && one.credits == RICH)
            .toList();
    return rich.get(random.nextInt(rich.size()));
  }

  private void plan(Wish wish, Duration time) {
    wishes.add(wish);
    unanswered++;
    world.scheduler().at(time, () -> ask(wish));
    if (wish.idempotencyKey.isPresent() && random.nextInt(6) == 0) {
      // Sent twice at once.
      world.scheduler().at(time.plusMillis(random.nextInt(3)), () -> ask(wish));
    }
    if (random.nextInt(6) == 0) {
      world.scheduler().at(time.plusSeconds(5L * random.nextInt(1, 8)), () -> cancelAny());
    }
  }

  // ---- during the run

  private void ask(Wish wish) {
    Optional<SimulatedNode> node = anyNode.get();
    if (node.isEmpty()) {
      world.scheduler().after(Duration.ofSeconds(1), () -> ask(wish));
      return;
    }
    TaskId id = new TaskId(world.id());
    wish.tries.add(id);
    int number = wish.tries.size();
    world.scheduler().start(node.get().host(), "request-" + id, () -> ask(wish, id, node.get()));
    world
        .scheduler()
        .after(
            PATIENCE,
            () -> {
              if (wish.answers.isEmpty() && wish.tries.size() == number) {
                ask(wish);
              }
            });
  }

  private void ask(Wish wish, TaskId id, SimulatedNode node) {
    Optional<Idempotency> idempotency =
        wish.idempotencyKey.map(key -> new Idempotency(key, wish.fingerprint(), id.toString()));
    try {
      answered(
          wish,
          node.admission().admit(request(wish, id), wish.customer.rules.isLimited(), idempotency));
    } catch (DatabaseException away) {
      world.scheduler().note("-- is told to come back: " + away.getMessage());
      world
          .scheduler()
          .after(
              Duration.ofMillis(random.nextInt(200, 3_000)),
              () -> {
                if (wish.answers.isEmpty()) {
                  ask(wish);
                }
              });
    }
  }

  private void answered(Wish wish, Admitted answer) {
    world.scheduler().note("-- is answered " + answer.getClass().getSimpleName());
    if (wish.answers.isEmpty()) {
      unanswered--;
    }
    wish.answers.add(answer);
    if (answer instanceof Admitted.Accepted(Task task)) {
      accepted.add(task);
    }
  }

  private static TaskRequest request(Wish wish, TaskId id) {
    return new TaskRequest(
        id,
        wish.customer.account,
        wish.customer.key,
        new Origin("omni", wish.model, "{}"),
        wish.model,
        MediaKind.IMAGE,
        new Parameters(JsonNodeFactory.instance.objectNode().put("n", wish.outputs)),
        wish.pieceSize,
        wish.credits);
  }

  private void cancelAny() {
    @Nullable SimulatedNode node = anyNode.get().orElse(null);
    if (node == null || accepted.isEmpty()) {
      return;
    }
    // The latest are the likeliest to be queued still.
    int back = random.nextInt(Math.min(accepted.size(), random.nextBoolean() ? 5 : 100));
    Task task = accepted.get(accepted.size() - 1 - back);
    unwanted.add(task.id());
    world
        .scheduler()
        .start(
            node.host(),
            "cancel-" + task.id(),
            () -> {
              try {
                Settlement.Canceling result = node.settlement().cancel(task);
                world.scheduler().note("-- is answered " + result);
                cancellations.add(new Cancellation(task.id(), result));
              } catch (DatabaseException away) {
                world.scheduler().note("-- is told to come back");
              }
            });
  }
}
