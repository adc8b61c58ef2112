package dev.easel.webhook;

import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Jobs;
import dev.easel.webhook.Deliveries.Standing;
import dev.easel.webhook.Deliveries.State;
import dev.easel.webhook.Deliveries.Try;
import dev.easel.webhook.EndpointHealth.Health;
import dev.easel.webhook.Sender.Recorded;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What came of a job: written for as many as come together, each only if its claim still holds. */
sealed interface Outcome {
  Claim claim();

  /**
   * A try was made.
   *
   * @param again when the next one is due, while it is pending
   */
  record Tried(Claim claim, Try made, State state, Instant again) implements Outcome {}

  /** No try can be made any more; {@code why} stands where the last one would. */
  record Hopeless(Claim claim, Try why) implements Outcome {}

  /** No try was made: the destination has no place before {@code until}. */
  record Postponed(Claim claim, Instant until) implements Outcome {}

  /** Nothing is owed. */
  record Needless(Claim claim) implements Outcome {}

  /** Writes {@code outcomes}; answers each. */
  static List<Recorded> write(Connection tx, List<Outcome> outcomes, Instant now)
      throws SQLException {
    Map<UUID, Jobs.Locked> jobs =
        Pipeline.get(
            tx,
            locks ->
                Jobs.lock(
                    locks,
                    Sender.KIND,
                    outcomes.stream().map(outcome -> outcome.claim().subject()).toList()));
    List<Outcome> ours = outcomes.stream().filter(outcome -> holds(outcome, jobs)).toList();
    Map<UUID, String> disabled = new HashMap<>();
    Pipeline.run(
        tx,
        writes -> {
          writeJobs(writes, ours);
          writeTries(writes, ours, now, disabled);
        });
    List<Recorded> answers = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      boolean isOurs = holds(outcome, jobs);
      answers.add(new Recorded(isOurs, isOurs ? Map.copyOf(disabled) : Map.of()));
      if (isOurs) {
        disabled.clear(); // one of them tells, which is enough
      }
    }
    return answers;
  }

  private static boolean holds(Outcome outcome, Map<UUID, Jobs.Locked> jobs) {
    return Optional.ofNullable(jobs.get(outcome.claim().subject()))
        .filter(job -> job.claim().number() == outcome.claim().number())
        .isPresent();
  }

  private static void writeJobs(Pipeline writes, List<Outcome> outcomes) {
    List<Jobs.Later> later = new ArrayList<>();
    List<Claim> finished = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Tried(Claim claim, _, State state, Instant again) when state == State.PENDING ->
            later.add(new Jobs.Later(claim, again));
        case Postponed(Claim claim, Instant until) -> later.add(new Jobs.Later(claim, until));
        case Tried _, Hopeless _, Needless _ -> finished.add(outcome.claim());
      }
    }
    Jobs.reschedule(writes, later);
    Jobs.finish(writes, finished);
  }

  private static void writeTries(
      Pipeline writes, List<Outcome> outcomes, Instant now, Map<UUID, String> disabled) {
    List<Standing> standings = new ArrayList<>();
    Map<UUID, Health> heard = new HashMap<>();
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Tried(_, Try made, State state, _) -> {
          standings.add(new Standing(made, state));
          Health health = EndpointHealth.of(made, state);
          made.delivery()
              .endpoint()
              .ifPresent(endpoint -> heard.merge(endpoint, health, Health::stronger));
        }
        case Hopeless(_, Try why) -> standings.add(new Standing(why, State.EXHAUSTED));
        case Postponed _, Needless _ -> {}
      }
    }
    Deliveries.insertTries(writes, standings.stream().map(Standing::last).toList());
    Deliveries.update(writes, standings, now);
    EndpointHealth.update(writes, heard, now, disabled::put);
  }
}
