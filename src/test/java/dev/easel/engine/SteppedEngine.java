package dev.easel.engine;

import dev.easel.db.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * The production engine of a simulated node, on a clock and on threads of the simulation: it claims
 * and rescues when it is told to, and does not wait for what it has begun. All its jobs are in the
 * main lane.
 */
public final class SteppedEngine {
  private final Crew crew;
  private final Rescuer rescuer;

  /** An engine that runs jobs with {@code handlers}. */
  public SteppedEngine(
      Database database, Engine.Settings settings, Time time, Map<String, Handler> handlers) {
    Machine machine = new Machine(time.clock, time.nanoTime, time.threads);
    crew = Crew.of(database, Lane.MAIN, settings, new Retries(database), machine);
    rescuer = new Rescuer(database, List.of(crew), settings, machine);
    crew.worker().start(handlers);
  }

  /**
   * What a simulated node runs on.
   *
   * @param clock tells the time that is written to the database
   * @param nanoTime a monotonic clock, for leases
   * @param threads makes the thread of each job
   */
  public record Time(InstantSource clock, LongSupplier nanoTime, ThreadFactory threads) {}

  /** Claims until nothing is due, and begins all that; false when the database is away. */
  public boolean claim() {
    try {
      return crew.claimer().claimWhatIsDue();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Renews the leases of what is running, and takes over what dead nodes left. */
  public void rescue() {
    rescuer.renewAndRescue();
  }
}
