package dev.easel.engine;

import dev.easel.db.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The production engine, pumped by hand: claims, runs and rescues when it is told to, with the same
 * code as {@link Engine}, and nothing in between.
 */
public final class ManualEngine implements AutoCloseable {
  private static final int CONCURRENCY = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Crew> crews;
  private final Retries retries;
  private final Rescuer rescuer;
  private final AtomicInteger ran = new AtomicInteger();

  /** An engine of the node {@code node}. */
  public ManualEngine(
      Database database,
      String node,
      Duration lease,
      InstantSource clock,
      Map<String, Handler> handlers) {
    Engine.Settings settings = new Engine.Settings(node, CONCURRENCY, lease, PATIENCE);
    Machine machine = Machine.real(clock);
    retries = new Retries(database);
    crews = Crew.all(database, settings, retries, machine);
    rescuer = new Rescuer(database, crews, settings, machine);
    Map<String, Handler> counted = new HashMap<>();
    handlers.forEach((kind, handler) ->
        counted.put(
            kind,
            held -> {
              ran.incrementAndGet();
              handler.run(held);
            }));
    crews.forEach(crew -> crew.worker().start(counted));
  }

  /** Claims what is due now and runs it to its end; returns how many jobs that were. */
  public int run() {
    claim();
    for (Crew crew : crews) {
      crew.worker().drain(PATIENCE);
      int left = crew.worker().running().size();
      if (left > 0) {
        throw new IllegalStateException(left + " jobs did not end");
      }
      crew.worker().giveRoomBack(crew.worker().concurrency());
    }
    return ran.getAndSet(0);
  }

  /** Claims what is due now and lets it run; {@link #run} waits for it. */
  public void claim() {
    try {
      // The main lane last: its jobs begin at once, and may cut the network as a test has them do.
      for (Crew crew : crews.reversed()) {
        if (!crew.claimer().claimWhatIsDue()) {
          throw new IllegalStateException("nothing could be claimed");
        }
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Runs what is due until nothing is; returns how many jobs ran each time. */
  public List<Integer> runAll() {
    return Stream.generate(this::run).takeWhile(jobs -> jobs > 0).toList();
  }

  /** Renews the leases of what is running, and takes over what dead nodes left. */
  public void rescue() {
    rescuer.renewAndRescue();
  }

  @Override
  public void close() {
    retries.close();
  }
}
