package dev.easel.engine;

import dev.easel.db.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Moves jobs on one node: for each {@link Lane} a {@link Claimer} takes what is due and a {@link
 * Worker} runs it, the {@link Retries} put off what fails; the {@link Rescuer} renews this node's
 * leases and frees those of dead nodes. Knows nothing of what the jobs are about.
 */
public final class Engine implements AutoCloseable {
  private final List<Crew> crews;
  private final Retries retries;
  private final Rescuer rescuer;
  private final Duration drain;

  /**
   * How an engine works.
   *
   * @param node names this node in the leases
   * @param concurrency how many jobs of {@link Lane#MAIN} run at once on this node
   * @param lease how long a claim holds unless renewed; a dead node's jobs are taken over after it
   * @param drain how long {@link #close} waits for running jobs
   */
  public record Settings(String node, int concurrency, Duration lease, Duration drain) {}

  /** Wires an engine, which is to be closed also when it is never started. */
  public Engine(Database database, Settings settings, InstantSource clock) {
    Machine machine = Machine.real(clock);
    this.retries = new Retries(database);
    this.crews = Crew.all(database, settings, retries, machine);
    this.rescuer = new Rescuer(database, crews, settings, machine);
    this.drain = settings.drain();
  }

  /** Starts claiming; {@code handlers} by kind of job. */
  public void start(Map<String, Handler> handlers) {
    crews.forEach(crew -> crew.start(handlers));
    rescuer.start();
  }

  /** Says that something may have become due in a lane just now. Cheap; never blocks. */
  public void wake(Lane lane) {
    crews.stream().filter(crew -> crew.lane() == lane).forEach(crew -> crew.claimer().wake());
  }

  /** Claims nothing more; what is running goes on. */
  public void stopClaiming() {
    crews.forEach(crew -> crew.claimer().close());
  }

  /** Claims nothing more, lets what is running finish, and leaves the rest to its leases. */
  @Override
  public void close() {
    stopClaiming();
    long end = System.nanoTime() + drain.toNanos();
    crews.forEach(
        crew -> crew.worker().drain(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    rescuer.close();
    retries.close();
  }
}
