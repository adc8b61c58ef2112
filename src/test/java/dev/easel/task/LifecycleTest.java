package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Route;
import dev.easel.provider.Failure;
import dev.easel.provider.Failure.Kind;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.Submission;
import dev.easel.task.Lifecycle.Policy;
import dev.easel.task.Lifecycle.Situation;
import dev.easel.task.Lifecycle.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** The life of a task as tables: what is known, what is heard, when; what is done. */
class LifecycleTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");
  private static final UUID FRESH = UUID.fromString("00000000-0000-4000-8000-000000000002");
  private static final Route A = new Route("a", "model-a", 1, 1);
  private static final Route B = new Route("b", "model-b", 2, 1);
  private static final Policy ONE_ROUTE = policy(A);
  private static final Policy TWO_ROUTES = policy(B, A);

  private static final Attempt.State SENDING = new Attempt.State.Sending();
  private static final Attempt.State ACCEPTED = new Attempt.State.Accepted("up-1", at(0));
  private static final Attempt.State UNKNOWN = new Attempt.State.Unknown();

  static Stream<Arguments> steps() {
    return Stream.of(
        row("new: the route of the smallest priority", none(), 0, TWO_ROUTES, submit(1, A)),
        row("new, no route: fails", none(), 0, policy(), conclude(Kind.INTERNAL)),
        row("queued just under a day: still begins", none(), 86_399, ONE_ROUTE, submit(1, A)),
        row("queued for a day: fails", none(), 86_400, ONE_ROUTE, conclude(Kind.TIMED_OUT)),
        row(
            "taken over while sending: asks what became of it",
            past(A, SENDING),
            1,
            ONE_ROUTE,
            reconcile(SENDING)),
        row("unknown: asks again", past(A, UNKNOWN), 1, ONE_ROUTE, reconcile(UNKNOWN)),
        row(
            "accepted: checks",
            past(A, ACCEPTED),
            1,
            ONE_ROUTE,
            new Step.Check(attempt(1, A, ACCEPTED), "up-1")),
        row(
            "rejected by one route: the other",
            past(A, rejected(Kind.OVERLOADED)),
            1,
            TWO_ROUTES,
            submit(2, B)),
        row(
            "failed on the only route: the same again",
            past(A, failed(Kind.INTERNAL)),
            1,
            ONE_ROUTE,
            submit(2, A)),
        row(
            "attempted long ago: age in the queue no longer counts",
            past(A, failed(Kind.INTERNAL)),
            86_400,
            ONE_ROUTE,
            submit(2, A)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("steps")
  void next(String name, List<Attempt> attempts, long seconds, Policy policy, Step expected) {
    Step step = Lifecycle.next(situation(attempts, 1), FRESH, at(seconds), policy);
    switch (step) {
      case Step.Submit(Attempt attempt) -> {
        assertThat(attempt.createdAt()).isEqualTo(at(seconds));
        assertThat(new Step.Submit(begunAtT0(attempt))).isEqualTo(expected);
      }
      case Step.Conclude(Decision decision) ->
          assertThat(kindOf(decision)).isEqualTo(kindOf(((Step.Conclude) expected).decision()));
      case Step.Check _, Step.Reconcile _ -> assertThat(step).isEqualTo(expected);
    }
  }

  private static Attempt begunAtT0(Attempt a) {
    return new Attempt(
        a.id(), a.piece(), a.number(), a.channel(), a.upstreamModel(), T0, a.state());
  }

  private static Kind kindOf(Decision decision) {
    return ((Decision.Fail) decision).failure().kind();
  }

  static Stream<Arguments> decisions() {
    Output output = new Output(new byte[] {1});
    return Stream.of(
        // submissions
        row(
            "accepted: check when the provider says",
            SENDING,
            1,
            submitted(new Submission.Accepted("up-1", Duration.ofSeconds(3))),
            5,
            ONE_ROUTE,
            new Decision.Wait(attempt(1, A, new Attempt.State.Accepted("up-1", at(5))), 0, at(8))),
        row(
            "produced at once: store",
            SENDING,
            1,
            submitted(new Submission.Produced(List.of(output))),
            5,
            ONE_ROUTE,
            new Decision.Store(attempt(1, A, SENDING), List.of(output))),
        row(
            "rejected for capacity: another route at once",
            SENDING,
            1,
            rejection(Kind.OVERLOADED),
            5,
            TWO_ROUTES,
            again(1, rejected(Kind.OVERLOADED), 5)),
        row(
            "rejected for capacity, no other route: the same after a pause",
            SENDING,
            1,
            rejection(Kind.OVERLOADED),
            5,
            ONE_ROUTE,
            again(1, rejected(Kind.OVERLOADED), 6)),
        row(
            "rejected on the last attempt: fails",
            SENDING,
            2,
            rejection(Kind.OVERLOADED),
            5,
            TWO_ROUTES,
            fail(2, rejected(Kind.OVERLOADED), Kind.OVERLOADED)),
        row(
            "bad input: no other route is tried",
            SENDING,
            1,
            rejection(Kind.INVALID_INPUT),
            5,
            TWO_ROUTES,
            fail(1, rejected(Kind.INVALID_INPUT), Kind.INVALID_INPUT)),
        row(
            "content policy: no other route is tried",
            SENDING,
            1,
            rejection(Kind.CONTENT_POLICY),
            5,
            TWO_ROUTES,
            fail(1, rejected(Kind.CONTENT_POLICY), Kind.CONTENT_POLICY)),
        row(
            "our credential is bad: another route",
            SENDING,
            1,
            rejection(Kind.BAD_CREDENTIAL),
            5,
            TWO_ROUTES,
            again(1, rejected(Kind.BAD_CREDENTIAL), 5)),
        row(
            "the answer was lost: never submitted again, asked about",
            SENDING,
            1,
            submitted(new Submission.Unknown("reset")),
            5,
            TWO_ROUTES,
            new Decision.Wait(attempt(1, A, UNKNOWN), 0, at(35))),
        // checks
        row(
            "pending: again when the provider says",
            ACCEPTED,
            1,
            checked(new Progress.Pending(40, Duration.ofSeconds(2))),
            5,
            ONE_ROUTE,
            new Decision.Wait(attempt(1, A, ACCEPTED), 40, at(7))),
        row(
            "pending at the deadline: times out, and no other route",
            ACCEPTED,
            1,
            checked(new Progress.Pending(99, Duration.ofSeconds(2))),
            600,
            TWO_ROUTES,
            fail(
                1,
                new Attempt.State.Failed(
                    new Failure(Kind.TIMED_OUT, "The provider did not finish in time.")),
                Kind.TIMED_OUT)),
        row(
            "produced, even after the deadline: store",
            ACCEPTED,
            1,
            checked(new Progress.Produced(List.of(output))),
            601,
            ONE_ROUTE,
            new Decision.Store(attempt(1, A, ACCEPTED), List.of(output))),
        row(
            "failed: another attempt within the budget",
            ACCEPTED,
            1,
            checked(new Progress.Failed(failure(Kind.INTERNAL))),
            5,
            ONE_ROUTE,
            again(1, failed(Kind.INTERNAL), 6)),
        row(
            "failed on the last attempt: fails",
            ACCEPTED,
            2,
            checked(new Progress.Failed(failure(Kind.INTERNAL))),
            5,
            ONE_ROUTE,
            fail(2, failed(Kind.INTERNAL), Kind.INTERNAL)),
        row(
            "failed by policy: fails at once",
            ACCEPTED,
            1,
            checked(new Progress.Failed(failure(Kind.CONTENT_POLICY))),
            5,
            TWO_ROUTES,
            fail(1, failed(Kind.CONTENT_POLICY), Kind.CONTENT_POLICY)),
        row(
            "unreachable: says nothing about the task",
            ACCEPTED,
            1,
            checked(new Progress.Unreachable("timeout")),
            5,
            TWO_ROUTES,
            new Decision.Wait(attempt(1, A, ACCEPTED), 0, at(10))),
        row(
            "unreachable at the deadline: times out",
            ACCEPTED,
            1,
            checked(new Progress.Unreachable("timeout")),
            600,
            TWO_ROUTES,
            fail(
                1,
                new Attempt.State.Failed(
                    new Failure(Kind.TIMED_OUT, "The provider did not finish in time.")),
                Kind.TIMED_OUT)),
        row(
            "missing: says nothing about the task",
            ACCEPTED,
            1,
            checked(new Progress.Missing()),
            5,
            TWO_ROUTES,
            new Decision.Wait(attempt(1, A, ACCEPTED), 0, at(10))),
        // reconciliations
        row(
            "was accepted after all: check",
            UNKNOWN,
            1,
            reconciled(new Reconciliation.Accepted("up-1", Duration.ofSeconds(1))),
            5,
            ONE_ROUTE,
            new Decision.Wait(attempt(1, A, new Attempt.State.Accepted("up-1", at(5))), 0, at(6))),
        row(
            "was not accepted: another attempt",
            SENDING,
            1,
            reconciled(new Reconciliation.NotAccepted()),
            5,
            ONE_ROUTE,
            again(
                1,
                new Attempt.State.Rejected(
                    new Failure(Kind.INTERNAL, "The submission did not reach the provider.")),
                6)),
        row(
            "nobody can tell: stays unknown",
            SENDING,
            1,
            reconciled(new Reconciliation.Unknown("no list call")),
            5,
            TWO_ROUTES,
            new Decision.Wait(attempt(1, A, UNKNOWN), 0, at(35))),
        row(
            "nobody can tell at the deadline: fails, the attempt stays unknown",
            UNKNOWN,
            1,
            reconciled(new Reconciliation.Unknown("no list call")),
            600,
            TWO_ROUTES,
            fail(1, UNKNOWN, Kind.TIMED_OUT)),
        // storing
        row(
            "not storable: fails",
            ACCEPTED,
            1,
            new Outcome.Unstorable("bad"),
            5,
            TWO_ROUTES,
            fail(1, new Attempt.State.Failed(new Failure(Kind.INTERNAL, "bad")), Kind.INTERNAL)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decisions")
  void decide(
      String name,
      Attempt.State state,
      int number,
      Outcome outcome,
      long seconds,
      Policy policy,
      Decision expected) {
    Attempt attempt = attempt(number, A, state);
    Decision decision =
        Lifecycle.decide(situation(List.of(attempt), 1), attempt, outcome, at(seconds), policy);
    if (expected instanceof Decision.Fail(Optional<Attempt> about, Failure failure)) {
      assertThat(decision).isInstanceOf(Decision.Fail.class);
      assertThat(decision.about()).isEqualTo(about);
      assertThat(((Decision.Fail) decision).failure().kind()).isEqualTo(failure.kind());
    } else {
      assertThat(decision).isEqualTo(expected);
    }
  }

  static Stream<Arguments> captures() {
    return Stream.of(
        Arguments.of(1, 1, 15L, 15L),
        Arguments.of(4, 4, 40L, 40L),
        Arguments.of(4, 3, 40L, 30L),
        Arguments.of(3, 1, 10L, 3L),
        Arguments.of(10, 1, 5L, 1L));
  }

  @ParameterizedTest(name = "{1} of {0} made, quoted {2}: captured {3}")
  @MethodSource("captures")
  void captured(int asked, int made, long quoted, long expected) {
    Attempt attempt = attempt(1, A, ACCEPTED);
    List<Asset> assets = new ArrayList<>();
    for (int i = 0; i < made; i++) {
      assets.add(
          new Asset(
              "f" + i + ".png",
              "image/png",
              1,
              "00".repeat(32),
              OptionalInt.of(1),
              OptionalInt.of(1),
              OptionalLong.empty()));
    }
    Task task = new Task(request(asked, quoted), T0, new TaskState.Running(T0, 0));
    assertThat(
            Lifecycle.decide(
                new Situation(task, List.of(attempt)),
                attempt,
                new Outcome.Stored(assets),
                at(5),
                ONE_ROUTE))
        .isEqualTo(
            new Decision.Succeed(attempt.with(new Attempt.State.Produced()), assets, expected));
  }

  private static Arguments row(Object... cells) {
    return Arguments.of(cells);
  }

  private static Instant at(long seconds) {
    return T0.plusSeconds(seconds);
  }

  private static Policy policy(Route... routes) {
    return new Policy(List.of(routes), 2, DEADLINE, Duration.ofDays(1));
  }

  private static Situation situation(List<Attempt> attempts, int n) {
    TaskState state = attempts.isEmpty() ? new TaskState.Queued() : new TaskState.Running(T0, 0);
    return new Situation(new Task(request(n, 10), T0, state), attempts);
  }

  private static TaskRequest request(int n, long credits) {
    return new TaskRequest(
        new TaskId(ID),
        new AccountId(1),
        new KeyId(1),
        new Origin("omni", "gpt-image-2", "{}"),
        "gpt-image-2",
        MediaKind.IMAGE,
        new Parameters(JsonNodeFactory.instance.objectNode().put("prompt", "p").put("n", n)),
        credits);
  }

  private static List<Attempt> none() {
    return List.of();
  }

  private static List<Attempt> past(Route route, Attempt.State state) {
    return List.of(attempt(1, route, state));
  }

  private static Attempt attempt(int number, Route route, Attempt.State state) {
    return new Attempt(ID, 0, number, route.channel(), route.upstreamModel(), T0, state);
  }

  private static Step submit(int number, Route route) {
    return new Step.Submit(
        new Attempt(FRESH, 0, number, route.channel(), route.upstreamModel(), T0, SENDING));
  }

  private static Step reconcile(Attempt.State state) {
    return new Step.Reconcile(attempt(1, A, state));
  }

  private static Step conclude(Kind kind) {
    return new Step.Conclude(new Decision.Fail(Optional.empty(), failure(kind)));
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

  private static Decision again(int number, Attempt.State state, long seconds) {
    return new Decision.TryAgain(attempt(number, A, state), at(seconds));
  }

  private static Decision fail(int number, Attempt.State state, Kind kind) {
    return new Decision.Fail(Optional.of(attempt(number, A, state)), failure(kind));
  }
}
