package dev.easel.config;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How the provider that renders on this machine behaves.
 *
 * @param concurrency tasks at once; empty for no cap
 * @param imageLatency the least that an image takes
 * @param videoLatency the least that a video takes
 */
public record SandboxSettings(
    OptionalInt concurrency, Duration imageLatency, Duration videoLatency) {
  static final Setting<Integer> CONCURRENCY =
      Setting.of(
              "sandbox.concurrency",
              Type.wholeNumber(0, 1_000_000),
              "Tasks at once on the sandbox channel; 0 is no cap.")
          .defaultsTo("4");

  static final Setting<Duration> IMAGE_LATENCY =
      Setting.of("sandbox.image-latency", Type.DURATION, "Time that a sandbox image takes.")
          .defaultsTo("1s")
          .example("800ms");

  static final Setting<Duration> VIDEO_LATENCY =
      Setting.of("sandbox.video-latency", Type.DURATION, "Time that a sandbox video takes.")
          .defaultsTo("2s")
          .example("1m");

  static final Section SECTION = Section.of("Sandbox", CONCURRENCY, IMAGE_LATENCY, VIDEO_LATENCY);

  static SandboxSettings from(Settings settings) {
    return new SandboxSettings(
        Type.cap(settings.get(CONCURRENCY)),
        settings.get(IMAGE_LATENCY),
        settings.get(VIDEO_LATENCY));
  }
}
