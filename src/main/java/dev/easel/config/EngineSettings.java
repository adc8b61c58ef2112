package dev.easel.config;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How much runs at once.
 *
 * @param concurrency jobs at once on this node
 * @param lease how long a silent node keeps its jobs
 * @param runningPerAccount tasks of one account that run at once; empty for no cap
 */
public record EngineSettings(int concurrency, Duration lease, OptionalInt runningPerAccount) {
  static final Setting<Integer> CONCURRENCY =
      Setting.of("engine.concurrency", Type.wholeNumber(1, 100_000), "Jobs at once on this node.")
          .defaultsTo("256");

  static final Setting<Duration> LEASE =
      Setting.of(
              "engine.lease-seconds",
              Type.seconds(1, 600),
              "Silence after which other nodes take over a node's jobs.")
          .defaultsTo("20");

  static final Setting<Integer> RUNNING_PER_ACCOUNT =
      Setting.of(
              "tasks.running-per-account",
              Type.wholeNumber(0, 1_000_000),
              "Tasks of one account that run at once; 0 is no cap.")
          .defaultsTo("20");

  static final Section SECTION = Section.of("Engine", CONCURRENCY, LEASE, RUNNING_PER_ACCOUNT);

  static EngineSettings from(Settings settings) {
    return new EngineSettings(
        settings.get(CONCURRENCY),
        settings.get(LEASE),
        Type.cap(settings.get(RUNNING_PER_ACCOUNT)));
  }
}
