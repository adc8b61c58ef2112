package dev.easel.sim;

import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.engine.WorkLimits;
import dev.easel.task.Audit;
import dev.easel.task.ChannelLimits;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * One run of the simulation: some nodes, customers with some two hundred wishes, and at least
 * twenty crashes; then nothing fails any more, and whoever is left must bring all to an end.
 */
final class Run {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final int CRASHES = 20;
  private static final int WIDE = 1_000;
  private static final Duration PATIENCE_OF_OPERATOR = Duration.ofMinutes(1);

  /**
   * Longer than a run may take, even where the only customer who can pay has room for one task at a
   * time: two hundred of them, some forty seconds each.
   */
  private static final Duration LONGEST = Duration.ofHours(4);

  private final Lane lane;
  private final SplittableRandom random;
  private final Trace trace;
  private final Faults faults;
  private final Scheduler scheduler;
  private final SimulatedNode.World world;
  private final Customers customers;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<SimulatedNode> all = new ArrayList<>();
  private int lives;

  /** What a run came to. */
  record Report(
      long seed, long steps, long digest, Duration time, int tasks, int crashes, int orders) {}

  private Run(long seed, Lane lane, Optional<PrintStream> aloud) throws Exception {
    this.lane = lane;
    random = new SplittableRandom(seed);
    trace = new Trace(aloud);
    faults = new Faults(random);
    scheduler = new Scheduler(random, trace, lane.backends());
    SimulatedStore store = new SimulatedStore(scheduler, faults);
    Map<String, SimulatedProvider> providers = new LinkedHashMap<>();
    SimulatedProvider.Memory memory =
        random.nextBoolean()
            ? SimulatedProvider.Memory.LOOKS_UP
            : SimulatedProvider.Memory.HANDED_OVER_AGAIN;
    providers.put("a", new SimulatedProvider("a", memory, random, scheduler, faults));
    providers.put(
        "b", new SimulatedProvider("b", SimulatedProvider.Memory.NONE, random, scheduler, faults));
    world =
        new SimulatedNode.World(
            random,
            scheduler,
            lane.backends(),
            faults,
            store,
            lane.names(),
            providers,
            new Policies(),
            START);
    customers = new Customers(world, this::anyNode);
  }

  /**
   * Runs {@code seed}.
   *
   * @param aloud where each step is printed
   * @throws Violation when a promise is broken; its message ends with the last steps
   */
  static Report of(long seed, Lane lane, Optional<PrintStream> aloud) throws Exception {
    lane.clean();
    Run run = new Run(seed, lane, aloud);
    try {
      return run.run(seed);
    } catch (Violation broken) {
      throw explained(seed, broken, run.trace);
    }
  }

  private static Violation explained(long seed, Violation broken, Trace trace) {
    String message =
        "seed %d: %s%n%nThe last steps:%n%s%n%nTo see it again: ./easel test --seed %d"
            .formatted(
                seed, broken.getMessage(), String.join(System.lineSeparator(), trace.last()), seed);
    Violation explained = new Violation(message);
    explained.setStackTrace(broken.getStackTrace());
    return explained;
  }

  private Report run(long seed) {
    lane.outside()
        .transaction(tx -> {
          customers.open(tx);
          ChannelLimits.set(tx, "a", random.nextInt(2, 150));
          ChannelLimits.set(tx, "b", random.nextBoolean() ? 0 : random.nextInt(5, 150));
          return tx;
        });
    customers.plan(
        random.nextInt(201, 207), random.nextInt(2, 9), Duration.ofSeconds(random.nextInt(2, 25)));
    int count = random.nextInt(2, 4);
    for (int i = 1; i <= count; i++) {
      live("node-" + i);
    }
    changeLimit();

    scheduler.run(() -> (faults.crashes() >= CRASHES && customers.areAnswered()) || isTooLong());
    faults.end();
    scheduler.happened("run", "nothing fails any more");
    leaveOne();
    scheduler.after(PATIENCE_OF_OPERATOR, this::helpOut);
    scheduler.run(this::isQuiet);
    int tasks = new Checks(lane.outside(), world, customers).run();
    return new Report(
        seed,
        trace.steps(),
        trace.digest(),
        scheduler.time(),
        tasks,
        faults.crashes(),
        world.providers().values().stream().mapToInt(p -> p.orders().size()).sum());
  }

  // ---- nodes

  /** One more life of a node, which lives again some time after its death, while it is needed. */
  private void live(String name) {
    if (faults.isOver() && !nodes.isEmpty()) {
      return; // another is there
    }
    SimulatedNode.Life life =
        new SimulatedNode.Life() {
          @Override
          public void up(SimulatedNode node) {
            nodes.add(node);
          }

          @Override
          public void down(SimulatedNode node) {
            nodes.remove(node);
            scheduler.after(Duration.ofMillis(random.nextInt(100, 8_000)), () -> live(name));
          }
        };
    String fullName = name + "." + ++lives;
    scheduler.happened(fullName, "starts");
    all.add(new SimulatedNode(world, fullName, life));
  }

  /** All nodes but one die for good: it takes over what they leave, and ends it. */
  private void leaveOne() {
    while (nodes.size() > 1) {
      nodes.getLast().die();
    }
  }

  private Optional<SimulatedNode> anyNode() {
    return nodes.isEmpty()
        ? Optional.empty()
        : Optional.of(nodes.get(random.nextInt(nodes.size())));
  }

  // ---- the operator

  /** From time to time the operator changes what may run at once. */
  private void changeLimit() {
    scheduler.after(
        Duration.ofMillis(random.nextInt(2_000, 600_000)),
        () -> {
          if (!faults.isOver()) {
            int capacity = random.nextInt(1, 150);
            operate(List.of(tx -> ChannelLimits.set(tx, "a", capacity)), () -> {});
            changeLimit();
          }
        });
  }

  /** A while after the last fault, mostly. */
  private void helpOut() {
    audit();
    if (random.nextInt(8) > 0) {
      raiseLimits();
    }
  }

  /** What it asks for is true at any time. */
  private void audit() {
    List<String> violations = lane.outside().snapshot(Audit::run).violations();
    if (!violations.isEmpty()) {
      throw new Violation(String.join(System.lineSeparator(), violations));
    }
  }

  /** Gives all that can be limited so wide a limit that what is still parked goes on at once. */
  private void raiseLimits() {
    List<Consumer<Handle>> changes = new ArrayList<>();
    world
        .providers()
        .keySet()
        .forEach(channel -> changes.add(tx -> ChannelLimits.set(tx, channel, WIDE)));
    customers.all().stream()
        .filter(one -> one.cap() > 0)
        .map(one -> WorkLimits.ofAccount(one.account()))
        .forEach(scope -> changes.add(tx -> WorkLimits.set(tx, scope, WIDE)));
    operate(changes, () -> scheduler.after(Duration.ofSeconds(1), this::raiseLimits));
  }

  /** Has {@code changes} made through one of the nodes, or else {@code otherwise} done. */
  private void operate(List<Consumer<Handle>> changes, Runnable otherwise) {
    anyNode()
        .ifPresentOrElse(
            node ->
                scheduler.start(
                    node.host(), "operator", () -> operate(node.database(), changes, otherwise)),
            otherwise);
  }

  private void operate(Database database, List<Consumer<Handle>> changes, Runnable otherwise) {
    try {
      for (Consumer<Handle> change : changes) {
        database.transaction(tx -> {
          change.accept(tx);
          return tx;
        });
      }
    } catch (DatabaseException away) {
      scheduler.note("-- is told to come back: " + away.getMessage());
      otherwise.run();
    }
  }

  // ---- the end

  private boolean isTooLong() {
    if (scheduler.time().compareTo(LONGEST) > 0) {
      throw new Violation("no end after " + scheduler.time());
    }
    return false;
  }

  private Duration nextLook = Duration.ZERO;

  /** Whether everybody was answered and no task is live. */
  private boolean isQuiet() {
    isTooLong();
    if (scheduler.time().compareTo(nextLook) < 0 || !customers.areAnswered()) {
      return false;
    }
    nextLook = scheduler.time().plusMinutes(1);
    return lane.liveTasks() == 0 && all.stream().noneMatch(node -> node.host().isPaused());
  }
}
