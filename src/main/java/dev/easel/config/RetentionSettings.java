package dev.easel.config;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long files and the log of tasks are kept, and how much of them.
 *
 * @param image how long generated pictures are kept; empty for ever, here and below
 * @param input how long the files that customers send are kept
 * @param tasks how long tasks are shown after they were asked for
 * @param quota bytes that an account may have stored; empty for no bound
 */
public record RetentionSettings(
    Optional<Duration> image,
    Optional<Duration> video,
    Optional<Duration> audio,
    Optional<Duration> input,
    Optional<Duration> tasks,
    OptionalLong quota) {
  /** What a length of keeping must be; ends the sentence "it must be …". */
  public static final String LENGTHS = "a length such as 14d, 36h or 30m, or forever";

  /** What a quota must be. */
  public static final String SIZES = "a size such as 500MiB, 20GiB or 1TiB, or none";

  private static final Pattern LENGTH = Pattern.compile("(\\d{1,6})(m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,6})(MiB|GiB|TiB)");

  static final Setting<Optional<Duration>> IMAGE =
      kept("assets.keep.image", "How long generated pictures are kept.", "14d");
  static final Setting<Optional<Duration>> VIDEO =
      kept("assets.keep.video", "How long generated films are kept.", "14d");
  static final Setting<Optional<Duration>> AUDIO =
      kept("assets.keep.audio", "How long generated sounds are kept.", "14d");
  static final Setting<Optional<Duration>> INPUT =
      kept("assets.keep.input", "How long files that customers send are kept.", "14d");
  static final Setting<Optional<Duration>> TASKS =
      kept("assets.keep.tasks", "How long tasks are shown to their customers.", "60d");

  static final Setting<OptionalLong> QUOTA =
      Setting.of(
              "assets.quota",
              Type.one("size", SIZES, RetentionSettings::parseSize, RetentionSettings::printSize),
              "How much an account may have stored; nothing is taken on above that.")
          .defaultsTo("none")
          .example("20GiB");

  static final Section SECTION = Section.of("Retention", IMAGE, VIDEO, AUDIO, INPUT, TASKS, QUOTA);

  static RetentionSettings from(Settings settings) {
    return new RetentionSettings(
        settings.get(IMAGE),
        settings.get(VIDEO),
        settings.get(AUDIO),
        settings.get(INPUT),
        settings.get(TASKS),
        settings.get(QUOTA));
  }

  private static Setting<Optional<Duration>> kept(String key, String meaning, String usual) {
    return Setting.of(
            key,
            Type.one(
                "length", LENGTHS, RetentionSettings::parseLength, RetentionSettings::printLength),
            meaning)
        .defaultsTo(usual)
        .example("30d");
  }

  /**
   * A length of keeping; empty for ever.
   *
   * @throws IllegalArgumentException when it is not {@link #LENGTHS}
   */
  public static Optional<Duration> parseLength(String text) {
    if (text.equals("forever")) {
      return Optional.empty();
    }
    Matcher parts = LENGTH.matcher(text);
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException("it must be " + LENGTHS);
    }
    long amount = Long.parseLong(parts.group(1));
    return Optional.of(
        switch (parts.group(2)) {
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }

  /** The same as text again. */
  public static String printLength(Optional<Duration> length) {
    return length.map(RetentionSettings::print).orElse("forever");
  }

  private static String print(Duration length) {
    if (length.toMinutes() % 60 != 0) {
      return length.toMinutes() + "m";
    }
    return length.toHours() % 24 == 0 ? length.toDays() + "d" : length.toHours() + "h";
  }

  /**
   * Bytes; empty for no bound.
   *
   * @throws IllegalArgumentException when it is not one of {@link #SIZES}
   */
  public static OptionalLong parseSize(String text) {
    if (text.equals("none")) {
      return OptionalLong.empty();
    }
    Matcher parts = SIZE.matcher(text);
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException("it must be " + SIZES);
    }
    return OptionalLong.of(Long.parseLong(parts.group(1)) << shift(parts.group(2)));
  }

  /** The same as text again. */
  public static String printSize(OptionalLong bytes) {
    if (bytes.isEmpty()) {
      return "none";
    }
    for (String unit : new String[] {"TiB", "GiB"}) {
      if (bytes.getAsLong() % (1L << shift(unit)) == 0) {
        return (bytes.getAsLong() >> shift(unit)) + unit;
      }
    }
    return (bytes.getAsLong() >> shift("MiB")) + "MiB";
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "MiB" -> 20;
      case "GiB" -> 30;
      default -> 40;
    };
  }
}
