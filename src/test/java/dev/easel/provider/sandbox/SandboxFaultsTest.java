package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Requests.generation;
import static dev.easel.provider.sandbox.Requests.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import dev.easel.catalog.MediaKind;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import dev.easel.provider.Progress;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.References;
import dev.easel.provider.Submission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every way in which a sandbox channel can be told to misbehave. */
@Timeout(20)
class SandboxFaultsTest {
  private static final References NONE =
      (_, _) -> new References.Reference.Refused("there are none");
  private static final Generation HILL = image("{\"prompt\":\"a hill\",\"size\":\"64x64\"}");

  private Instant now = Requests.BEGUN;
  private final InstantSource clock = () -> now;

  private SandboxProvider sandbox(String settings) {
    return new SandboxProvider(settings(settings), clock, NONE);
  }

  private static SandboxProvider.Settings settings(String json) {
    return new SandboxProvider.Settings(Duration.ofSeconds(4), Duration.ofSeconds(40))
        .of(
            new Channel(
                "drill",
                "sandbox",
                (ObjectNode) JsonMapper.shared().readTree(json),
                OptionalInt.empty()));
  }

  private static SandboxProvider.Settings always(String fault) {
    return settings("{\"faults\":{\"" + fault + "\":1},\"dead-for\":\"1ms\"}");
  }

  private SandboxProvider sandboxWith(String fault) {
    return new SandboxProvider(always(fault), clock, NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "refuse, OVERLOADED, 0",
    "rate-limit, RATE_LIMITED, 5",
    "no-credit, NO_CREDIT, 0",
    "bad-key, BAD_CREDENTIAL, 0"
  })
  void nothingIsBought(String fault, Failure.Kind kind, int retryAfterSeconds) {
    SandboxProvider sandbox = sandboxWith(fault);
    assertThat(sandbox.submit(HILL))
        .isInstanceOfSatisfying(
            Submission.Rejected.class,
            it -> {
              assertThat(it.failure().kind()).isEqualTo(kind);
              assertThat(it.retryAfter().orElse(Duration.ZERO))
                  .isEqualTo(Duration.ofSeconds(retryAfterSeconds));
            });
    assertThat(sandbox.reconcile(HILL)).isEqualTo(new Reconciliation.NotAccepted(Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"error-after-acceptance", "lost-answer"})
  void whatIsBoughtButNotAnsweredIsFoundByAsking(String fault) {
    SandboxProvider sandbox = sandboxWith(fault);
    assertThat(sandbox.submit(HILL)).isInstanceOf(Submission.Unknown.class);
    now = now.plusSeconds(3);
    var found = (Reconciliation.Accepted) sandbox.reconcile(HILL);
    assertThat(found.checkAfter()).isEqualTo(Duration.ofSeconds(1));
    now = now.plusSeconds(1);
    var again = new Reconciliation.Accepted(found.upstreamId(), Duration.ZERO);
    assertThat(sandbox.reconcile(HILL)).as("the same one").isEqualTo(again);
    assertThat(sandboxWith(fault).check(HILL, found.upstreamId()))
        .isInstanceOf(Progress.Produced.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"refuse", "lost-answer", "fail"})
  void whoeverCannotBeAskedNeverTells(String fault) {
    SandboxProvider sandbox = sandbox("{\"faults\":{\"" + fault + "\":1},\"can-be-asked\":false}");
    sandbox.submit(HILL);
    assertThat(sandbox.reconcile(HILL)).isInstanceOf(Reconciliation.Unknowable.class);
    now = now.plus(Duration.ofDays(1));
    assertThat(sandbox.reconcile(HILL)).isInstanceOf(Reconciliation.Unknowable.class);
  }

  @Test
  void failIsAcceptedAndThenFails() {
    SandboxProvider sandbox = sandboxWith("fail");
    var accepted = (Submission.Accepted) sandbox.submit(HILL);
    assertThat(sandbox.check(HILL, accepted.upstreamId())).isInstanceOf(Progress.Pending.class);
    now = now.plusSeconds(4);
    assertThat(sandbox.check(HILL, accepted.upstreamId()))
        .isEqualTo(
            new Progress.Failed(
                new Failure(Failure.Kind.INTERNAL, "The sandbox was told to fail.")));
  }

  @Test
  void failIsAcceptedEvenWhereNothingTakesTime() {
    SandboxProvider sandbox = sandbox("{\"faults\":{\"fail\":1},\"latency\":\"0s\"}");
    var accepted = (Submission.Accepted) sandbox.submit(HILL);
    assertThat(sandbox.check(HILL, accepted.upstreamId())).isInstanceOf(Progress.Failed.class);
  }

  @Test
  void slowTakesTenTimesAsLong() {
    assertThat(((Submission.Accepted) sandboxWith("slow").submit(HILL)).checkAfter())
        .isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void deadAnswersNothing() {
    SandboxProvider sandbox = sandboxWith("dead");
    assertThat(sandbox.submit(HILL)).isInstanceOf(Submission.Unknown.class);
    assertThat(sandbox.reconcile(HILL)).isInstanceOf(Reconciliation.Unknown.class);
    assertThat(sandbox.check(HILL, "sandbox-0-0-x")).isInstanceOf(Progress.Unreachable.class);
    assertThat(sandbox.cancel(HILL, "sandbox-0-0-x")).isInstanceOf(Cancellation.Unconfirmed.class);
  }

  @Test
  void aThreadThatIsStoppedDoesNotWaitForTheDead() throws InterruptedException {
    SandboxProvider sandbox = sandbox("{\"faults\":{\"dead\":1},\"dead-for\":\"1h\"}");
    AtomicReference<Optional<Submission>> answer = new AtomicReference<>(Optional.empty());
    Thread caller = Thread.startVirtualThread(() -> answer.set(Optional.of(sandbox.submit(HILL))));
    caller.interrupt();
    caller.join();
    assertThat(answer.get()).containsInstanceOf(Submission.Unknown.class);
  }

  @Test
  void withoutFaultsALostSubmissionIsUnderWayAllTheSame() {
    var found = (Reconciliation.Accepted) sandbox("{}").reconcile(HILL);
    now = now.plusSeconds(4);
    assertThat(sandbox("{}").check(HILL, found.upstreamId())).isInstanceOf(Progress.Produced.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"prompt\":\"policy: x\"}", "{\"prompt\":\"x\",\"output_format\":\"tiff\"}"})
  void whatWouldBeRefusedWasNeverAccepted(String parameters) {
    assertThat(sandbox("{\"faults\":{\"lost-answer\":1}}").reconcile(image(parameters)))
        .isEqualTo(new Reconciliation.NotAccepted(Duration.ZERO));
  }

  @Test
  void aChannelHasItsOwnLatency() {
    SandboxProvider sandbox = sandbox("{\"latency\":\"700ms\"}");
    for (MediaKind kind : new MediaKind[] {MediaKind.IMAGE, MediaKind.VIDEO}) {
      Submission submission = sandbox.submit(generation(kind, 1, 1, "{\"prompt\":\"a hill\"}"));
      assertThat(((Submission.Accepted) submission).checkAfter()).isEqualTo(Duration.ofMillis(700));
    }
  }

  /** Also of ids that differ in their last bits only: such a spread must not depend on luck. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void faultsComeAsOftenAsToldAndAlwaysToTheSameAttempts(boolean consecutive) {
    String json = "{\"faults\":{\"refuse\":0.1,\"lost-answer\":0.25,\"slow\":0.05}}";
    Faults faults = settings(json).upstream().faults();
    Random random = new Random(7);
    Map<Fault, Integer> counts = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      UUID attempt =
          consecutive
              ? new UUID(0x0190a0a0_0000_7000L, i)
              : new UUID(random.nextLong(), random.nextLong());
      Fault fault = faults.of(attempt);
      assertThat(settings(json).upstream().faults().of(attempt)).isEqualTo(fault);
      counts.merge(fault, 1, Integer::sum);
    }
    assertThat(counts).containsOnlyKeys(Fault.NONE, Fault.REFUSE, Fault.LOST_ANSWER, Fault.SLOW);
    assertThat(counts.get(Fault.REFUSE)).isBetween(9_500, 10_500);
    assertThat(counts.get(Fault.LOST_ANSWER)).isBetween(24_000, 26_000);
    assertThat(counts.get(Fault.SLOW)).isBetween(4_600, 5_400);
  }

  @Test
  void tenTenthsAreOne() {
    assertThat(
            settings(
                    """
                    {"faults": {"refuse": 0.1, "rate-limit": 0.1, "no-credit": 0.1, "bad-key": 0.1,
                     "error-after-acceptance": 0.1, "lost-answer": 0.1, "fail": 0.1, "slow": 0.1,
                     "dead": 0.2}}
                    """)
                .upstream()
                .faults()
                .of(new UUID(1, 2)))
        .isNotEqualTo(Fault.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"faults\":{\"refuse\":1.5}} | .faults.refuse: must be a number from 0 to 1, not 1.5",
        "{\"faults\":{\"slow\":\"often\"}} | .faults.slow: must be a number from 0 to 1, not \"often\"",
        "{\"faults\":{\"refuse\":0.6,\"dead\":0.5}} | .faults: the probabilities may add up to 1, not to 1.1",
        "{\"faults\":{\"refuze\":0.1}} | .faults.refuze: unknown; there are bad-key, dead,"
            + " error-after-acceptance, fail, lost-answer, no-credit, rate-limit, refuse, slow",
        "{\"faults\":true} | .faults: must be an object of keys and values, not true",
        "{\"latency\":\"1 s\"} | .latency: must be a time such as 500ms, 2s or 1m, at most 24h, not \"1 s\"",
        "{\"dead-for\":\"25h\"} | .dead-for: must be a time such as 500ms, 2s or 1m, at most 24h, not \"25h\"",
        "{\"can-be-asked\":\"no\"} | .can-be-asked: must be true or false, not \"no\"",
        "{\"color\":1} | .color: unknown; there are can-be-asked, dead-for, faults, latency"
      })
  void aWrongSettingIsNamedWithWhatIsAllowed(String json, String message) {
    assertThatThrownBy(() -> settings(json))
        .isInstanceOf(CatalogException.class)
        .hasMessage("channel drill: settings" + message);
  }
}
