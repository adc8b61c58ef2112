package dev.easel.sim;

import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * An upstream service behind one channel. What reached it is in its books, which no crash of ours
 * touches: each submission that arrived, whether it was bought, and what became of it.
 */
final class SimulatedProvider {
  private static final byte[] PICTURE = picture();
  private static final byte[] PAGE = "<html>Sorry</html>".getBytes(StandardCharsets.UTF_8);

  /** Why it usually refuses. */
  private static final Failure.Kind[] REFUSALS = {
    Failure.Kind.RATE_LIMITED,
    Failure.Kind.OVERLOADED,
    Failure.Kind.INTERNAL,
    Failure.Kind.INVALID_INPUT,
    Failure.Kind.CONTENT_POLICY
  };

  /** What it knows of a submission whose answer was lost. */
  enum Memory {
    /** Nothing. */
    NONE,
    /** It can be asked by the id that we chose. */
    LOOKS_UP,
    /** Who hands the same over again under the id that we chose is given what was bought first. */
    HANDED_OVER_AGAIN
  }

  private final String channel;
  private final Memory memory;
  private final RandomGenerator random;
  private final Scheduler scheduler;
  private final Faults faults;
  private final Map<UUID, Order> orders = new LinkedHashMap<>();

  /** Submissions that have left a node and have not arrived. */
  private final Map<UUID, SimulatedDatabase.Node> underway = new HashMap<>();

  /** A service without orders. */
  SimulatedProvider(
      String channel, Memory memory, RandomGenerator random, Scheduler scheduler, Faults faults) {
    this.channel = channel;
    this.memory = memory;
    this.random = random;
    this.scheduler = scheduler;
    this.faults = faults;
  }

  /** A submission that arrived. */
  static final class Order {
    private final UUID attempt;
    private final int outputs;
    private final boolean bought;
    private final Duration readyAt;
    private Optional<Failure> failure;

    Order(UUID attempt, int outputs, boolean bought, Duration readyAt, Optional<Failure> failure) {
      this.attempt = attempt;
      this.outputs = outputs;
      this.bought = bought;
      this.readyAt = readyAt;
      this.failure = failure;
    }

    UUID attempt() {
      return attempt;
    }

    /** Whether it has to be paid for unless it fails: it was not refused. */
    boolean isBought() {
      return bought;
    }

    /** Whether it cost nothing, or the service itself says that nothing came of it. */
    boolean isFree() {
      return !bought || failure.isPresent();
    }

    private boolean isCanceled() {
      return failure.filter(f -> f.kind() == Failure.Kind.CANCELED).isPresent();
    }

    private String upstreamId() {
      return "up-" + attempt;
    }

    private List<Output> made() {
      List<Output> made = new ArrayList<>();
      for (int i = 0; i < outputs; i++) {
        made.add(new Output(PICTURE));
      }
      return made;
    }
  }

  /** All submissions that arrived, in order. */
  List<Order> orders() {
    return List.copyOf(orders.values());
  }

  /** The service as one node reaches it. */
  Provider of(SimulatedDatabase.Node node) {
    return new Provider() {
      @Override
      public Submission submit(Generation generation) {
        return SimulatedProvider.this.submit(node, generation);
      }

      @Override
      public Progress check(Generation generation, String upstreamId) {
        return SimulatedProvider.this.check(node, generation, upstreamId);
      }

      @Override
      public Reconciliation reconcile(Generation generation) {
        return SimulatedProvider.this.reconcile(node, generation);
      }

      @Override
      public boolean reconcilesBySubmitting() {
        return memory == Memory.HANDED_OVER_AGAIN;
      }

      @Override
      public boolean cancels() {
        return memory != Memory.NONE;
      }

      @Override
      public Cancellation cancel(Generation generation, String upstreamId) {
        return SimulatedProvider.this.cancel(node, generation, upstreamId);
      }
    };
  }

  private Submission submit(SimulatedDatabase.Node node, Generation generation) {
    underway.put(generation.attempt(), node);
    Faults.Fate fate = go(node, "submit " + channel + " " + generation.attempt());
    if (fate == Faults.Fate.LOST || faults.happens(40)) {
      scheduler.note("-- the request is lost");
      underway.remove(generation.attempt());
      scheduler.sleep(someSeconds(1, 30));
      return new Submission.Unknown("timed out");
    }
    Order order = arrived(generation);
    boolean atOnce = order.bought && order.failure.isEmpty() && random.nextInt(5) < 2;
    work(atOnce && random.nextBoolean() ? 30 : 5);
    back(node, fate);
    if (fate == Faults.Fate.ANSWER_LOST || faults.happens(30)) {
      scheduler.note("-- the answer is lost");
      return new Submission.Unknown("connection reset");
    }
    if (!order.bought) {
      return new Submission.Rejected(
          order.failure.orElseThrow(),
          Optional.of(someSeconds(1, 5)).filter(_ -> random.nextBoolean()));
    }
    return atOnce
        ? new Submission.Produced(outputs(order))
        : new Submission.Accepted(order.upstreamId(), someSeconds(2, 10));
  }

  private Order arrived(Generation generation) {
    UUID attempt = generation.attempt();
    underway.remove(attempt);
    @Nullable Order before = orders.get(attempt);
    if (before != null && memory != Memory.HANDED_OVER_AGAIN) {
      scheduler.violated("attempt " + attempt + " was submitted twice");
    }
    if (before != null && before.bought) {
      scheduler.note("-- arrives again");
      return before;
    }
    boolean bought = random.nextInt(8) > 0;
    Optional<Failure> failure =
        bought && random.nextInt(8) > 0 ? Optional.empty() : Optional.of(failure());
    Order order =
        new Order(
            attempt,
            // Sometimes less comes than was asked for.
            random.nextInt(10) == 0 ? 1 : generation.outputs(),
            bought,
            scheduler.time().plus(someSeconds(0, 8)),
            failure);
    scheduler.note(
        "-- arrives: " + (!bought ? "refused" : failure.isPresent() ? "will fail" : "bought"));
    orders.put(attempt, order);
    return order;
  }

  private Failure failure() {
    Failure.Kind kind =
        faults.happens(60)
            ? Failure.Kind.NO_CREDIT // which lets the channel rest for minutes
            : REFUSALS[random.nextInt(REFUSALS.length)];
    return new Failure(kind, "The provider says " + kind + ".");
  }

  private List<Output> outputs(Order order) {
    if (faults.happens(60)) {
      scheduler.note("-- a page comes instead of a picture");
      return List.of(new Output(PAGE));
    }
    return order.made();
  }

  private Progress check(SimulatedDatabase.Node node, Generation generation, String upstreamId) {
    Faults.Fate fate = go(node, "check " + channel + " " + upstreamId);
    work(5);
    back(node, fate);
    if (fate == Faults.Fate.LOST || fate == Faults.Fate.ANSWER_LOST || faults.happens(25)) {
      return new Progress.Unreachable("no route to host");
    }
    Order order = orders.get(generation.attempt());
    if (order == null || !order.bought || !order.upstreamId().equals(upstreamId)) {
      scheduler.violated("asked for " + upstreamId + ", which was never bought");
      return new Progress.Missing();
    }
    if (faults.happens(50)) {
      return new Progress.Missing(); // its own database lags behind
    }
    if (scheduler.time().compareTo(order.readyAt) < 0) {
      return new Progress.Pending(random.nextInt(100), someSeconds(4, 10));
    }
    return order.failure.isPresent()
        ? new Progress.Failed(order.failure.get())
        : new Progress.Produced(outputs(order));
  }

  private Reconciliation reconcile(SimulatedDatabase.Node node, Generation generation) {
    return switch (memory) {
      case NONE -> new Reconciliation.Unknowable("this service cannot be asked");
      case LOOKS_UP -> lookUp(node, generation);
      case HANDED_OVER_AGAIN -> handOverAgain(node, generation);
    };
  }

  private Reconciliation handOverAgain(SimulatedDatabase.Node node, Generation generation) {
    Faults.Fate fate = go(node, "reconcile " + channel + " " + generation.attempt());
    if (fate == Faults.Fate.LOST || faults.happens(10)) {
      return new Reconciliation.Unknown("no route to host");
    }
    Order order = arrived(generation);
    work(5);
    back(node, fate);
    if (fate == Faults.Fate.ANSWER_LOST || faults.happens(10)) {
      return new Reconciliation.Unknown("connection reset");
    }
    return order.bought
        ? new Reconciliation.Accepted(order.upstreamId(), someSeconds(1, 5))
        : new Reconciliation.Unknown("refused, which says nothing of the first time");
  }

  private Reconciliation lookUp(SimulatedDatabase.Node node, Generation generation) {
    UUID attempt = generation.attempt();
    Faults.Fate fate = go(node, "reconcile " + channel + " " + attempt);
    work(5);
    back(node, fate);
    if (fate == Faults.Fate.LOST || fate == Faults.Fate.ANSWER_LOST || faults.happens(10)) {
      return new Reconciliation.Unknown("no route to host");
    }
    Order order = orders.get(attempt);
    if (order != null && order.bought) {
      return new Reconciliation.Accepted(order.upstreamId(), someSeconds(1, 5));
    }
    // Absence proves something only after a time in which a request would have arrived.
    SimulatedDatabase.Node sender = underway.get(attempt);
    return sender != null && !sender.isDead()
        ? new Reconciliation.Unknown("too early to say")
        : new Reconciliation.NotAccepted();
  }

  private Cancellation cancel(
      SimulatedDatabase.Node node, Generation generation, String upstreamId) {
    Faults.Fate fate = go(node, "cancel " + channel + " " + upstreamId);
    work(5);
    if (memory == Memory.NONE) {
      return new Cancellation.Unsupported();
    }
    if (fate == Faults.Fate.LOST) {
      return new Cancellation.Unconfirmed("no route to host");
    }
    Order order = Objects.requireNonNull(orders.get(generation.attempt()), "never bought");
    boolean isStopped =
        order.isCanceled()
            || (scheduler.time().compareTo(order.readyAt) < 0 && random.nextInt(3) > 0);
    if (isStopped) {
      order.failure = Optional.of(new Failure(Failure.Kind.CANCELED, "Canceled."));
    }
    scheduler.note(isStopped ? "-- is stopped" : "-- is not stopped");
    back(node, fate);
    if (fate == Faults.Fate.ANSWER_LOST) {
      return new Cancellation.Unconfirmed("connection reset");
    }
    return isStopped ? new Cancellation.Canceled() : new Cancellation.TooLate();
  }

  /** On the way to the service. */
  private Faults.Fate go(SimulatedDatabase.Node node, String what) {
    scheduler.step(what);
    Faults.Fate fate = faults.at(Faults.Place.PROVIDER);
    if (fate == Faults.Fate.CRASH_BEFORE) {
      scheduler.note("-- crashes before it");
      node.crash();
    }
    return fate;
  }

  /** On the way back. */
  private void back(SimulatedDatabase.Node node, Faults.Fate fate) {
    if (fate == Faults.Fate.CRASH_AFTER) {
      scheduler.note("-- crashes after it");
      node.crash();
    }
    if (fate == Faults.Fate.PAUSE) {
      node.pause(); // the answer comes late
    }
  }

  /** Takes up to {@code seconds}; many answers come at the same moment. */
  private void work(int seconds) {
    scheduler.sleepUntilNext(Duration.ofSeconds(seconds));
  }

  private Duration someSeconds(int from, int to) {
    return Duration.ofMillis(random.nextInt(from * 1_000, to * 1_000));
  }

  private static byte[] picture() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", bytes);
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // nothing is written to but memory
    }
  }
}
