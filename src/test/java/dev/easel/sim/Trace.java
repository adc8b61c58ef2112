package dev.easel.sim;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What happened in a run, step by step: the last steps as text, all of them as a digest, so that
 * two runs can be told to be the same.
 */
final class Trace {
  private static final int KEPT = 300;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Deque<Step> last = new ArrayDeque<>(KEPT);
  private final Optional<PrintStream> aloud;
  private long steps;
  private long digest;

  /**
   * Starts empty.
   *
   * @param aloud where every step is printed as it happens
   */
  Trace(Optional<PrintStream> aloud) {
    this.aloud = aloud;
  }

  private record Step(long number, long nanos, String who, String what) {
    @Override
    public String toString() {
      return "%6d %9.3f s  %-52s %s".formatted(number, nanos / 1e9, who, what);
    }
  }

  /** Notes that {@code who} did {@code what} at {@code time} of the run. */
  void step(Duration time, String who, String what) {
    long nanos = time.toNanos();
    steps++;
    digest =
        (digest ^ nanos ^ ((long) who.hashCode() << 32 | (what.hashCode() & 0xffffffffL))) * MIX;
    digest ^= digest >>> 29;
    Step step = new Step(steps, nanos, who, what);
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.add(step);
    aloud.ifPresent(out -> out.println(step));
  }

  /** Prints a line that is no step: it depends on what is not drawn. */
  void remark(String what) {
    aloud.ifPresent(out -> out.println("                          " + what));
  }

  long steps() {
    return steps;
  }

  /** A number that two runs share only when they did the same. */
  long digest() {
    return digest;
  }

  /** The last steps, oldest first. */
  List<String> last() {
    return last.stream().map(Step::toString).toList();
  }
}
