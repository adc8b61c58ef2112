package dev.easel.provider.sandbox;

import static dev.easel.provider.sandbox.Requests.generation;
import static dev.easel.provider.sandbox.Requests.image;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.catalog.MediaKind;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import dev.easel.provider.Progress;
import dev.easel.provider.References;
import dev.easel.provider.Submission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxProviderTest {
  private static final References NONE =
      (_, _) -> new References.Reference.Refused("there are none");

  private Instant now = Requests.BEGUN;
  private final InstantSource clock = () -> now;

  private SandboxProvider sandbox(int imageSeconds, int videoSeconds) {
    return new SandboxProvider(
        new SandboxProvider.Settings(
            Duration.ofSeconds(imageSeconds), Duration.ofSeconds(videoSeconds)),
        clock,
        NONE);
  }

  @Test
  void anyNodeAnswersForAnAcceptedGeneration() {
    Generation generation = image("{\"prompt\":\"a hill\",\"size\":\"64x64\"}");
    var accepted = (Submission.Accepted) sandbox(8, 60).submit(generation);
    assertThat(accepted.checkAfter()).isEqualTo(Duration.ofSeconds(8));

    SandboxProvider another = sandbox(1, 1);
    assertThat(another.check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Pending(0, Duration.ofSeconds(8)));
    now = now.plusSeconds(6);
    assertThat(another.check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Pending(75, Duration.ofSeconds(2)));
    now = now.plusSeconds(2);
    Progress first = another.check(generation, accepted.upstreamId());
    Progress second = sandbox(8, 60).check(generation, accepted.upstreamId());
    assertThat(content(first)).isEqualTo(content(second));
  }

  @Test
  void aVideoTakesItsOwnTime() {
    Generation generation = generation(MediaKind.VIDEO, 1, 1, "{\"prompt\":\"a hill\"}");
    assertThat(((Submission.Accepted) sandbox(1, 60).submit(generation)).checkAfter())
        .isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void withoutLatencyItIsMadeAtOnce() {
    assertThat(sandbox(0, 0).submit(image("{\"prompt\":\"a hill\",\"size\":\"64x64\"}")))
        .isInstanceOf(Submission.Produced.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail: no luck", "  FAIL:no luck"})
  void failFailsEveryAttempt(String prompt) {
    for (int number = 1; number <= 2; number++) {
      Generation generation =
          generation(MediaKind.IMAGE, number, 1, "{\"prompt\":\"" + prompt + "\"}");
      var accepted = (Submission.Accepted) sandbox(0, 0).submit(generation);
      assertThat(sandbox(0, 0).check(generation, accepted.upstreamId()))
          .isEqualTo(
              new Progress.Failed(
                  new Failure(Failure.Kind.INTERNAL, "The sandbox was asked to fail: no luck")));
    }
  }

  @Test
  void policyIsRefused() {
    Generation generation = image("{\"prompt\":\"Policy: a hill\"}");
    assertThat(sandbox(5, 5).submit(generation))
        .isInstanceOfSatisfying(
            Submission.Rejected.class,
            it -> assertThat(it.failure().kind()).isEqualTo(Failure.Kind.CONTENT_POLICY));
    assertThat(sandbox(5, 5).check(generation, "sandbox-0-0-x"))
        .isInstanceOfSatisfying(
            Progress.Failed.class,
            it -> assertThat(it.failure().kind()).isEqualTo(Failure.Kind.CONTENT_POLICY));
  }

  @ParameterizedTest
  @CsvSource({
    "slow: a hill,20",
    "slow:30,30",
    "SLOW:45 a hill,45",
    "slow: 3 hills,20",
    "slow:9999,600"
  })
  void slowTakesItsTimeAndReportsProgress(String prompt, int seconds) {
    Generation generation = image("{\"prompt\":\"" + prompt + "\",\"size\":\"64x64\"}");
    var accepted = (Submission.Accepted) sandbox(0, 0).submit(generation);
    assertThat(accepted.checkAfter()).isEqualTo(Duration.ofSeconds(2));
    now = now.plusMillis(seconds * 500L);
    assertThat(sandbox(0, 0).check(generation, accepted.upstreamId()))
        .isEqualTo(new Progress.Pending(50, Duration.ofSeconds(2)));
    now = now.plusMillis(seconds * 500L - 1000);
    assertThat(sandbox(0, 0).check(generation, accepted.upstreamId()))
        .isInstanceOfSatisfying(
            Progress.Pending.class,
            it -> assertThat(it.checkAfter()).isEqualTo(Duration.ofSeconds(1)));
    now = now.plusMillis(1000);
    assertThat(sandbox(0, 0).check(generation, accepted.upstreamId()))
        .isInstanceOf(Progress.Produced.class);
  }

  @Test
  void flakySucceedsAtTheSecondAttempt() {
    String json = "{\"prompt\":\"flaky: a hill\",\"size\":\"64x64\"}";
    Generation first = generation(MediaKind.IMAGE, 1, 1, json);
    var accepted = (Submission.Accepted) sandbox(0, 0).submit(first);
    assertThat(sandbox(0, 0).check(first, accepted.upstreamId()))
        .isInstanceOfSatisfying(
            Progress.Failed.class,
            it -> assertThat(it.failure().kind()).isEqualTo(Failure.Kind.INTERNAL));
    Generation second = generation(MediaKind.IMAGE, 2, 1, json);
    assertThat(sandbox(0, 0).check(second, accepted.upstreamId()))
        .isInstanceOf(Progress.Produced.class);
  }

  @ParameterizedTest
  @CsvSource({"fail-piece:2 a hill,1", "Fail-Piece:1,0", "fail-piece: a hill,0"})
  void failPieceFailsOnePieceAtEveryAttempt(String prompt, int failing) {
    for (int piece = 0; piece < 3; piece++) {
      for (int number = 1; number <= 2; number++) {
        String json = "{\"prompt\":\"" + prompt + "\",\"size\":\"64x64\"}";
        Generation generation = Requests.piece(piece, MediaKind.IMAGE, number, 1, json);
        var accepted = (Submission.Accepted) sandbox(0, 0).submit(generation);
        assertThat(sandbox(0, 0).check(generation, accepted.upstreamId()))
            .isInstanceOf(piece == failing ? Progress.Failed.class : Progress.Produced.class);
      }
    }
  }

  @Test
  void piecesOfATaskAreDifferentPictures() {
    String json = "{\"prompt\":\"a hill\",\"size\":\"64x64\"}";
    assertThat(content(made(Requests.piece(0, MediaKind.IMAGE, 1, 1, json))))
        .isNotEqualTo(content(made(Requests.piece(1, MediaKind.IMAGE, 1, 1, json))));
  }

  private Progress made(Generation generation) {
    var accepted = (Submission.Accepted) sandbox(1, 1).submit(generation);
    now = Requests.BEGUN.plusSeconds(1);
    return sandbox(1, 1).check(generation, accepted.upstreamId());
  }

  @Test
  void whatIsNotReadyCanBeCanceled() {
    Generation generation = image("{\"prompt\":\"a hill\",\"size\":\"64x64\"}");
    var accepted = (Submission.Accepted) sandbox(8, 60).submit(generation);
    SandboxProvider another = sandbox(1, 1);
    assertThat(another.cancels()).isTrue();
    assertThat(another.cancel(generation, accepted.upstreamId()))
        .isEqualTo(new Cancellation.Canceled());
    now = now.plusSeconds(8);
    assertThat(another.cancel(generation, accepted.upstreamId()))
        .isEqualTo(new Cancellation.TooLate());
    assertThat(another.cancel(generation, "task_1"))
        .isEqualTo(new Cancellation.Unconfirmed("The sandbox never gave the id task_1."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AUDIO | {\"prompt\":\"a song\"} | The sandbox makes no audio.",
        "IMAGE | {\"prompt\":\"x\",\"output_format\":\"tiff\"} | The sandbox writes no tiff files.",
        "IMAGE | {\"prompt\":\"x\",\"aspect_ratio\":\"square\"} | The aspect ratio square is not of the form W:H.",
        "VIDEO | {\"prompt\":\"x\",\"duration\":31} | The sandbox makes videos of 1 to 30 seconds.",
        "VIDEO | {\"prompt\":\"x\",\"resolution\":\"2K\"} | The sandbox knows no resolution 2K."
      })
  void whatItCannotMakeIsRefusedBeforeItIsAccepted(MediaKind kind, String json, String message) {
    assertThat(sandbox(5, 5).submit(generation(kind, 1, 1, json)))
        .isEqualTo(new Submission.Rejected(new Failure(Failure.Kind.INVALID_INPUT, message)));
  }

  @Test
  void aMissingReferenceFailsTheAcceptedGeneration() {
    Generation generation = image("{\"prompt\":\"x\",\"images\":[\"https://example.com/a.png\"]}");
    var accepted = (Submission.Accepted) sandbox(1, 1).submit(generation);
    now = now.plusSeconds(1);
    assertThat(sandbox(1, 1).check(generation, accepted.upstreamId()))
        .isEqualTo(
            new Progress.Failed(
                new Failure(
                    Failure.Kind.INVALID_INPUT,
                    "Reference image 1 cannot be used: there are none.")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "task_1", "sandbox-", "sandbox-1", "sandbox-99999999999999999999-1-x"})
  void anIdThatItNeverGaveIsMissing(String id) {
    assertThat(sandbox(1, 1).check(image("{}"), id)).isEqualTo(new Progress.Missing());
  }

  private static byte[] content(Progress progress) {
    assertThat(progress).isInstanceOf(Progress.Produced.class);
    return ((Progress.Produced) progress).outputs().getFirst().content();
  }
}
