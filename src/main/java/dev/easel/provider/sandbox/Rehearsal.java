package dev.easel.provider.sandbox;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a prompt's prefix asks the sandbox to act out. */
sealed interface Rehearsal {
  /** Nothing: the picture is made. */
  record Smooth() implements Rehearsal {}

  /** {@code fail:} every attempt fails. */
  record Fail(String rest) implements Rehearsal {}

  /**
   * {@code fail-piece:2} every attempt of this piece fails, the others succeed.
   *
   * @param piece from 0; prompts count from 1
   */
  record FailPiece(int piece) implements Rehearsal {}

  /** {@code policy:} the content policy forbids it. */
  record Policy() implements Rehearsal {}

  /** {@code slow:} or, without a space, {@code slow:SECONDS}: it takes this long. */
  record Slow(Duration latency) implements Rehearsal {}

  /** {@code flaky:} the first attempt fails, the next succeeds. */
  record Flaky() implements Rehearsal {}

  /** Reads the prefix, whatever its case and the space before it. */
  static Rehearsal of(String prompt) {
    Matcher prefix = Script.PREFIX.matcher(prompt);
    if (!prefix.lookingAt()) {
      return new Smooth();
    }
    String rest = prompt.substring(prefix.end());
    return switch (prefix.group(1).toLowerCase(Locale.ROOT)) {
      case "fail" -> new Fail(rest.strip());
      case "fail-piece" -> new FailPiece(Script.piece(rest));
      case "policy" -> new Policy();
      case "flaky" -> new Flaky();
      default -> new Slow(Script.latency(rest));
    };
  }

  /** How the prefixes are written. */
  final class Script {
    private static final Pattern PREFIX =
        Pattern.compile("\\s*(fail|fail-piece|policy|slow|flaky):", Pattern.CASE_INSENSITIVE);
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,6})\\b.*", Pattern.DOTALL);
    private static final int USUAL_SECONDS = 20;
    private static final int MOST_SECONDS = 600;

    private Script() {}

    private static Duration latency(String rest) {
      return Duration.ofSeconds(Math.min(MOST_SECONDS, number(rest).orElse(USUAL_SECONDS)));
    }

    private static int piece(String rest) {
      return Math.max(1, number(rest).orElse(1)) - 1;
    }

    private static OptionalInt number(String rest) {
      Matcher number = NUMBER.matcher(rest);
      return number.matches()
          ? OptionalInt.of(Integer.parseInt(number.group(1)))
          : OptionalInt.empty();
    }
  }
}
