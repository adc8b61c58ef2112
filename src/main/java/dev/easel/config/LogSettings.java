package dev.easel.config;

/** What is logged, and how; always to standard error. */
public record LogSettings(Format format, Level level) {
  /** For people, or one JSON object a line. */
  public enum Format {
    TEXT,
    JSON
  }

  /** The least important thing that is logged. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  static final Setting<Format> FORMAT =
      Setting.of("log.format", Type.oneOf(Format.class), "Log lines for people or for machines.")
          .defaultsTo("text")
          .example("json");

  static final Setting<Level> LEVEL =
      Setting.of("log.level", Type.oneOf(Level.class), "Least important thing that is logged.")
          .defaultsTo("info")
          .example("debug");

  static final Section SECTION = Section.of("Log", FORMAT, LEVEL);

  static LogSettings from(Settings settings) {
    return new LogSettings(settings.get(FORMAT), settings.get(LEVEL));
  }
}
