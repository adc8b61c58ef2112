package dev.easel.engine;

import dev.easel.db.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Moves jobs on one node: the {@link Claimer} takes what is due, the {@link Worker} runs it, the
 * {@link Rescuer} renews this node's leases and frees those of dead nodes. Knows nothing of what
 * the jobs are about.
 */
public final class Engine implements AutoCloseable {
  private final Worker worker;
  private final Claimer claimer;
  private final Rescuer rescuer;
  private final Duration drain;

  /**
   * How an engine works.
   *
   * @param node names this node in the leases
   * @param concurrency how many jobs run at once on this node
   * @param lease how long a claim holds unless renewed; a dead node's jobs are taken over after it
   * @param drain how long {@link #close} waits for running jobs
   */
  public record Settings(String node, int concurrency, Duration lease, Duration drain) {}

  /** Wires an engine. */
  public Engine(Database database, Settings settings, InstantSource clock) {
    Machine machine = Machine.real(clock);
    this.worker = new Worker(database, settings, machine);
    this.claimer = new Claimer(database, worker, settings, machine);
    this.rescuer = new Rescuer(database, worker, claimer, settings, machine);
    this.drain = settings.drain();
  }

  /** Starts claiming; {@code handlers} by kind of job. */
  public void start(Map<String, Handler> handlers) {
    worker.start(handlers);
    claimer.start();
    rescuer.start();
  }

  /** Says that something may have become due just now. Cheap; never blocks. */
  public void wake() {
    claimer.wake();
  }

  /** Claims nothing more, lets what is running finish, and leaves the rest to its leases. */
  @Override
  public void close() {
    claimer.close();
    worker.drain(drain);
    rescuer.close();
  }
}
