package dev.easel.cli;

import dev.easel.config.LogSettings;
import java.util.Locale;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Hands the log settings to logback, whose set-up is {@code logback.xml}. */
final class Logging {
  private Logging() {}

  /** To be called before anything logs: logback reads its set-up at the first use. */
  static void start(LogSettings settings) {
    boolean errorsOnly = settings.level() == LogSettings.Level.ERROR;
    System.setProperty("easel.log.format", word(settings.format()));
    System.setProperty("easel.log.level", word(settings.level()));
    System.setProperty("easel.log.libraries", errorsOnly ? "error" : "warn");
    // Helidon and the PostgreSQL driver log through java.util.logging.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static String word(Enum<?> setting) {
    return setting.name().toLowerCase(Locale.ROOT);
  }
}
