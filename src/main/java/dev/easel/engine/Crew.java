package dev.easel.engine;

import dev.easel.db.Database;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Those who do the jobs of one lane on a node: one claims them, one runs them. */
record Crew(Lane lane, Claimer claimer, Worker worker) {
  /** One for each lane, in their order. */
  static List<Crew> all(
      Database database, Engine.Settings settings, Retries retries, Machine machine) {
    return Arrays.stream(Lane.values())
        .map(lane -> of(database, lane, settings, retries, machine))
        .toList();
  }

  /** That of one lane. */
  static Crew of(
      Database database, Lane lane, Engine.Settings settings, Retries retries, Machine machine) {
    Worker worker = new Worker(lane.room(settings), retries, machine);
    return new Crew(lane, new Claimer(database, lane, worker, settings, machine), worker);
  }

  void start(Map<String, Handler> handlers) {
    worker.start(handlers);
    claimer.start();
  }
}
