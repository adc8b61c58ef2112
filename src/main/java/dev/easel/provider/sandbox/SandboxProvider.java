package dev.easel.provider.sandbox;

import dev.easel.catalog.MediaKind;
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
 *   <li>{@code policy:} is refused by the content policy;
 *   <li>{@code slow:} takes 20 seconds and reports its progress; {@code slow:30} takes 30, up to
 *       600;
 *   <li>{@code flaky:} is accepted and fails at the first attempt, and succeeds at the next.
 * </ul>
 */
public final class SandboxProvider implements Provider {
  private static final Pattern ID = Pattern.compile("sandbox-(\\d{1,15})-(\\d{1,12})-.*");
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(2);

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
   */
  public record Settings(Duration imageLatency, Duration videoLatency, int concurrency) {
    public Settings {
      if (imageLatency.isNegative() || videoLatency.isNegative() || concurrency < 1) {
        throw new IllegalArgumentException("the sandbox takes time and room, not less than none");
      }
    }

    /** As many renderings at once as there are processors. */
    public Settings(Duration imageLatency, Duration videoLatency) {
      this(imageLatency, videoLatency, Runtime.getRuntime().availableProcessors());
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
    Optional<String> objection = Studio.objection(generation);
    if (objection.isPresent()) {
      return new Submission.Rejected(invalid(objection.get()));
    }
    return switch (rehearsal(generation)) {
      case Rehearsal.Policy _ -> new Submission.Rejected(forbidden());
      case Rehearsal.Slow(Duration latency) -> accepted(generation, latency);
      case Rehearsal.Fail _, Rehearsal.Flaky _ -> accepted(generation, latency(generation));
      case Rehearsal.Smooth _ -> {
        Duration latency = latency(generation);
        yield latency.isZero() ? rendered(generation) : accepted(generation, latency);
      }
    };
  }

  private Submission accepted(Generation generation, Duration latency) {
    long ready = clock.instant().plus(latency).toEpochMilli();
    String id = "sandbox-" + ready + "-" + latency.toMillis() + "-" + generation.attempt();
    return new Submission.Accepted(id, checkAfter(generation, latency));
  }

  private Submission rendered(Generation generation) {
    return switch (studio.render(generation)) {
      case Rendering.Made(List<Output> outputs) -> new Submission.Produced(outputs);
      case Rendering.Unmakeable(String reason) -> new Submission.Rejected(invalid(reason));
    };
  }

  @Override
  public Progress check(Generation generation, String upstreamId) {
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
    return switch (rehearsal(generation)) {
      case Rehearsal.Fail(String rest) -> failed("The sandbox was asked to fail: " + rest);
      case Rehearsal.Policy _ -> new Progress.Failed(forbidden());
      case Rehearsal.Flaky _ when generation.number() == 1 ->
          failed("The sandbox was asked to fail at the first attempt.");
      case Rehearsal.Flaky _, Rehearsal.Slow _, Rehearsal.Smooth _ -> finished(generation);
    };
  }

  private Progress finished(Generation generation) {
    return switch (studio.render(generation)) {
      case Rendering.Made(List<Output> outputs) -> new Progress.Produced(outputs);
      case Rendering.Unmakeable(String reason) -> new Progress.Failed(invalid(reason));
    };
  }

  /** Nothing is ever bought here, so that a lost submission may simply be made again. */
  @Override
  public Reconciliation reconcile(Generation generation) {
    return new Reconciliation.NotAccepted();
  }

  private Duration latency(Generation generation) {
    return generation.kind() == MediaKind.VIDEO ? settings.videoLatency : settings.imageLatency;
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
