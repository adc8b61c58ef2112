package dev.easel.provider.sandbox;

import dev.easel.catalog.Channel;
import dev.easel.catalog.MediaKind;
import dev.easel.provider.Cancellation;
import dev.easel.provider.ChannelSettings;
import dev.easel.provider.Failure;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.provider.References;
import dev.easel.provider.Submission;
import dev.easel.provider.sandbox.Studio.Rendering;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The provider that needs nobody: renders real PNG, JPEG, WebP and MP4 files on this machine. The
 * same prompt, seed and references give the same files.
 *
 * <p>It keeps nothing: the id of an accepted generation says when it will be ready, {@code
 * sandbox-READY-LATENCY-ATTEMPT} with the time in milliseconds since 1970 and the latency in
 * milliseconds, so that any node can answer for it, also after a crash. The files are rendered by
 * the check that finds it ready.
 *
 * <p>A prompt can rehearse what goes wrong elsewhere, by how it begins (in any case):
 *
 * <ul>
 *   <li>{@code fail:} is accepted and then fails, at every attempt, with what follows as the
 *       reason;
 *   <li>{@code fail-piece:2} fails like that, but only the second piece of a task whose outputs are
 *       made one by one;
 *   <li>{@code policy:} is refused by the content policy;
 *   <li>{@code slow:} takes 20 seconds and reports its progress; {@code slow:30} takes 30, up to
 *       600;
 *   <li>{@code flaky:} is accepted and fails at the first attempt, and succeeds at the next.
 * </ul>
 *
 * <p>A channel's settings can rehearse an upstream that misbehaves. The attempt's id decides which
 * of the faults befalls it, so that every node and every replay agrees; an attempt that none
 * befalls goes its usual way. The probabilities, 0 to 1, add up to 1 at most.
 *
 * <pre>
 * latency: 3s            what everything seems to take; the node's settings unless told
 * can-be-asked: false    whether it tells what became of a lost submission; true unless told
 * dead-for: 10s          how long a call blocks that is never answered; 30 seconds unless told
 * faults:
 *   refuse: 0.1                   the connection is refused; nothing was bought
 *   rate-limit: 0.1               429 with a Retry-After of five seconds; nothing was bought
 *   no-credit: 0.1                our credit there is used up; nothing was bought
 *   bad-key: 0.1                  our key is not accepted there; nothing was bought
 *   error-after-acceptance: 0.1   bought and being made, but the answer is a server error
 *   lost-answer: 0.1              bought and being made, but the answer never comes
 *   fail: 0.1                     accepted, and fails when it would be ready
 *   slow: 0.1                     takes ten times as long
 *   dead: 0.1                     no call about it is ever answered
 * </pre>
 */
public final class SandboxProvider implements Provider {
  private static final Pattern ID = Pattern.compile("sandbox-(\\d{1,15})-(\\d{1,12})-.*");
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(2);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final int SLOWER = 10;

  private final Settings settings;
  private final InstantSource clock;
  private final Studio studio;

  /**
   * How the sandbox behaves.
   *
   * @param imageLatency how long an image seems to take; with zero it is made while its submitter
   *     waits
   * @param videoLatency the same of a video
   * @param concurrency how many generations may be rendered at once
   * @param upstream what kind of upstream it plays
   */
  public record Settings(
      Duration imageLatency, Duration videoLatency, int concurrency, Upstream upstream) {
    public Settings {
      if (imageLatency.isNegative() || videoLatency.isNegative() || concurrency < 1) {
        throw new IllegalArgumentException("the sandbox takes time and room, not less than none");
      }
    }

    /** A faultless upstream, and as many renderings at once as there are processors. */
    public Settings(Duration imageLatency, Duration videoLatency) {
      this(
          imageLatency,
          videoLatency,
          Runtime.getRuntime().availableProcessors(),
          Upstream.FAULTLESS);
    }

    /** As a channel's own settings say, where they do. */
    public Settings of(Channel channel) {
      return ChannelSettings.read(
          channel,
          own -> {
            Optional<Duration> latency = own.duration("latency");
            return new Settings(
                latency.orElse(imageLatency),
                latency.orElse(videoLatency),
                concurrency,
                Upstream.read(own));
          });
    }
  }

  /** A sandbox that loads the files which requests refer to through {@code references}. */
  public SandboxProvider(Settings settings, InstantSource clock, References references) {
    this.settings = settings;
    this.clock = clock;
    studio = new Studio(references, settings.concurrency());
  }

  @Override
  public Submission submit(Generation generation) {
    return switch (fault(generation)) {
      case REFUSE -> rejected(Failure.Kind.OVERLOADED, "refuse the connection");
      case RATE_LIMIT ->
          new Submission.Rejected(
              failure(Failure.Kind.RATE_LIMITED, "answer that there are too many requests"),
              Optional.of(RETRY_AFTER));
      case NO_CREDIT -> rejected(Failure.Kind.NO_CREDIT, "have no credit left");
      case BAD_KEY -> rejected(Failure.Kind.BAD_CREDENTIAL, "accept no key");
      case ERROR_AFTER_ACCEPTANCE ->
          new Submission.Unknown("The sandbox was told to answer what it accepted with an error.");
      case LOST_ANSWER -> new Submission.Unknown("The sandbox was told to lose its answer.");
      case DEAD -> new Submission.Unknown(silence());
      case NONE, FAIL, SLOW -> answered(generation);
    };
  }

  private Submission answered(Generation generation) {
    Optional<String> objection = Studio.objection(generation);
    if (objection.isPresent()) {
      return new Submission.Rejected(invalid(objection.get()));
    }
    return switch (rehearsal(generation)) {
      case Rehearsal.Policy _ -> new Submission.Rejected(forbidden());
      case Rehearsal.Slow _, Rehearsal.Fail _, Rehearsal.FailPiece _, Rehearsal.Flaky _ ->
          accepted(generation);
      case Rehearsal.Smooth _ ->
          latency(generation).isZero() && fault(generation) != Fault.FAIL
              ? rendered(generation)
              : accepted(generation);
    };
  }

  private Submission accepted(Generation generation) {
    Duration latency = latency(generation);
    return new Submission.Accepted(id(generation, latency), checkAfter(generation, latency));
  }

  /** The same whenever it is asked for. */
  private static String id(Generation generation, Duration latency) {
    long ready = generation.begunAt().plus(latency).toEpochMilli();
    return "sandbox-" + ready + "-" + latency.toMillis() + "-" + generation.attempt();
  }

  private Submission rendered(Generation generation) {
    return switch (studio.render(generation)) {
      case Rendering.Made(List<Output> outputs) -> new Submission.Produced(outputs);
      case Rendering.Unmakeable(String reason) -> new Submission.Rejected(invalid(reason));
    };
  }

  @Override
  public Progress check(Generation generation, String upstreamId) {
    return fault(generation) == Fault.DEAD
        ? new Progress.Unreachable(silence())
        : progress(generation, upstreamId);
  }

  private Progress progress(Generation generation, String upstreamId) {
    Matcher id = ID.matcher(upstreamId);
    if (!id.matches()) {
      return new Progress.Missing();
    }
    Instant ready = Instant.ofEpochMilli(Long.parseLong(id.group(1)));
    Duration latency = Duration.ofMillis(Long.parseLong(id.group(2)));
    Duration left = Duration.between(clock.instant(), ready);
    if (left.isPositive()) {
      return new Progress.Pending(percent(latency, left), checkAfter(generation, left));
    }
    if (fault(generation) == Fault.FAIL) {
      return failed("The sandbox was told to fail.");
    }
    return switch (rehearsal(generation)) {
      case Rehearsal.Fail(String rest) -> failed("The sandbox was asked to fail: " + rest);
      case Rehearsal.FailPiece(int piece) when generation.piece() == piece ->
          failed("The sandbox was asked to fail at piece %d.".formatted(piece + 1));
      case Rehearsal.Policy _ -> new Progress.Failed(forbidden());
      case Rehearsal.Flaky _ when generation.number() == 1 ->
          failed("The sandbox was asked to fail at the first attempt.");
      case Rehearsal.FailPiece _, Rehearsal.Flaky _, Rehearsal.Slow _, Rehearsal.Smooth _ ->
          finished(generation);
    };
  }

  private Progress finished(Generation generation) {
    return switch (studio.render(generation)) {
      case Rendering.Made(List<Output> outputs) -> new Progress.Produced(outputs);
      case Rendering.Unmakeable(String reason) -> new Progress.Failed(invalid(reason));
    };
  }

  /**
   * All that the sandbox needs to know is the attempt itself: whatever a submission would have
   * begun is under way since then, whether one arrived or not, and no second one can come of it.
   */
  @Override
  public Reconciliation reconcile(Generation generation) {
    if (!settings.upstream.canBeAsked()) {
      return new Reconciliation.Unknowable("The sandbox was told not to tell what it accepted.");
    }
    return switch (fault(generation)) {
      case DEAD -> new Reconciliation.Unknown(silence());
      case REFUSE, RATE_LIMIT, NO_CREDIT, BAD_KEY -> new Reconciliation.NotAccepted(Duration.ZERO);
      case NONE, ERROR_AFTER_ACCEPTANCE, LOST_ANSWER, FAIL, SLOW ->
          Studio.objection(generation).isPresent()
                  || rehearsal(generation) instanceof Rehearsal.Policy
              ? new Reconciliation.NotAccepted(Duration.ZERO)
              : found(generation);
    };
  }

  private Reconciliation found(Generation generation) {
    Duration latency = latency(generation);
    Duration left = Duration.between(clock.instant(), generation.begunAt().plus(latency));
    return new Reconciliation.Accepted(
        id(generation, latency), left.isNegative() ? Duration.ZERO : checkAfter(generation, left));
  }

  @Override
  public boolean reconcilesBySubmitting() {
    return false;
  }

  @Override
  public boolean cancels() {
    return true;
  }

  /** What is not ready yet is rendered by nobody who does not ask for it. */
  @Override
  public Cancellation cancel(Generation generation, String upstreamId) {
    if (fault(generation) == Fault.DEAD) {
      return new Cancellation.Unconfirmed(silence());
    }
    Matcher id = ID.matcher(upstreamId);
    if (!id.matches()) {
      return new Cancellation.Unconfirmed("The sandbox never gave the id " + upstreamId + ".");
    }
    Instant ready = Instant.ofEpochMilli(Long.parseLong(id.group(1)));
    return clock.instant().isBefore(ready)
        ? new Cancellation.Canceled()
        : new Cancellation.TooLate();
  }

  private Fault fault(Generation generation) {
    return settings.upstream.faults().of(generation.attempt());
  }

  /** Says nothing for a while, as a peer does that is gone; a thread that is stopped waits less. */
  private String silence() {
    try {
      Thread.sleep(settings.upstream.deadFor());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return "The sandbox was told not to answer.";
  }

  private Duration latency(Generation generation) {
    Duration usual =
        rehearsal(generation) instanceof Rehearsal.Slow(Duration asked)
            ? asked
            : generation.kind() == MediaKind.VIDEO ? settings.videoLatency : settings.imageLatency;
    return fault(generation) == Fault.SLOW ? usual.multipliedBy(SLOWER) : usual;
  }

  /** When all is left; but whoever rehearses slowness wants to see progress meanwhile. */
  private static Duration checkAfter(Generation generation, Duration left) {
    boolean watched = rehearsal(generation) instanceof Rehearsal.Slow;
    return watched && left.compareTo(PROGRESS_EVERY) > 0 ? PROGRESS_EVERY : left;
  }

  private static int percent(Duration latency, Duration left) {
    long total = Math.max(1, latency.toMillis());
    return Math.clamp(100 * (total - left.toMillis()) / total, 0, 99);
  }

  private static Rehearsal rehearsal(Generation generation) {
    return Rehearsal.of(generation.parameters().prompt());
  }

  private static Submission rejected(Failure.Kind kind, String order) {
    return new Submission.Rejected(failure(kind, order));
  }

  private static Failure failure(Failure.Kind kind, String order) {
    return new Failure(kind, "The sandbox was told to " + order + ".");
  }

  private static Progress failed(String message) {
    return new Progress.Failed(new Failure(Failure.Kind.INTERNAL, message));
  }

  private static Failure invalid(String reason) {
    return new Failure(Failure.Kind.INVALID_INPUT, reason);
  }

  private static Failure forbidden() {
    return new Failure(
        Failure.Kind.CONTENT_POLICY, "The sandbox was asked to refuse this by its content policy.");
  }
}
