package dev.easel.task;

import dev.easel.catalog.Route;
import dev.easel.provider.Failure;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Decides. Every branch in the life of a task is here; nothing here reads a clock, a database or a
 * network.
 */
public final class Lifecycle {
  private static final Duration PAUSE_WHEN_UNREACHABLE = Duration.ofSeconds(5);
  private static final Duration PAUSE_WHEN_UNKNOWN = Duration.ofSeconds(30);
  private static final Duration PAUSE_BEFORE_SAME_ROUTE = Duration.ofSeconds(1);

  private Lifecycle() {}

  /**
   * What the operator allows a model's tasks.
   *
   * @param routes where it can be generated
   * @param attempts how many submissions at most
   * @param deadline how long a provider may take, from its acceptance
   * @param queueLimit how long a task may wait for its first attempt
   */
  public record Policy(List<Route> routes, int attempts, Duration deadline, Duration queueLimit) {
    public Policy {
      routes = List.copyOf(routes);
    }
  }

  /** A task with all its attempts, oldest first. */
  public record Situation(Task task, List<Attempt> attempts) {
    public Situation {
      attempts = List.copyOf(attempts);
    }

    /** The attempt for which a provider may be working. */
    Optional<Attempt> open() {
      return attempts.stream().filter(attempt -> attempt.state().isOpen()).findFirst();
    }
  }

  /** What has to be found out, or done, before the next decision. */
  public sealed interface Step {
    /** Begin and submit this attempt. */
    record Submit(Attempt attempt) implements Step {}

    /** Ask how it is doing. */
    record Check(Attempt attempt, String upstreamId) implements Step {}

    /** Ask what became of the submission. */
    record Reconcile(Attempt attempt) implements Step {}

    /** Nothing to find out. */
    record Conclude(Decision decision) implements Step {}
  }

  /**
   * What to do for a live task whose job has come up; {@code fresh} is the id of the attempt that
   * may have to be made.
   */
  public static Step next(Situation situation, UUID fresh, Instant now, Policy policy) {
    Optional<Attempt> open = situation.open();
    if (open.isPresent()) {
      Attempt attempt = open.get();
      return switch (attempt.state()) {
        case Attempt.State.Accepted accepted -> new Step.Check(attempt, accepted.upstreamId());
        case Attempt.State.Sending _, Attempt.State.Unknown _ -> new Step.Reconcile(attempt);
        case Attempt.State.Rejected _, Attempt.State.Produced _, Attempt.State.Failed _ ->
            throw new IllegalStateException("attempt " + attempt.id() + " is not open");
      };
    }
    if (situation.attempts().isEmpty()
        && !now.isBefore(situation.task().createdAt().plus(policy.queueLimit))) {
      return conclude(
          new Failure(Failure.Kind.TIMED_OUT, "The task waited too long to be started."));
    }
    return route(situation, policy)
        .<Step>map(route -> new Step.Submit(attempt(situation, fresh, route, now)))
        .orElseGet(() ->
            conclude(
                new Failure(
                    Failure.Kind.INTERNAL, "No provider serves this model at the moment.")));
  }

  private static Step conclude(Failure failure) {
    return new Step.Conclude(new Decision.Fail(Optional.empty(), failure));
  }

  private static Attempt attempt(Situation situation, UUID fresh, Route route, Instant now) {
    int number = situation.attempts().size() + 1;
    return new Attempt(
        fresh, 0, number, route.channel(), route.upstreamModel(), now, new Attempt.State.Sending());
  }

  /**
   * Routes not tried yet go first, then the smaller priority; where these are equal, shares follow
   * the weights.
   */
  private static Optional<Route> route(Situation situation, Policy policy) {
    Comparator<Route> order =
        Comparator.<Route>comparingLong(route -> tries(situation, route))
            .thenComparingInt(Route::priority);
    Optional<Route> best = policy.routes.stream().min(order);
    if (best.isEmpty()) {
      return best;
    }
    List<Route> equal =
        policy.routes.stream().filter(route -> order.compare(route, best.get()) == 0).toList();
    int weights = equal.stream().mapToInt(Route::weight).sum();
    int share = Math.floorMod(situation.task().id().value().hashCode(), weights);
    for (Route route : equal) {
      share -= route.weight();
      if (share < 0) {
        return Optional.of(route);
      }
    }
    return best;
  }

  private static long tries(Situation situation, Route route) {
    return situation.attempts().stream()
        .filter(attempt -> attempt.channel().equals(route.channel()))
        .count();
  }

  /** What to do now that {@code outcome} is known of {@code attempt}. */
  public static Decision decide(
      Situation situation, Attempt attempt, Outcome outcome, Instant now, Policy policy) {
    return switch (outcome) {
      case Outcome.Submitted(Submission answer) ->
          submitted(situation, attempt, answer, now, policy);
      case Outcome.Checked(Progress answer) -> checked(situation, attempt, answer, now, policy);
      case Outcome.Reconciled(Reconciliation answer) ->
          reconciled(situation, attempt, answer, now, policy);
      case Outcome.Stored(List<Asset> assets) ->
          new Decision.Succeed(
              attempt.with(new Attempt.State.Produced()),
              assets,
              captured(situation.task(), assets.size()));
      case Outcome.Unstorable(String reason) -> {
        Failure failure = new Failure(Failure.Kind.INTERNAL, reason);
        yield new Decision.Fail(
            Optional.of(attempt.with(new Attempt.State.Failed(failure))), failure);
      }
    };
  }

  private static Decision submitted(
      Situation situation, Attempt attempt, Submission answer, Instant now, Policy policy) {
    return switch (answer) {
      case Submission.Accepted(String upstreamId, Duration checkAfter) ->
          accepted(attempt, upstreamId, checkAfter, now);
      case Submission.Produced produced -> new Decision.Store(attempt, produced.outputs());
      case Submission.Rejected(Failure failure) ->
          over(situation, attempt.with(new Attempt.State.Rejected(failure)), failure, now, policy);
      case Submission.Unknown _ ->
          new Decision.Wait(
              attempt.with(new Attempt.State.Unknown()), 0, now.plus(PAUSE_WHEN_UNKNOWN));
    };
  }

  private static Decision checked(
      Situation situation, Attempt attempt, Progress answer, Instant now, Policy policy) {
    return switch (answer) {
      case Progress.Pending(int percent, Duration checkAfter) ->
          isOverdue(attempt, now, policy)
              ? timedOut(attempt)
              : new Decision.Wait(attempt, percent, now.plus(checkAfter));
      case Progress.Produced produced -> new Decision.Store(attempt, produced.outputs());
      case Progress.Failed(Failure failure) ->
          over(situation, attempt.with(new Attempt.State.Failed(failure)), failure, now, policy);
      // Neither says that the generation failed: only the provider's word or the deadline does.
      case Progress.Missing _, Progress.Unreachable _ ->
          isOverdue(attempt, now, policy)
              ? timedOut(attempt)
              : new Decision.Wait(
                  attempt, percent(situation.task()), now.plus(PAUSE_WHEN_UNREACHABLE));
    };
  }

  private static Decision reconciled(
      Situation situation, Attempt attempt, Reconciliation answer, Instant now, Policy policy) {
    return switch (answer) {
      case Reconciliation.Accepted(String upstreamId, Duration checkAfter) ->
          accepted(attempt, upstreamId, checkAfter, now);
      case Reconciliation.NotAccepted _ -> {
        Failure lost =
            new Failure(Failure.Kind.INTERNAL, "The submission did not reach the provider.");
        yield over(situation, attempt.with(new Attempt.State.Rejected(lost)), lost, now, policy);
      }
      case Reconciliation.Unknown _ -> {
        Attempt unknown = attempt.with(new Attempt.State.Unknown());
        yield isOverdue(attempt, now, policy)
            ? new Decision.Fail(
                Optional.of(unknown),
                new Failure(
                    Failure.Kind.TIMED_OUT,
                    "The provider's answer was lost; the credits have been returned."))
            : new Decision.Wait(unknown, 0, now.plus(PAUSE_WHEN_UNKNOWN));
      }
    };
  }

  private static Decision accepted(
      Attempt attempt, String upstreamId, Duration checkAfter, Instant now) {
    return new Decision.Wait(
        attempt.with(new Attempt.State.Accepted(upstreamId, now)), 0, now.plus(checkAfter));
  }

  /**
   * The attempt was rejected or failed: another one, unless no other could end differently or the
   * budget is spent.
   */
  private static Decision over(
      Situation situation, Attempt attempt, Failure failure, Instant now, Policy policy) {
    boolean hopeless =
        switch (failure.kind()) {
          case INVALID_INPUT, CONTENT_POLICY, TIMED_OUT -> true;
          case RATE_LIMITED, OVERLOADED, NO_CREDIT, BAD_CREDENTIAL, INTERNAL -> false;
        };
    if (hopeless || attempt.number() >= policy.attempts) {
      return new Decision.Fail(Optional.of(attempt), failure);
    }
    boolean anotherRoute =
        policy.routes.stream()
            .anyMatch(route ->
                !route.channel().equals(attempt.channel()) && tries(situation, route) == 0);
    return new Decision.TryAgain(attempt, anotherRoute ? now : now.plus(PAUSE_BEFORE_SAME_ROUTE));
  }

  private static boolean isOverdue(Attempt attempt, Instant now, Policy policy) {
    Instant since =
        attempt.state() instanceof Attempt.State.Accepted accepted
            ? accepted.acceptedAt()
            : attempt.createdAt();
    return !now.isBefore(since.plus(policy.deadline));
  }

  private static Decision timedOut(Attempt attempt) {
    Failure failure = new Failure(Failure.Kind.TIMED_OUT, "The provider did not finish in time.");
    return new Decision.Fail(Optional.of(attempt.with(new Attempt.State.Failed(failure))), failure);
  }

  private static int percent(Task task) {
    return task.state() instanceof TaskState.Running running ? running.percent() : 0;
  }

  /** What was made of what was asked for, at the price that was quoted for all of it. */
  private static long captured(Task task, int made) {
    int asked = task.request().outputs();
    return made >= asked
        ? task.request().credits()
        : Math.max(1, task.request().credits() * made / asked);
  }
}
