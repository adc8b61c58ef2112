package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Quote;
import dev.easel.catalog.Route;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Failure.Kind;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import dev.easel.task.Decision.Change;
import dev.easel.task.Decision.Course;
import dev.easel.task.Lifecycle.Policy;
import dev.easel.task.Lifecycle.Step;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The life of a task as three tables: what is to be found out, what is done about each answer, and
 * how the task goes on. Times are seconds after T0, when the task was accepted.
 */
class LifecycleTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final long A_DAY = 86_400;
  private static final Route A = new Route("a", "model-a", 1, 1, 1);
  private static final Route B = new Route("b", "model-b", 2, 1, 1);
  private static final Policy ONE_ROUTE = policy(A);
  private static final Policy TWO_ROUTES = policy(B, A);
  private static final Output OUTPUT = new Output(new byte[] {1});

  private static final Attempt.State SENDING = new Attempt.State.Sending();
  private static final Attempt.State ACCEPTED = new Attempt.State.Accepted("up", at(0));
  private static final Attempt.State UNKNOWN = new Attempt.State.Unknown();
  private static final Attempt.State GIVEN_UP = new Attempt.State.GivenUp();
  private static final Attempt.State PRODUCED = new Attempt.State.Produced(1);
  private static final URI ADDRESS = URI.create("https://provider.example/1.png");
  private static final Copy WANTED = new Copy.Wanted(ADDRESS);
  private static final Copy KEPT = new Copy.Kept(assets(1).getFirst());
  private static final Duration LASTS = Duration.ofSeconds(1_000);

  // What is to be found out.

  static Stream<Arguments> steps() {
    return Stream.of(
        row("new: the route of the smallest priority", one(), 0, TWO_ROUTES, submit(0, 1, A)),
        row("new, no route: nothing", one(), 0, policy(), nothing()),
        row("queued just under a day: still begins", one(), A_DAY - 1, ONE_ROUTE, submit(0, 1, A)),
        row("queued for a day: nothing", one(), A_DAY, ONE_ROUTE, nothing()),
        row(
            "found as sending: whoever sent it is gone, so ask what became of it",
            one(tried(A, SENDING, 0)),
            1,
            ONE_ROUTE,
            reconcile(tried(A, SENDING, 0))),
        row(
            "unknown, its time has come: ask again",
            one(tried(A, UNKNOWN, 5)),
            5,
            ONE_ROUTE,
            reconcile(tried(A, UNKNOWN, 5))),
        row("unknown, not yet: nothing", one(tried(A, UNKNOWN, 5)), 4, ONE_ROUTE, nothing()),
        row(
            "given up: nothing, and never again",
            one(tried(A, GIVEN_UP, 0)),
            9,
            TWO_ROUTES,
            nothing()),
        row(
            "accepted, its time has come: check",
            one(tried(A, ACCEPTED, 5)),
            5,
            ONE_ROUTE,
            check(tried(A, ACCEPTED, 5))),
        row("accepted, not yet: nothing", one(tried(A, ACCEPTED, 5)), 4, ONE_ROUTE, nothing()),
        row("produced: nothing", one(tried(A, PRODUCED, 0)), 9, ONE_ROUTE, nothing()),
        row(
            "storing, its time has come: fetch, whatever the deadline",
            one(tried(A, storing(0, WANTED, KEPT), 700)),
            700,
            ONE_ROUTE,
            fetch(tried(A, storing(0, WANTED, KEPT), 700), WANTED, KEPT)),
        row(
            "storing, not yet: nothing",
            one(tried(A, storing(1, WANTED), 5)),
            4,
            ONE_ROUTE,
            nothing()),
        // which route
        row(
            "refused by one route: the other",
            one(tried(A, rejected(Kind.OVERLOADED), 1)),
            1,
            TWO_ROUTES,
            submit(0, 2, B)),
        row(
            "busy, and no other route: the same again after a pause",
            one(tried(A, rejected(Kind.RATE_LIMITED), 3)),
            3,
            ONE_ROUTE,
            submit(0, 2, A)),
        row(
            "busy, and the pause is not over: nothing",
            one(tried(A, rejected(Kind.RATE_LIMITED), 3)),
            2,
            ONE_ROUTE,
            nothing()),
        row(
            "busy for ten minutes: enough",
            one(
                tried(A, rejected(Kind.OVERLOADED), 3),
                begun(600, tried(A, rejected(Kind.OVERLOADED), 603))),
            603,
            ONE_ROUTE,
            nothing()),
        row(
            "busy, and rests for longer than anybody waits: enough",
            one(tried(A, rejected(Kind.RATE_LIMITED), 3)),
            3,
            cooling(ONE_ROUTE, "a", 3_600),
            nothing()),
        row(
            "found out after long that it never arrived: the same again",
            one(tried(A, rejected(Kind.OVERLOADED), 900)),
            900,
            ONE_ROUTE,
            submit(0, 2, A)),
        row(
            "refused for good, and no other route: nothing",
            one(tried(A, rejected(Kind.NO_CREDIT), 1)),
            1,
            ONE_ROUTE,
            nothing()),
        row(
            "refused for good by both: nothing",
            one(tried(A, rejected(Kind.BAD_CREDENTIAL), 1), tried(B, rejected(Kind.INTERNAL), 2)),
            2,
            TWO_ROUTES,
            nothing()),
        row(
            "refused for its content: no route would do it",
            one(tried(A, rejected(Kind.CONTENT_POLICY), 1)),
            1,
            TWO_ROUTES,
            nothing()),
        row(
            "failed on the only route: the same again",
            one(tried(A, failed(Kind.INTERNAL), 1)),
            1,
            ONE_ROUTE,
            submit(0, 2, A)),
        row(
            "failed as often as it may: nothing",
            one(tried(A, failed(Kind.INTERNAL), 1), tried(B, failed(Kind.INTERNAL), 2)),
            2,
            TWO_ROUTES,
            nothing()),
        row(
            "refusals do not count as failures",
            one(
                tried(A, rejected(Kind.OVERLOADED), 1),
                tried(B, rejected(Kind.OVERLOADED), 2),
                tried(A, failed(Kind.INTERNAL), 3)),
            3,
            TWO_ROUTES,
            submit(0, 4, B)),
        row(
            "twenty attempts are enough, whatever they were",
            one(Collections.nCopies(20, tried(A, rejected(Kind.OVERLOADED), 1))),
            1,
            ONE_ROUTE,
            nothing()),
        row(
            "a channel cools: the other route",
            one(),
            0,
            cooling(TWO_ROUTES, "a", 9),
            submit(0, 1, B)),
        row("the only channel cools: nothing yet", one(), 8, cooling(ONE_ROUTE, "a", 9), nothing()),
        row("it has cooled: begins", one(), 9, cooling(ONE_ROUTE, "a", 9), submit(0, 1, A)),
        row(
            "all channels cool: nothing yet",
            one(),
            5,
            cooling(cooling(TWO_ROUTES, "a", 9), "b", 7),
            nothing()),
        row(
            "attempted long ago: age in the queue no longer counts",
            one(tried(A, failed(Kind.INTERNAL), 1)),
            A_DAY,
            ONE_ROUTE,
            submit(0, 2, A)),
        // pieces
        row(
            "three pieces: all at once",
            pieces(3),
            0,
            ONE_ROUTE,
            List.of(new Step.Submit(0, 1, A), new Step.Submit(1, 1, A), new Step.Submit(2, 1, A))),
        row(
            "three pieces, each as it stands",
            pieces(3, tried(0, A, PRODUCED, 0), tried(1, A, ACCEPTED, 5), tried(2, A, ACCEPTED, 6)),
            5,
            ONE_ROUTE,
            check(tried(1, A, ACCEPTED, 5))),
        // stopping
        row(
            "to be stopped: ask the provider, due or not",
            toStop(one(tried(A, ACCEPTED, 5))),
            1,
            ONE_ROUTE,
            List.of(new Step.Stop(tried(A, ACCEPTED, 5), "up"))),
        row(
            "to be stopped, but made already: fetch, due or not",
            toStop(one(tried(A, storing(1, WANTED), 5))),
            1,
            ONE_ROUTE,
            fetch(tried(A, storing(1, WANTED), 5), WANTED)),
        row(
            "to be stopped: no other attempt",
            toStop(one(tried(A, failed(Kind.INTERNAL), 1))),
            1,
            TWO_ROUTES,
            nothing()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("steps")
  void next(String name, Situation situation, long seconds, Policy policy, List<Step> expected) {
    assertThat(Lifecycle.next(situation, at(seconds), policy)).isEqualTo(expected);
  }

  // What is done about each answer.

  static Stream<Arguments> decisions() {
    return Stream.of(
        // submissions
        row(
            "accepted: check when the provider says",
            SENDING,
            submitted(new Submission.Accepted("up", Duration.ofSeconds(3))),
            5,
            ONE_ROUTE,
            change(new Attempt.State.Accepted("up", at(5)), 8, new Omen.Fair())),
        row(
            "busy: another route at once",
            SENDING,
            rejection(Kind.OVERLOADED),
            5,
            TWO_ROUTES,
            change(rejected(Kind.OVERLOADED), 5, fault(0))),
        row(
            "busy, no other route: the same after a pause",
            SENDING,
            rejection(Kind.OVERLOADED),
            5,
            ONE_ROUTE,
            change(rejected(Kind.OVERLOADED), 6, fault(0))),
        row(
            "busy, and says how long: then",
            SENDING,
            submitted(
                new Submission.Rejected(
                    failure(Kind.RATE_LIMITED), Optional.of(Duration.ofSeconds(30)))),
            5,
            ONE_ROUTE,
            change(rejected(Kind.RATE_LIMITED), 35, fault(30))),
        row(
            "busy, and asks for a day: a last time after ten minutes",
            SENDING,
            submitted(
                new Submission.Rejected(
                    failure(Kind.RATE_LIMITED), Optional.of(Duration.ofDays(1)))),
            5,
            ONE_ROUTE,
            change(rejected(Kind.RATE_LIMITED), 600, fault(3_600))),
        row(
            "bad input: over, the channel is well",
            SENDING,
            rejection(Kind.INVALID_INPUT),
            5,
            TWO_ROUTES,
            change(rejected(Kind.INVALID_INPUT), 5, new Omen.Fair())),
        row(
            "content policy: over, the channel is well",
            SENDING,
            rejection(Kind.CONTENT_POLICY),
            5,
            TWO_ROUTES,
            change(rejected(Kind.CONTENT_POLICY), 5, new Omen.Fair())),
        row(
            "our credential is bad: the channel is broken",
            SENDING,
            rejection(Kind.BAD_CREDENTIAL),
            5,
            TWO_ROUTES,
            change(rejected(Kind.BAD_CREDENTIAL), 5, new Omen.Broken("because"))),
        row(
            "our credit is used up: the channel is broken",
            SENDING,
            rejection(Kind.NO_CREDIT),
            5,
            TWO_ROUTES,
            change(rejected(Kind.NO_CREDIT), 5, new Omen.Broken("because"))),
        row(
            "refused by a broken provider: a fault",
            SENDING,
            rejection(Kind.INTERNAL),
            5,
            TWO_ROUTES,
            change(rejected(Kind.INTERNAL), 5, fault(0))),
        row(
            "the answer was lost: never submitted again, asked about",
            SENDING,
            submitted(new Submission.Unknown("because")),
            5,
            TWO_ROUTES,
            change(UNKNOWN, 10, fault(0))),
        // checks
        row(
            "pending: again when the provider says",
            ACCEPTED,
            checked(new Progress.Pending(40, Duration.ofSeconds(2))),
            5,
            ONE_ROUTE,
            new Change(attempt(0, 1, A, ACCEPTED, 7), List.of(), 40, Optional.empty(), false)),
        row(
            "pending at the deadline: times out",
            ACCEPTED,
            checked(new Progress.Pending(99, Duration.ofSeconds(2))),
            600,
            TWO_ROUTES,
            change(timedOut(), 600)),
        row(
            "failed: another route at once",
            ACCEPTED,
            checked(new Progress.Failed(failure(Kind.INTERNAL))),
            5,
            TWO_ROUTES,
            change(failed(Kind.INTERNAL), 5)),
        row(
            "failed, no other route: the same after a pause",
            ACCEPTED,
            checked(new Progress.Failed(failure(Kind.INTERNAL))),
            5,
            ONE_ROUTE,
            change(failed(Kind.INTERNAL), 6)),
        row(
            "unreachable: says nothing about the task, but of the channel",
            ACCEPTED,
            checked(new Progress.Unreachable("because")),
            5,
            TWO_ROUTES,
            change(ACCEPTED, 10, fault(0))),
        row(
            "unreachable at the deadline: times out",
            ACCEPTED,
            checked(new Progress.Unreachable("because")),
            600,
            TWO_ROUTES,
            change(timedOut(), 600)),
        row(
            "missing: says nothing about the task",
            ACCEPTED,
            checked(new Progress.Missing()),
            5,
            TWO_ROUTES,
            change(ACCEPTED, 10)),
        // reconciliations
        row(
            "was accepted after all: check",
            UNKNOWN,
            reconciled(new Reconciliation.Accepted("up", Duration.ofSeconds(1))),
            5,
            ONE_ROUTE,
            change(new Attempt.State.Accepted("up", at(5)), 6)),
        row(
            "has not arrived, but may be on its way: asked again",
            SENDING,
            reconciled(new Reconciliation.NotAccepted()),
            29,
            ONE_ROUTE,
            change(UNKNOWN, 30)),
        row(
            "has not arrived and will not: nothing was bought",
            UNKNOWN,
            reconciled(new Reconciliation.NotAccepted()),
            30,
            ONE_ROUTE,
            change(
                new Attempt.State.Rejected(
                    new Failure(Kind.OVERLOADED, "The submission did not reach the provider.")),
                31)),
        row(
            "has not arrived, and what has not arrived at once never does: nothing was bought",
            SENDING,
            reconciled(new Reconciliation.NotAccepted(Duration.ZERO)),
            1,
            ONE_ROUTE,
            change(
                new Attempt.State.Rejected(
                    new Failure(Kind.OVERLOADED, "The submission did not reach the provider.")),
                2)),
        row(
            "nobody can tell yet: asked again",
            SENDING,
            reconciled(new Reconciliation.Unknown("no answer")),
            2,
            TWO_ROUTES,
            change(UNKNOWN, 7)),
        row(
            "nobody can tell for a while: asked more rarely",
            UNKNOWN,
            reconciled(new Reconciliation.Unknown("no answer")),
            40,
            TWO_ROUTES,
            change(UNKNOWN, 80)),
        row(
            "nobody can tell for long: asked once a minute",
            UNKNOWN,
            reconciled(new Reconciliation.Unknown("no answer")),
            500,
            TWO_ROUTES,
            change(UNKNOWN, 560)),
        row(
            "nobody can tell at the deadline: given up",
            UNKNOWN,
            reconciled(new Reconciliation.Unknown("no answer")),
            600,
            TWO_ROUTES,
            change(GIVEN_UP, 600)),
        row(
            "nobody will ever tell: left alone until the deadline",
            UNKNOWN,
            reconciled(new Reconciliation.Unknowable("no list call")),
            5,
            TWO_ROUTES,
            change(UNKNOWN, 600)),
        row(
            "nobody ever told: given up at the deadline",
            UNKNOWN,
            reconciled(new Reconciliation.Unknowable("no list call")),
            600,
            TWO_ROUTES,
            change(GIVEN_UP, 600)),
        // stopping
        row(
            "stopped: canceled",
            ACCEPTED,
            new Outcome.Stopped(new Cancellation.Canceled()),
            5,
            TWO_ROUTES,
            change(new Attempt.State.Failed(new Failure(Kind.CANCELED, "Canceled.")), 5)),
        row(
            "too late to stop: goes on",
            ACCEPTED,
            stopped(new Cancellation.TooLate()),
            5,
            TWO_ROUTES,
            goesOn()),
        row(
            "cannot be stopped: goes on",
            ACCEPTED,
            stopped(new Cancellation.Unsupported()),
            5,
            TWO_ROUTES,
            goesOn()),
        row(
            "nobody confirms that it stops: goes on",
            ACCEPTED,
            stopped(new Cancellation.Unconfirmed("time-out")),
            5,
            TWO_ROUTES,
            goesOn()),
        // storing
        row(
            "stored: produced",
            ACCEPTED,
            new Outcome.Stored(assets(2)),
            5,
            ONE_ROUTE,
            new Change(
                attempt(0, 1, A, new Attempt.State.Produced(2), 5),
                assets(2),
                100,
                Optional.empty(),
                false)),
        row(
            "published at once: fetch it, in a step of its own",
            SENDING,
            submitted(new Submission.Published(List.of(ADDRESS), LASTS)),
            5,
            ONE_ROUTE,
            change(storing(0, 1_005, WANTED), 5, new Omen.Fair())),
        row(
            "published: fetch it, in a step of its own",
            ACCEPTED,
            checked(new Progress.Published(List.of(ADDRESS, ADDRESS), LASTS)),
            5,
            ONE_ROUTE,
            change(storing(0, 1_005, WANTED, WANTED), 5)),
        row(
            "published after the deadline: fetch it all the same",
            ACCEPTED,
            checked(new Progress.Published(List.of(ADDRESS), LASTS)),
            601,
            ONE_ROUTE,
            change(storing(0, 1_601, WANTED), 601)),
        row(
            "fetched: produced",
            storing(3, WANTED),
            new Outcome.Stored(assets(1)),
            5,
            ONE_ROUTE,
            new Change(
                attempt(0, 1, A, new Attempt.State.Produced(1), 5),
                assets(1),
                100,
                Optional.empty(),
                false)),
        row(
            "not fetched: again after a second, on no other route",
            storing(0, WANTED),
            incomplete(0, WANTED),
            5,
            TWO_ROUTES,
            change(storing(1, WANTED), 6)),
        row(
            "partly fetched: what is stored is kept",
            storing(0, WANTED, WANTED),
            incomplete(0, KEPT, WANTED),
            5,
            TWO_ROUTES,
            change(storing(1, KEPT, WANTED), 6)),
        row(
            "not fetched again: after a pause that doubles",
            storing(4, WANTED),
            incomplete(0, WANTED),
            5,
            ONE_ROUTE,
            change(storing(5, WANTED), 21)),
        row(
            "not fetched for long: every ten minutes",
            storing(40, WANTED),
            incomplete(0, WANTED),
            5,
            ONE_ROUTE,
            change(storing(41, WANTED), 605)),
        row(
            "not fetched, and to be left alone for longer: after that",
            storing(0, WANTED),
            incomplete(900, WANTED),
            5,
            ONE_ROUTE,
            change(storing(1, WANTED), 905)),
        row(
            "not fetched: a last time when it is about to go",
            storing(40, WANTED),
            incomplete(3_600, WANTED),
            900,
            ONE_ROUTE,
            change(storing(41, WANTED), 1_000)),
        row(
            "not fetched, and gone: lost, and not made again",
            storing(41, WANTED, WANTED),
            incomplete(0, WANTED, WANTED),
            1_000,
            TWO_ROUTES,
            change(lost(), 1_000)),
        row(
            "partly fetched, and the rest gone: what is stored was made",
            storing(41, WANTED, KEPT),
            incomplete(0, WANTED, KEPT),
            1_000,
            TWO_ROUTES,
            new Change(
                attempt(0, 1, A, new Attempt.State.Produced(1), 1_000),
                assets(1),
                100,
                Optional.empty(),
                false)),
        row(
            "not asked: when it is its turn",
            ACCEPTED,
            new Outcome.NotAsked(at(9)),
            5,
            TWO_ROUTES,
            change(ACCEPTED, 9)),
        row(
            "not fetched because it was not its turn: before it is gone, if that can be",
            storing(2, WANTED),
            new Outcome.NotAsked(at(2_000)),
            5,
            TWO_ROUTES,
            change(storing(2, WANTED), 1_000)),
        row(
            "not storable: failed",
            ACCEPTED,
            new Outcome.Unstorable("because"),
            5,
            TWO_ROUTES,
            change(failed(Kind.INTERNAL), 5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decisions")
  void decide(
      String name,
      Attempt.State state,
      Outcome outcome,
      long seconds,
      Policy policy,
      Change expected) {
    Attempt attempt = attempt(0, 1, A, state, 0);
    assertThat(Lifecycle.decide(one(attempt), attempt, outcome, at(seconds), policy))
        .isEqualTo(expected);
  }

  @Test
  void whatIsMadeAlreadyIsNotStopped() {
    Attempt attempt = attempt(0, 1, A, storing(0, WANTED), 0);
    assertThat(
            Lifecycle.decide(
                toStop(one(attempt)), attempt, incomplete(0, WANTED), at(5), ONE_ROUTE))
        .isEqualTo(
            new Change(
                attempt(0, 1, A, storing(1, WANTED), 6), List.of(), 0, Optional.empty(), true));
  }

  static Stream<Outcome> productions() {
    return Stream.of(
        submitted(new Submission.Produced(List.of(OUTPUT))),
        checked(new Progress.Produced(List.of(OUTPUT))));
  }

  @ParameterizedTest
  @MethodSource("productions")
  void whatWasProducedIsStoredAlsoAfterTheDeadline(Outcome outcome) {
    Attempt attempt = attempt(0, 1, A, ACCEPTED, 0);
    assertThat(Lifecycle.decide(one(attempt), attempt, outcome, at(601), ONE_ROUTE))
        .isEqualTo(new Decision.Store(attempt, List.of(OUTPUT)));
  }

  // How the task goes on.

  static Stream<Arguments> courses() {
    return Stream.of(
        row("under way: when it comes up", one(tried(A, ACCEPTED, 7)), 5, ONE_ROUTE, again(7)),
        row("unknown: when it comes up", one(tried(A, UNKNOWN, 9)), 5, TWO_ROUTES, again(9)),
        row(
            "refused: with the other route",
            one(tried(A, rejected(Kind.OVERLOADED), 5)),
            5,
            TWO_ROUTES,
            again(5)),
        row(
            "all channels cool: with the first that has cooled",
            one(),
            5,
            cooling(cooling(TWO_ROUTES, "a", 9), "b", 7),
            again(7)),
        row(
            "the only channel cools for days: when it has been queued for a day",
            one(),
            5,
            cooling(ONE_ROUTE, "a", 10 * A_DAY),
            again(A_DAY)),
        row(
            "busy, and rests for longer than anybody waits: fails",
            one(tried(A, rejected(Kind.RATE_LIMITED), 600)),
            5,
            cooling(ONE_ROUTE, "a", 3_600),
            fail(Kind.RATE_LIMITED, "because")),
        row(
            "storing: when it comes up",
            one(tried(A, storing(1, WANTED), 7)),
            5,
            TWO_ROUTES,
            again(7)),
        row(
            "lost: fails, on no other route",
            one(tried(A, lost(), 5)),
            5,
            TWO_ROUTES,
            fail(
                Kind.TIMED_OUT,
                "The result could not be fetched in time; the credits have been returned.")),
        row("produced: succeeds", one(tried(A, PRODUCED, 5)), 5, ONE_ROUTE, new Course.Succeed(10)),
        row(
            "no route: fails",
            one(),
            5,
            policy(),
            fail(Kind.INTERNAL, "No provider serves this model at the moment.")),
        row(
            "queued for a day: fails",
            one(),
            A_DAY,
            ONE_ROUTE,
            fail(Kind.TIMED_OUT, "The task waited too long to be started.")),
        row(
            "refused for its content: fails",
            one(tried(A, rejected(Kind.CONTENT_POLICY), 5)),
            5,
            TWO_ROUTES,
            fail(Kind.CONTENT_POLICY, "because")),
        row(
            "refused for good by the only route: fails",
            one(tried(A, rejected(Kind.NO_CREDIT), 5)),
            5,
            ONE_ROUTE,
            fail(Kind.NO_CREDIT, "because")),
        row(
            "failed as often as it may: fails",
            one(tried(A, failed(Kind.INTERNAL), 5), tried(A, failed(Kind.INTERNAL), 5)),
            5,
            ONE_ROUTE,
            fail(Kind.INTERNAL, "because")),
        row(
            "timed out: fails, on no other route",
            one(tried(A, timedOut(), 5)),
            5,
            TWO_ROUTES,
            fail(Kind.TIMED_OUT, "The provider did not finish in time.")),
        row(
            "given up: fails, on no other route",
            one(tried(A, GIVEN_UP, 5)),
            5,
            TWO_ROUTES,
            fail(
                Kind.TIMED_OUT, "The provider's answer was lost; the credits have been returned.")),
        row(
            "stopped: canceled",
            toStop(one(tried(A, failed(Kind.CANCELED), 5))),
            5,
            TWO_ROUTES,
            new Course.Cancel()),
        // pieces
        row(
            "some pieces are under way: when the first comes up",
            pieces(3, tried(0, A, PRODUCED, 0), tried(1, A, ACCEPTED, 9), tried(2, A, UNKNOWN, 8)),
            5,
            ONE_ROUTE,
            again(8)),
        row(
            "a piece has no attempt yet: now",
            pieces(2, tried(0, A, ACCEPTED, 9)),
            5,
            ONE_ROUTE,
            again(0)),
        row(
            "three of four: three quarters",
            pieces(
                4,
                tried(0, A, PRODUCED, 0),
                tried(1, A, PRODUCED, 0),
                tried(2, A, failed(Kind.CONTENT_POLICY), 0),
                tried(3, A, PRODUCED, 0)),
            5,
            ONE_ROUTE,
            new Course.Succeed(30)),
        row(
            "one given up, one made: half",
            pieces(2, tried(0, A, GIVEN_UP, 0), tried(1, A, PRODUCED, 0)),
            5,
            ONE_ROUTE,
            new Course.Succeed(10)),
        row(
            "none of two: fails as the first did",
            pieces(2, tried(0, A, failed(Kind.CONTENT_POLICY), 0), tried(1, A, GIVEN_UP, 0)),
            5,
            ONE_ROUTE,
            fail(Kind.CONTENT_POLICY, "because")),
        row(
            "one made, the other stopped: what was made is kept",
            toStop(pieces(2, tried(0, A, PRODUCED, 0), tried(1, A, failed(Kind.CANCELED), 0))),
            5,
            ONE_ROUTE,
            new Course.Succeed(10)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("courses")
  void course(String name, Situation situation, long seconds, Policy policy, Course expected) {
    assertThat(Lifecycle.course(situation, at(seconds), policy)).isEqualTo(expected);
  }

  static Stream<Arguments> captures() {
    return Stream.of(
        row(1, 1, 15L, 15L),
        row(4, 4, 40L, 40L),
        row(4, 3, 40L, 30L),
        row(3, 1, 10L, 3L),
        row(10, 1, 5L, 1L));
  }

  @ParameterizedTest(name = "{1} of {0} made, quoted {2}: captured {3}")
  @MethodSource("captures")
  void captured(int asked, int made, long quoted, long expected) {
    Situation situation =
        situation(
            asked, 100, quoted, List.of(attempt(0, 1, A, new Attempt.State.Produced(made), 0)));
    assertThat(Lifecycle.course(situation, at(5), ONE_ROUTE))
        .isEqualTo(new Course.Succeed(expected));
  }

  /**
   * A film of 4, 5 or 6 seconds at 3 credits a second, or 25 for 6: what is made, and what counts.
   */
  static Stream<Arguments> openLengths() {
    return Stream.of(
        row("the shortest", 1, films(4_000), 12L),
        row("less than the shortest", 1, films(1_000), 12L),
        row("as files round it: 5 s at 24 frames", 1, films(5_042), 15L),
        row("half a second more is another second", 1, films(5_500), 25L),
        row("the longest", 1, films(6_000), 25L),
        row("longer than any", 1, films(60_000), 25L),
        row("a file that does not say: the most", 1, new Attempt.State.Produced(1), 25L),
        row("two of two, each at its own", 2, films(4_000, 6_000), 37L),
        row("one of two", 2, films(4_000), 12L),
        row("two of three, one does not say", 3, new Attempt.State.Produced(2, List.of(FOUR)), 37L),
        row("nothing is free", 9, films(4_000), 12L));
  }

  private static final Duration FOUR = Duration.ofSeconds(4);

  private static Attempt.State films(int... millis) {
    return new Attempt.State.Produced(
        millis.length, IntStream.of(millis).mapToObj(Duration::ofMillis).toList());
  }

  /** The quote of that many films. */
  private static Quote open(int films) {
    return new Quote(
        25L * films,
        List.of(
            new Quote.Length(4, 12L * films),
            new Quote.Length(5, 15L * films),
            new Quote.Length(6, 25L * films)));
  }

  @ParameterizedTest(name = "{0}: captured {3}")
  @MethodSource("openLengths")
  void anOpenLengthIsCapturedAsItTurnsOut(
      String name, int asked, Attempt.State produced, long expected) {
    Situation situation =
        situation(asked, 100, open(asked), List.of(attempt(0, 1, A, produced, 0)));
    assertThat(Lifecycle.course(situation, at(5), ONE_ROUTE))
        .isEqualTo(new Course.Succeed(expected));
  }

  @Test
  void anOpenLengthIsCapturedAcrossPieces() {
    Situation situation =
        situation(
            3,
            1,
            open(3),
            List.of(
                tried(0, A, films(4_000), 0),
                tried(1, A, failed(Kind.CONTENT_POLICY), 0),
                tried(2, A, films(6_000), 0)));
    assertThat(Lifecycle.course(situation, at(5), ONE_ROUTE)).isEqualTo(new Course.Succeed(37));
  }

  @Test
  void aPriceOfTheWholeTaskIsSharedByItsFilms() {
    Quote perTask = new Quote(10, List.of(new Quote.Length(4, 7), new Quote.Length(5, 10)));
    Situation one = situation(3, 100, perTask, List.of(attempt(0, 1, A, films(4_000), 0)));
    Situation all =
        situation(3, 100, perTask, List.of(attempt(0, 1, A, films(4_000, 4_000, 4_000), 0)));
    assertThat(Lifecycle.course(one, at(5), ONE_ROUTE)).isEqualTo(new Course.Succeed(2));
    assertThat(Lifecycle.course(all, at(5), ONE_ROUTE)).isEqualTo(new Course.Succeed(7));
  }

  @Test
  void lengthsAreWrittenOnlyWhereThePriceDependsOnThem() {
    Outcome stored =
        new Outcome.Stored(List.of(film(OptionalLong.of(4_000)), film(OptionalLong.empty())));
    Attempt attempt = attempt(0, 1, A, ACCEPTED, 0);
    assertThat(decided(situation(2, 100, open(2), List.of(attempt)), attempt, stored))
        .isEqualTo(new Attempt.State.Produced(2, List.of(FOUR)));
    assertThat(decided(situation(2, 100, 10, List.of(attempt)), attempt, stored))
        .isEqualTo(new Attempt.State.Produced(2));
  }

  private static Attempt.State decided(Situation situation, Attempt attempt, Outcome outcome) {
    return ((Change) Lifecycle.decide(situation, attempt, outcome, at(5), ONE_ROUTE))
        .attempt()
        .state();
  }

  private static Asset film(OptionalLong millis) {
    return new Asset(
        "f.mp4", "video/mp4", 1, "00".repeat(32), OptionalInt.of(64), OptionalInt.of(64), millis);
  }

  // The words of the tables.

  private static Arguments row(Object... cells) {
    return Arguments.of(cells);
  }

  private static Instant at(long seconds) {
    return T0.plusSeconds(seconds);
  }

  private static Policy policy(Route... routes) {
    return new Policy(List.of(routes), 2, DEADLINE, Duration.ofDays(1), Map.of());
  }

  private static Policy cooling(Policy policy, String channel, long until) {
    Map<String, Instant> cooling = new java.util.HashMap<>(policy.cooling());
    cooling.put(channel, at(until));
    return new Policy(
        policy.routes(), policy.attempts(), policy.deadline(), policy.queueLimit(), cooling);
  }

  /** A task of one piece for 10 credits; the attempts are numbered as they come. */
  private static Situation one(Attempt... attempts) {
    return one(List.of(attempts));
  }

  private static Situation one(List<Attempt> attempts) {
    List<Attempt> numbered =
        IntStream.range(0, attempts.size())
            .mapToObj(i -> {
              Attempt a = attempts.get(i);
              return new Attempt(
                  new UUID(0, i + 1),
                  0,
                  i + 1,
                  a.channel(),
                  a.upstreamModel(),
                  a.createdAt(),
                  a.lookAt(),
                  a.state());
            })
            .toList();
    return situation(1, 1, 10, numbered);
  }

  private static Attempt begun(long seconds, Attempt a) {
    return new Attempt(
        a.id(),
        a.piece(),
        a.number(),
        a.channel(),
        a.upstreamModel(),
        at(seconds),
        a.lookAt(),
        a.state());
  }

  /** A task of so many pieces for 10 credits each. */
  private static Situation pieces(int pieces, Attempt... attempts) {
    return situation(pieces, 1, 10L * pieces, List.of(attempts));
  }

  private static Situation situation(
      int outputs, int pieceSize, long credits, List<Attempt> attempts) {
    return situation(outputs, pieceSize, new Quote(credits), attempts);
  }

  private static Situation situation(
      int outputs, int pieceSize, Quote quote, List<Attempt> attempts) {
    TaskRequest request =
        new TaskRequest(
            new TaskId(new UUID(0, 1)),
            new AccountId(1),
            new KeyId(1),
            new Origin("omni", "gpt-image-2", "{}"),
            "gpt-image-2",
            MediaKind.IMAGE,
            new Parameters(
                JsonNodeFactory.instance.objectNode().put("prompt", "p").put("n", outputs)),
            pieceSize,
            quote);
    TaskState state =
        attempts.isEmpty() ? new TaskState.Queued() : new TaskState.Running(T0, 0, false);
    return new Situation(new Task(request, T0, state), attempts);
  }

  private static Situation toStop(Situation situation) {
    Task task = situation.task();
    return new Situation(
        new Task(task.request(), task.createdAt(), new TaskState.Running(T0, 0, true)),
        situation.attempts());
  }

  /** The first attempt of the only piece, which comes up at {@code look}. */
  private static Attempt tried(Route route, Attempt.State state, long look) {
    return tried(0, route, state, look);
  }

  private static Attempt tried(int piece, Route route, Attempt.State state, long look) {
    return attempt(piece, 1, route, state, look);
  }

  private static Attempt attempt(
      int piece, int number, Route route, Attempt.State state, long look) {
    return new Attempt(
        new UUID(piece, number),
        piece,
        number,
        route.channel(),
        route.upstreamModel(),
        T0,
        at(look),
        state);
  }

  private static List<Step> nothing() {
    return List.of();
  }

  private static List<Step> submit(int piece, int number, Route route) {
    return List.of(new Step.Submit(piece, number, route));
  }

  private static List<Step> reconcile(Attempt attempt) {
    return List.of(new Step.Reconcile(attempt));
  }

  private static List<Step> check(Attempt attempt) {
    return List.of(new Step.Check(attempt, "up"));
  }

  private static List<Step> fetch(Attempt attempt, Copy... copies) {
    return List.of(new Step.Fetch(attempt, List.of(copies)));
  }

  /** What is there until 1,000 seconds after T0. */
  private static Attempt.State storing(int tries, Copy... copies) {
    return storing(tries, 1_000, copies);
  }

  private static Attempt.State storing(int tries, long until, Copy... copies) {
    return new Attempt.State.Storing(List.of(copies), at(until), tries);
  }

  private static Outcome incomplete(long atLeast, Copy... copies) {
    return new Outcome.Incomplete(List.of(copies), "because", Duration.ofSeconds(atLeast));
  }

  private static Attempt.State lost() {
    return new Attempt.State.Failed(
        new Failure(
            Kind.TIMED_OUT,
            "The result could not be fetched in time; the credits have been returned."));
  }

  private static Change change(Attempt.State state, long look, Omen... omens) {
    return new Change(
        attempt(0, 1, A, state, look), List.of(), 0, List.of(omens).stream().findFirst(), false);
  }

  private static Change goesOn() {
    return new Change(attempt(0, 1, A, ACCEPTED, 0), List.of(), 0, Optional.empty(), true);
  }

  private static Omen fault(long seconds) {
    return new Omen.Fault("because", Duration.ofSeconds(seconds));
  }

  private static Course again(long seconds) {
    return new Course.Again(at(seconds));
  }

  private static Course fail(Kind kind, String message) {
    return new Course.Fail(new Failure(kind, message));
  }

  private static Failure failure(Kind kind) {
    return new Failure(kind, "because");
  }

  private static Attempt.State rejected(Kind kind) {
    return new Attempt.State.Rejected(failure(kind));
  }

  private static Attempt.State failed(Kind kind) {
    return new Attempt.State.Failed(failure(kind));
  }

  private static Attempt.State timedOut() {
    return new Attempt.State.Failed(
        new Failure(Kind.TIMED_OUT, "The provider did not finish in time."));
  }

  private static Outcome submitted(Submission answer) {
    return new Outcome.Submitted(answer);
  }

  private static Outcome rejection(Kind kind) {
    return submitted(new Submission.Rejected(failure(kind)));
  }

  private static Outcome checked(Progress answer) {
    return new Outcome.Checked(answer);
  }

  private static Outcome reconciled(Reconciliation answer) {
    return new Outcome.Reconciled(answer);
  }

  private static Outcome stopped(Cancellation answer) {
    return new Outcome.Stopped(answer);
  }

  private static List<Asset> assets(int count) {
    return Collections.nCopies(
        count,
        new Asset(
            "f.png",
            "image/png",
            1,
            "00".repeat(32),
            OptionalInt.of(1),
            OptionalInt.of(1),
            OptionalLong.empty()));
  }
}
