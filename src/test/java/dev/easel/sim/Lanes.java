package dev.easel.sim;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A {@link Lane} for each of three runs at a time, of which one mostly waits. */
final class Lanes implements AutoCloseable {
  private static final int COUNT = 3;

  /** Who waits for more runs than these is told after so many. */
  private static final int A_PART = 1_000;

  private final List<Lane> lanes = new ArrayList<>();

  /** Starts their servers. */
  Lanes() throws SQLException {
    for (int i = 0; i < COUNT; i++) {
      lanes.add(new Lane());
    }
  }

  /**
   * What many runs came to.
   *
   * @param violations what was found, with the seed; empty when all is well
   */
  record Result(
      long runs, long steps, long tasks, long crashes, Duration took, List<String> violations) {
    @Override
    public String toString() {
      return "simulation: %d seeds, %d tasks, %d crashes, %d steps in %.1f s"
          .formatted(runs, tasks, crashes, steps, took.toMillis() / 1e3);
    }
  }

  /** Runs {@code seeds}, until one breaks a promise or their time is over. */
  Result run(Seeds seeds, boolean aloud) throws InterruptedException {
    long begin = System.nanoTime();
    BooleanSupplier isTimeLeft = () -> System.nanoTime() - begin < seeds.within().toNanos();
    AtomicLong next = new AtomicLong(seeds.from());
    ConcurrentLinkedQueue<Run.Report> reports = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    AtomicLong ended = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    Optional<PrintStream> out = aloud ? Optional.of(System.out) : Optional.empty();
    List<Thread> threads = new ArrayList<>();
    for (Lane lane : lanes) {
      threads.add(
          Thread.ofPlatform()
              .name("lane-" + threads.size())
              .start(() -> {
                long seed = next.getAndIncrement();
                while (seed <= seeds.to() && !stop.get() && isTimeLeft.getAsBoolean()) {
                  try {
                    reports.add(Run.of(seed, lane, out));
                    if (ended.incrementAndGet() % A_PART == 0 && next.get() <= seeds.to()) {
                      System.out.println(result(reports, violations, begin));
                    }
                  } catch (Violation broken) {
                    violations.add(String.valueOf(broken.getMessage()));
                    stop.set(true);
                  } catch (Exception | Error failed) {
                    violations.add("seed " + seed + " could not be run: " + stackTrace(failed));
                    stop.set(true);
                  }
                  seed = next.getAndIncrement();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return result(reports, violations, begin);
  }

  private static Result result(
      Collection<Run.Report> reports, Collection<String> violations, long begin) {
    return new Result(
        reports.size(),
        reports.stream().mapToLong(Run.Report::steps).sum(),
        reports.stream().mapToLong(Run.Report::tasks).sum(),
        reports.stream().mapToLong(Run.Report::crashes).sum(),
        Duration.ofNanos(System.nanoTime() - begin),
        List.copyOf(violations));
  }

  private static String stackTrace(Throwable failed) {
    StringWriter text = new StringWriter();
    failed.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** The lanes, each of which gives the same run for a seed. */
  List<Lane> lanes() {
    return lanes;
  }

  @Override
  public void close() throws SQLException {
    for (Lane lane : lanes) {
      lane.close();
    }
  }
}
