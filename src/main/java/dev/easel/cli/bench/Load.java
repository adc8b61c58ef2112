package dev.easel.cli.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** A closed loop: so many connections, each with one request under way at a time. */
final class Load {
  static final int CONNECTIONS = 64;
  private static final long LONGEST_NANOS = Duration.ofMinutes(2).toNanos();

  private Load() {}

  /** One operation over a connection; false when it did not end as it should. */
  interface Operation {
    boolean run(HttpConnection connection, int worker, long sequence) throws IOException;
  }

  /** What was counted. */
  record Tally(Histogram nanos, long errors) {}

  /** Repeats {@code operation} on every connection until {@code length} is over. */
  static Tally run(URI base, Duration length, Operation operation) throws InterruptedException {
    long end = System.nanoTime() + length.toNanos();
    Histogram all = new Histogram(LONGEST_NANOS, 3);
    long errors = 0;
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Tally>> tallies = new ArrayList<>();
      for (int worker = 0; worker < CONNECTIONS; worker++) {
        int number = worker;
        tallies.add(workers.submit(() -> loop(base, end, number, operation)));
      }
      for (Future<Tally> tally : tallies) {
        all.add(tally.get().nanos);
        errors += tally.get().errors;
      }
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the load generator failed", failed.getCause());
    }
    return new Tally(all, errors);
  }

  private static Tally loop(URI base, long end, int worker, Operation operation)
      throws IOException {
    Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    long errors = 0;
    try (HttpConnection connection = new HttpConnection(base)) {
      long startedAt = System.nanoTime();
      for (long sequence = 0; startedAt - end < 0; sequence++) {
        boolean well = operation.run(connection, worker, sequence);
        long now = System.nanoTime();
        if (well) {
          nanos.recordValue(Math.min(LONGEST_NANOS, now - startedAt));
        } else {
          errors++;
        }
        startedAt = now;
      }
    }
    return new Tally(nanos, errors);
  }
}
