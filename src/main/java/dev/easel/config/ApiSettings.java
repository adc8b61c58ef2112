package dev.easel.config;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How the served APIs behave where their documents leave a choice.
 *
 * @param requestsPerMinute tasks and uploads that one key may ask this node for in a minute; empty
 *     for no limit
 * @param kieHttpStatuses whether refusals of {@code kie} have HTTP statuses that match their codes
 * @param longestWait how long a caller waits for pictures that are answered when they are done
 */
public record ApiSettings(
    OptionalInt requestsPerMinute, boolean kieHttpStatuses, Duration longestWait) {
  /** What a refusal of the dialect {@code kie} has for an HTTP status. */
  enum KieStatuses {
    OK,
    MATCHING
  }

  static final Setting<Integer> REQUESTS_PER_MINUTE =
      Setting.of(
              "api.requests-per-minute",
              Type.wholeNumber(0, 1_000_000),
              "Tasks and uploads that a key may ask for in a minute; 0 is no limit.")
          .defaultsTo("0")
          .example("120");

  static final Setting<KieStatuses> KIE_STATUSES =
      Setting.of(
              "api.kie-statuses",
              Type.oneOf(KieStatuses.class),
              "HTTP status of kie refusals: always 200, or one that matches the code.")
          .defaultsTo("ok")
          .example("matching");

  static final Setting<Duration> LONGEST_WAIT =
      Setting.of(
              "api.longest-wait",
              Type.DURATION,
              "How long openai image requests wait; clients of their own accord wait for 10m.")
          .defaultsTo("9m")
          .example("2m");

  static final Section SECTION =
      Section.of("APIs", REQUESTS_PER_MINUTE, KIE_STATUSES, LONGEST_WAIT);

  static ApiSettings from(Settings settings) {
    return new ApiSettings(
        Type.cap(settings.get(REQUESTS_PER_MINUTE)),
        settings.get(KIE_STATUSES) == KieStatuses.MATCHING,
        settings.get(LONGEST_WAIT));
  }
}
