package dev.easel.task;

import dev.easel.catalog.Quote;
import dev.easel.catalog.Route;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import dev.easel.task.Decision.Change;
import dev.easel.task.Decision.Course;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides. Every branch in the life of a task is here; nothing here reads a clock, a database or a
 * network.
 *
 * <p>A task is done piece by piece, each by attempts of its own. What is {@linkplain #next to be
 * found out} about them, what {@linkplain #decide is done} about each answer, and {@linkplain
 * #course how the task goes on}: all three look at nothing but the attempts as they are written.
 */
public final class Lifecycle {
  private static final Duration PAUSE_WHEN_UNREACHABLE = Duration.ofSeconds(5);
  private static final Duration SHORTEST_PAUSE_WHEN_UNKNOWN = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE_WHEN_UNKNOWN = Duration.ofMinutes(1);
  private static final int LONGEST_PAUSE_WHEN_BUSY_SECONDS = 32;
  private static final Duration SHORTEST_PAUSE_WHEN_STORING = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE_WHEN_STORING = Duration.ofMinutes(10);
  private static final Duration PAUSE_BEFORE_SAME_ROUTE = Duration.ofSeconds(1);

  /** For how long providers that are too busy are asked again. */
  private static final Duration PATIENCE_WHEN_BUSY = Duration.ofMinutes(10);

  /** A provider may ask for more; it is asked again all the same. */
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  /** However harmless each of them was, so many attempts for one piece are enough. */
  private static final int MOST_ATTEMPTS = 20;

  private Lifecycle() {}

  /**
   * What the operator allows a model's tasks, and how the channels are at the moment.
   *
   * @param routes where it can be generated
   * @param attempts how many attempts for a piece may fail after a provider accepted them
   * @param deadline how long a provider may take, from its acceptance
   * @param queueLimit how long a task may wait for its first attempt
   * @param cooling channels that nothing is submitted to, and until when
   */
  public record Policy(
      List<Route> routes,
      int attempts,
      Duration deadline,
      Duration queueLimit,
      Map<String, Instant> cooling) {
    public Policy {
      routes = List.copyOf(routes);
      cooling = Map.copyOf(cooling);
    }
  }

  /** What has to be found out about a piece. */
  public sealed interface Step {
    /** Begin and submit an attempt by {@code route}. */
    record Submit(int piece, int number, Route route) implements Step {}

    /** Ask how it is doing. */
    record Check(Attempt attempt, String upstreamId) implements Step {}

    /** Ask what became of the submission. */
    record Reconcile(Attempt attempt) implements Step {}

    /** Copy what it made, as far as that is not done. */
    record Fetch(Attempt attempt, List<Copy> copies) implements Step {}

    /** Ask to stop it. */
    record Stop(Attempt attempt, String upstreamId) implements Step {}
  }

  /** What to find out now that a live task's job has come up; nothing, when no piece is due. */
  public static List<Step> next(Situation situation, Instant now, Policy policy) {
    return situation
        .pieces()
        .flatMap(piece -> step(situation, piece, now, policy).stream())
        .toList();
  }

  private static Optional<Step> step(Situation situation, int piece, Instant now, Policy policy) {
    return switch (standing(situation, piece, now, policy)) {
      case Standing.Made _, Standing.Over _ -> Optional.empty();
      case Standing.Open(Attempt attempt) -> ask(situation, attempt, now);
      case Standing.Wanted(int number, Route route, Instant from) ->
          from.isAfter(now) ? Optional.empty() : Optional.of(new Step.Submit(piece, number, route));
    };
  }

  private static Optional<Step> ask(Situation situation, Attempt attempt, Instant now) {
    return switch (attempt.state()) {
      case Attempt.State.Accepted accepted when situation.isToStop() ->
          Optional.of(new Step.Stop(attempt, accepted.upstreamId()));
      case Attempt.State.Accepted accepted when !attempt.lookAt().isAfter(now) ->
          Optional.of(new Step.Check(attempt, accepted.upstreamId()));
      case Attempt.State.Unknown _ when !attempt.lookAt().isAfter(now) ->
          Optional.of(new Step.Reconcile(attempt));
      // Whoever wants it stopped is told at once that it is too late.
      case Attempt.State.Storing storing
          when situation.isToStop() || !attempt.lookAt().isAfter(now) ->
          Optional.of(new Step.Fetch(attempt, storing.copies()));
      // Whoever sent it is gone: the claim is ours.
      case Attempt.State.Sending _ -> Optional.of(new Step.Reconcile(attempt));
      case Attempt.State.Accepted _, Attempt.State.Unknown _, Attempt.State.Storing _ ->
          Optional.empty();
      case Attempt.State.GivenUp _,
          Attempt.State.Rejected _,
          Attempt.State.Produced _,
          Attempt.State.Failed _ ->
          throw new IllegalStateException("attempt " + attempt.id() + " is not open");
    };
  }

  /** How a live task goes on after what has been written so far. */
  public static Course course(Situation situation, Instant now, Policy policy) {
    List<Standing.Made> made = new ArrayList<>();
    Optional<Failure> failure = Optional.empty();
    Optional<Instant> next = Optional.empty();
    for (int piece = 0; piece < situation.task().request().pieces(); piece++) {
      switch (standing(situation, piece, now, policy)) {
        case Standing.Made outputs -> made.add(outputs);
        case Standing.Over(Failure why) -> failure = failure.or(() -> Optional.of(why));
        case Standing.Open(Attempt attempt) -> next = earlier(next, attempt.lookAt());
        case Standing.Wanted(_, _, Instant from) ->
            next =
                earlier(
                    next,
                    situation.attempts().isEmpty()
                        ? sooner(from, endOfQueue(situation, policy))
                        : from);
      }
    }
    if (next.isPresent()) {
      return new Course.Again(next.get());
    }
    if (!made.isEmpty()) {
      return new Course.Succeed(captured(situation.task(), made));
    }
    return situation.isToStop() ? new Course.Cancel() : new Course.Fail(failure.orElseThrow());
  }

  private static Optional<Instant> earlier(Optional<Instant> one, Instant other) {
    return Optional.of(one.map(instant -> sooner(instant, other)).orElse(other));
  }

  private static Instant sooner(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Instant endOfQueue(Situation situation, Policy policy) {
    return situation.task().createdAt().plus(policy.queueLimit);
  }

  /** How a piece stands. */
  private sealed interface Standing {
    /** Its outputs are stored. */
    record Made(int outputs, List<Duration> lengths) implements Standing {}

    /** Nothing will come of it. */
    record Over(Failure failure) implements Standing {}

    /** A provider may be working on it, or what it made is being stored. */
    record Open(Attempt attempt) implements Standing {}

    /** It is to be submitted, not before {@code from}. */
    record Wanted(int number, Route route, Instant from) implements Standing {}
  }

  private static Standing standing(Situation situation, int piece, Instant now, Policy policy) {
    Optional<Attempt> last = situation.last(piece);
    if (last.isEmpty()) {
      return situation.attempts().isEmpty() && !now.isBefore(endOfQueue(situation, policy))
          ? over(Failure.Kind.TIMED_OUT, "The task waited too long to be started.")
          : wanted(
              situation,
              piece,
              new Failure(Failure.Kind.INTERNAL, "No provider serves this model at the moment."),
              now,
              policy);
    }
    return switch (last.get().state()) {
      case Attempt.State.Sending _,
          Attempt.State.Accepted _,
          Attempt.State.Unknown _,
          Attempt.State.Storing _ ->
          new Standing.Open(last.get());
      case Attempt.State.Produced(int outputs, List<Duration> lengths) ->
          new Standing.Made(outputs, lengths);
      case Attempt.State.GivenUp _ ->
          over(
              Failure.Kind.TIMED_OUT,
              "The provider's answer was lost; the credits have been returned.");
      case Attempt.State.Rejected(Failure failure) when isHopeless(failure) ->
          new Standing.Over(failure);
      case Attempt.State.Rejected(Failure failure) when isBusy(failure) ->
          patiently(situation, piece, wanted(situation, piece, failure, now, policy), failure);
      case Attempt.State.Rejected(Failure failure) ->
          wanted(situation, piece, failure, now, policy);
      case Attempt.State.Failed(Failure failure) ->
          isHopeless(failure) || failures(situation, piece) >= policy.attempts
              ? new Standing.Over(failure)
              : wanted(situation, piece, failure, now, policy);
    };
  }

  private static Standing over(Failure.Kind kind, String message) {
    return new Standing.Over(new Failure(kind, message));
  }

  /** No other attempt could end differently. */
  private static boolean isHopeless(Failure failure) {
    return switch (failure.kind()) {
      case INVALID_INPUT, CONTENT_POLICY, TIMED_OUT, CANCELED -> true;
      case RATE_LIMITED, OVERLOADED, NO_CREDIT, BAD_CREDENTIAL, INTERNAL -> false;
    };
  }

  /** The provider would do it another time. */
  private static boolean isBusy(Failure failure) {
    return switch (failure.kind()) {
      case RATE_LIMITED, OVERLOADED -> true;
      case INVALID_INPUT,
          CONTENT_POLICY,
          NO_CREDIT,
          BAD_CREDENTIAL,
          INTERNAL,
          TIMED_OUT,
          CANCELED ->
          false;
    };
  }

  /** What is wanted, unless providers were asked for long enough, or rest for longer than that. */
  private static Standing patiently(
      Situation situation, int piece, Standing wanted, Failure failure) {
    Attempt last = situation.of(piece).getLast();
    boolean wasLastTry = !last.createdAt().isBefore(endOfPatience(situation, piece));
    boolean isTooLong =
        wanted instanceof Standing.Wanted(_, _, Instant from)
            && from.isAfter(last.lookAt().plus(PATIENCE_WHEN_BUSY));
    return wasLastTry || isTooLong ? new Standing.Over(failure) : wanted;
  }

  /** Whoever is too busy then is not asked again. */
  private static Instant endOfPatience(Situation situation, int piece) {
    return situation.of(piece).getFirst().createdAt().plus(PATIENCE_WHEN_BUSY);
  }

  private static long failures(Situation situation, int piece) {
    return situation.of(piece).stream()
        .filter(attempt -> attempt.state() instanceof Attempt.State.Failed)
        .count();
  }

  /**
   * Another attempt, unless there must not be one; then the piece is over because of {@code last}.
   */
  private static Standing wanted(
      Situation situation, int piece, Failure last, Instant now, Policy policy) {
    List<Attempt> tried = situation.of(piece);
    if (situation.isToStop()) {
      return over(Failure.Kind.CANCELED, "Canceled.");
    }
    if (tried.size() >= MOST_ATTEMPTS) {
      return new Standing.Over(last);
    }
    Instant from = tried.isEmpty() ? situation.task().createdAt() : tried.getLast().lookAt();
    return route(situation, piece, now, policy)
        .<Standing>map(route ->
            new Standing.Wanted(
                tried.size() + 1, route, later(from, policy.cooling.get(route.channel()))))
        .orElseGet(() -> new Standing.Over(last));
  }

  private static Instant later(Instant one, @org.jspecify.annotations.Nullable Instant other) {
    return other != null && other.isAfter(one) ? other : one;
  }

  /**
   * Channels that are not cooling go first, then routes that this piece has not tried yet, then the
   * smaller priority; where these are equal, shares follow the weights. A route whose provider has
   * refused for good is not taken again.
   */
  private static Optional<Route> route(Situation situation, int piece, Instant now, Policy policy) {
    List<Attempt> tried = situation.of(piece);
    Comparator<Route> order =
        Comparator.<Route, Instant>comparing(
                route -> later(now, policy.cooling.get(route.channel())))
            .thenComparingLong(route -> tries(tried, route))
            .thenComparingInt(Route::priority);
    List<Route> allowed =
        policy.routes.stream().filter(route -> !isRefused(tried, route)).sorted(order).toList();
    List<Route> equal =
        allowed.stream().takeWhile(route -> order.compare(route, allowed.getFirst()) == 0).toList();
    if (equal.isEmpty()) {
      return Optional.empty();
    }
    int weights = equal.stream().mapToInt(Route::weight).sum();
    int share = Math.floorMod(situation.task().id().value().hashCode() + piece, weights);
    for (Route route : equal) {
      share -= route.weight();
      if (share < 0) {
        return Optional.of(route);
      }
    }
    throw new IllegalStateException("the shares of " + equal + " do not add up");
  }

  private static long tries(List<Attempt> tried, Route route) {
    return tried.stream().filter(attempt -> attempt.channel().equals(route.channel())).count();
  }

  private static boolean isRefused(List<Attempt> tried, Route route) {
    return tried.stream()
        .filter(attempt -> attempt.channel().equals(route.channel()))
        .anyMatch(attempt ->
            attempt.state() instanceof Attempt.State.Rejected(Failure failure) && !isBusy(failure));
  }

  /** What to do now that {@code outcome} is known of {@code attempt}. */
  public static Decision decide(
      Situation situation, Attempt attempt, Outcome outcome, Instant now, Policy policy) {
    Moment moment = new Moment(situation, attempt, now, policy);
    return switch (outcome) {
      case Outcome.Submitted(Submission answer) -> moment.submitted(answer);
      case Outcome.Checked(Progress answer) -> moment.checked(answer);
      case Outcome.Reconciled(Reconciliation answer) -> moment.reconciled(answer);
      case Outcome.Stopped(Cancellation answer) -> moment.stopped(answer);
      case Outcome.NotAsked(Instant turn) -> moment.notAsked(turn);
      case Outcome.Stored(List<Asset> assets) -> moment.stored(assets);
      case Outcome.Incomplete incomplete -> moment.incomplete(incomplete);
      case Outcome.Unstorable(String reason) ->
          moment.failed(new Failure(Failure.Kind.INTERNAL, reason));
    };
  }

  /** What an operator's word that nothing was bought changes. */
  static Change neverBought(Attempt attempt, Instant now) {
    Failure failure =
        new Failure(Failure.Kind.OVERLOADED, "The submission did not reach the provider.");
    return change(attempt.with(new Attempt.State.Rejected(failure), now));
  }

  /** What an operator's word that a provider has it as {@code upstreamId} changes. */
  static Change acceptedAfterAll(Attempt attempt, String upstreamId, Instant now) {
    return change(attempt.with(new Attempt.State.Accepted(upstreamId, now), now));
  }

  private static Change change(Attempt attempt) {
    return new Change(attempt, List.of(), 0, Optional.empty(), false);
  }

  /** One attempt of which something becomes known. */
  private record Moment(Situation situation, Attempt attempt, Instant now, Policy policy) {
    Decision stored(List<Asset> assets) {
      return new Change(
          attempt.with(produced(assets), now),
          assets,
          100,
          attempt.state() instanceof Attempt.State.Sending
              ? Optional.of(new Omen.Fair())
              : Optional.empty(),
          false);
    }

    /** What is published is gone one day, whoever's turn it is. */
    Decision notAsked(Instant turn) {
      return attempt.state() instanceof Attempt.State.Storing storing
          ? change(storing, sooner(turn, later(now, storing.until())))
          : change(attempt.state(), turn);
    }

    /**
     * What was published has been paid for: it is fetched again, and never made again. In the end
     * what could be had of it is what was made.
     */
    Decision incomplete(Outcome.Incomplete outcome) {
      if (!(attempt.state() instanceof Attempt.State.Storing storing)) {
        throw new IllegalStateException("attempt " + attempt.id() + " has published nothing");
      }
      Attempt.State.Storing next =
          new Attempt.State.Storing(outcome.copies(), storing.until(), storing.tries() + 1);
      if (!now.isBefore(storing.until())) {
        return next.kept().isEmpty()
            ? change(
                new Attempt.State.Failed(
                    new Failure(
                        Failure.Kind.TIMED_OUT,
                        "The result could not be fetched in time; the credits have been returned.")),
                now)
            : stored(next.kept());
      }
      Instant again = now.plus(longer(pauseWhenStoring(storing.tries()), outcome.atLeast()));
      Change change = change(next, again.isBefore(storing.until()) ? again : storing.until());
      return new Change(
          change.attempt(), List.of(), change.percent(), Optional.empty(), situation.isToStop());
    }

    private Decision published(List<URI> addresses, Duration lasts, Omen... omens) {
      List<Copy> wanted = addresses.stream().<Copy>map(Copy.Wanted::new).toList();
      return change(new Attempt.State.Storing(wanted, now.plus(lasts), 0), now, omens);
    }

    private Attempt.State produced(List<Asset> assets) {
      return situation.task().request().quote().isOpen()
          ? new Attempt.State.Produced(
              assets.size(),
              assets.stream()
                  .flatMapToLong(asset -> asset.durationMillis().stream())
                  .mapToObj(Duration::ofMillis)
                  .toList())
          : new Attempt.State.Produced(assets.size());
    }

    Decision submitted(Submission answer) {
      return switch (answer) {
        case Submission.Accepted(String upstreamId, Duration checkAfter) ->
            change(
                new Attempt.State.Accepted(upstreamId, now), now.plus(checkAfter), new Omen.Fair());
        case Submission.Produced produced -> new Decision.Store(attempt, produced.outputs());
        case Submission.Published(List<URI> addresses, Duration lasts) ->
            published(addresses, lasts, new Omen.Fair());
        case Submission.Rejected(Failure failure, Optional<Duration> retryAfter) ->
            rejected(failure, retryAfter.orElse(Duration.ZERO));
        case Submission.Unknown(String reason) ->
            change(
                new Attempt.State.Unknown(),
                now.plus(SHORTEST_PAUSE_WHEN_UNKNOWN),
                new Omen.Fault(reason, Duration.ZERO));
      };
    }

    Decision checked(Progress answer) {
      return switch (answer) {
        case Progress.Pending(int percent, Duration checkAfter) ->
            isOverdue()
                ? timedOut()
                : new Change(
                    attempt.with(attempt.state(), now.plus(checkAfter)),
                    List.of(),
                    percent,
                    Optional.empty(),
                    false);
        case Progress.Produced produced -> new Decision.Store(attempt, produced.outputs());
        case Progress.Published(List<URI> addresses, Duration lasts) -> published(addresses, lasts);
        case Progress.Failed(Failure failure) -> failed(failure);
        // Neither says that the generation failed: only the provider's word or the deadline does.
        case Progress.Missing _ ->
            isOverdue() ? timedOut() : change(attempt.state(), now.plus(PAUSE_WHEN_UNREACHABLE));
        case Progress.Unreachable(String reason) ->
            isOverdue()
                ? timedOut()
                : change(
                    attempt.state(),
                    now.plus(PAUSE_WHEN_UNREACHABLE),
                    new Omen.Fault(reason, Duration.ZERO));
      };
    }

    Decision reconciled(Reconciliation answer) {
      return switch (answer) {
        case Reconciliation.Accepted(String upstreamId, Duration checkAfter) ->
            change(new Attempt.State.Accepted(upstreamId, now), now.plus(checkAfter));
        // Whoever sent it may have been slow: what has not arrived yet may still arrive.
        case Reconciliation.NotAccepted(Duration arrival)
            when now.isBefore(attempt.createdAt().plus(arrival)) ->
            change(new Attempt.State.Unknown(), attempt.createdAt().plus(arrival));
        case Reconciliation.NotAccepted _ ->
            closed(
                new Attempt.State.Rejected(
                    new Failure(
                        Failure.Kind.OVERLOADED, "The submission did not reach the provider.")),
                PAUSE_BEFORE_SAME_ROUTE);
        case Reconciliation.Unknown _ -> unknown(now.plus(pauseWhenUnknown()));
        // Only whoever sent it, or an operator, may still know better.
        case Reconciliation.Unknowable _ -> unknown(attempt.createdAt().plus(policy.deadline));
      };
    }

    private Decision unknown(Instant lookAt) {
      return isOverdue()
          ? change(new Attempt.State.GivenUp(), now)
          : change(new Attempt.State.Unknown(), lookAt);
    }

    Decision stopped(Cancellation answer) {
      return switch (answer) {
        case Cancellation.Canceled _ ->
            change(new Attempt.State.Failed(new Failure(Failure.Kind.CANCELED, "Canceled.")), now);
        case Cancellation.TooLate _, Cancellation.Unconfirmed _, Cancellation.Unsupported _ ->
            new Change(attempt, List.of(), 0, Optional.empty(), true);
      };
    }

    private Decision rejected(Failure failure, Duration asked) {
      Attempt.State state = new Attempt.State.Rejected(failure);
      Duration retryAfter = shorter(asked, LONGEST_REST);
      return switch (failure.kind()) {
        case RATE_LIMITED, OVERLOADED ->
            closed(state, pauseWhenBusy(retryAfter), new Omen.Fault(failure.message(), retryAfter));
        case NO_CREDIT, BAD_CREDENTIAL ->
            closed(state, PAUSE_BEFORE_SAME_ROUTE, new Omen.Broken(failure.message()));
        case INTERNAL ->
            closed(
                state, PAUSE_BEFORE_SAME_ROUTE, new Omen.Fault(failure.message(), Duration.ZERO));
        case INVALID_INPUT, CONTENT_POLICY, TIMED_OUT, CANCELED ->
            change(state, now, new Omen.Fair());
      };
    }

    private Decision failed(Failure failure) {
      return closed(new Attempt.State.Failed(failure), PAUSE_BEFORE_SAME_ROUTE);
    }

    private Decision timedOut() {
      return change(
          new Attempt.State.Failed(
              new Failure(Failure.Kind.TIMED_OUT, "The provider did not finish in time.")),
          now);
    }

    /** The attempt is over: the same channel is left alone for {@code pause}, another is not. */
    private Change closed(Attempt.State state, Duration pause, Omen... omens) {
      boolean isElsewhere =
          standing(situation.with(attempt.with(state, now)), attempt.piece(), now, policy)
                  instanceof Standing.Wanted wanted
              && !wanted.route().channel().equals(attempt.channel());
      return change(state, isElsewhere ? now : now.plus(pause), omens);
    }

    private Change change(Attempt.State state, Instant lookAt, Omen... omens) {
      int percent =
          situation.task().state() instanceof TaskState.Running running ? running.percent() : 0;
      return new Change(
          attempt.with(state, lookAt),
          List.of(),
          percent,
          List.of(omens).stream().findFirst(),
          false);
    }

    private boolean isOverdue() {
      Instant since =
          attempt.state() instanceof Attempt.State.Accepted accepted
              ? accepted.acceptedAt()
              : attempt.createdAt();
      return !now.isBefore(since.plus(policy.deadline));
    }

    /** As long as it has been unknown for. */
    private Duration pauseWhenUnknown() {
      Duration since = Duration.between(attempt.createdAt(), now);
      return since.compareTo(LONGEST_PAUSE_WHEN_UNKNOWN) > 0
          ? LONGEST_PAUSE_WHEN_UNKNOWN
          : longer(since, SHORTEST_PAUSE_WHEN_UNKNOWN);
    }

    /** Twice as long each time, or as long as is asked, but not beyond a last try. */
    private Duration pauseWhenBusy(Duration asked) {
      long doubled = 1L << Math.min(attempt.number() - 1, 30);
      Duration pause =
          longer(Duration.ofSeconds(Math.min(doubled, LONGEST_PAUSE_WHEN_BUSY_SECONDS)), asked);
      Instant lastTry = later(now, endOfPatience(situation.with(attempt), attempt.piece()));
      return shorter(pause, Duration.between(now, lastTry));
    }

    /** Twice as long each time. */
    private static Duration pauseWhenStoring(int tries) {
      Duration pause = SHORTEST_PAUSE_WHEN_STORING.multipliedBy(1L << Math.min(tries, 30));
      return pause.compareTo(LONGEST_PAUSE_WHEN_STORING) > 0 ? LONGEST_PAUSE_WHEN_STORING : pause;
    }

    private static Duration longer(Duration one, Duration other) {
      return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }
  }

  /**
   * What was made of what was asked for, each film at its own length, out of what was quoted for
   * all of it. A film that does not say how long it is counts as the longest.
   */
  private static long captured(Task task, List<Standing.Made> made) {
    Quote quote = task.request().quote();
    long ofAll = 0; // were each of them all that was asked for
    for (Standing.Made some : made) {
      ofAll += some.lengths.stream().mapToLong(quote::of).sum();
      ofAll += (some.outputs - some.lengths.size()) * quote.credits();
    }
    return Math.clamp(ofAll / task.request().outputs(), 1, quote.credits());
  }
}
