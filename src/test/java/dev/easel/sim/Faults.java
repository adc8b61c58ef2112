package dev.easel.sim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Draws what goes wrong, and where: at a place between two steps. How often is drawn too, for each
 * run, so that there are runs of each kind.
 */
final class Faults {
  /** What becomes of a step. */
  enum Fate {
    /** It is done. */
    DONE,
    /** The node dies before it. */
    CRASH_BEFORE,
    /** The node dies when it was done, and before anybody heard of it. */
    CRASH_AFTER,
    /** It does not reach the other side, and the way there is cut. */
    LOST,
    /** It is done, its answer is lost, and the way is cut. */
    ANSWER_LOST,
    /** The node stands still for a while, before it. */
    PAUSE
  }

  /**
   * Where something can go wrong: the more there is at stake, the likelier it does. A transaction
   * writes for many tasks, a call to a provider or a store is for one of them.
   */
  enum Place {
    STATEMENT(4),
    COMMIT(16),
    PROVIDER(1),
    STORE(1);

    private final int weight;

    Place(int weight) {
      this.weight = weight;
    }
  }

  private final RandomGenerator random;
  private final Countdown crashes;
  private final Countdown losses;
  private final Countdown pauses;
  private boolean over;
  private int crashed;

  Faults(RandomGenerator random) {
    this.random = random;
    crashes = new Countdown(random.nextInt(35, 100));
    losses = new Countdown(random.nextInt(180, 900));
    pauses = new Countdown(random.nextInt(30, 250));
  }

  /** Comes up after a while, each time another one. */
  private final class Countdown {
    private final int mean;
    private int left;

    Countdown(int mean) {
      this.mean = mean;
      this.left = random.nextInt(2 * mean);
    }

    boolean isUp(int weight) {
      left -= weight;
      if (left > 0) {
        return false;
      }
      left = random.nextInt(1, 2 * mean);
      return true;
    }
  }

  /** What becomes of the step that is to be done at {@code place}. */
  Fate at(Place place) {
    if (over) {
      return Fate.DONE;
    }
    if (crashes.isUp(place.weight)) {
      return random.nextBoolean() ? Fate.CRASH_BEFORE : Fate.CRASH_AFTER;
    }
    if (losses.isUp(place.weight)) {
      return random.nextBoolean() ? Fate.LOST : Fate.ANSWER_LOST;
    }
    // A node may stand still anywhere alike.
    return pauses.isUp(1) ? Fate.PAUSE : Fate.DONE;
  }

  /** Whether something that happens once in {@code oneIn} times happens now. */
  boolean happens(int oneIn) {
    return !over && random.nextInt(oneIn) == 0;
  }

  /** How long a node stands still: often for longer than its leases. */
  Duration pause() {
    return Duration.ofMillis(random.nextInt(1_000, 60_000));
  }

  /** From now on everything works. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** A node has died. */
  void crashed() {
    crashed++;
  }

  /** How many nodes have died so far. */
  int crashes() {
    return crashed;
  }
}
