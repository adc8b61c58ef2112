package dev.easel.cli;

import dev.easel.config.EaselConfig;
import dev.easel.config.Section;
import dev.easel.config.Setting;
import dev.easel.config.Settings;
import dev.easel.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Every setting as a flag, for a command that reads settings:
 *
 * <pre>{@code
 * @Mixin private final SettingsFlags flags = SettingsFlags.showing("data", "db.url");
 * }</pre>
 *
 * <p>All flags are always accepted; a command's help shows those that matter to it.
 */
public final class SettingsFlags {
  private final Predicate<Setting<?>> shown;
  private final Map<String, String> given = new HashMap<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file. (default: easel.yaml in the working directory)")
  private @Nullable Path file;

  private SettingsFlags(Predicate<Setting<?>> shown) {
    this.shown = shown;
  }

  /** Help shows every setting. */
  public static SettingsFlags showingAll() {
    return new SettingsFlags(setting -> true);
  }

  /** Help shows the settings that say where the data is: for commands beside a server. */
  public static SettingsFlags showingDatabase() {
    return new SettingsFlags(
        setting -> setting.key().equals("data") || setting.key().startsWith("db."));
  }

  /**
   * Reads and checks all settings, and sets up logging by them.
   *
   * @throws dev.easel.config.SettingsException when something is wrong with them
   */
  public EaselConfig load() {
    EaselConfig config = EaselConfig.from(settings());
    Logging.start(config.log());
    return config;
  }

  /** All settings with their sources, without any effect. */
  Settings settings() {
    return Settings.read(
        EaselConfig.all(), new Sources(Optional.ofNullable(file), System.getenv(), given));
  }

  /** Called by picocli while it builds the command that this is mixed into. */
  @Spec
  @SuppressWarnings("UnusedMethod")
  private void define(CommandSpec flags) {
    for (Section section : EaselConfig.sections()) {
      List<OptionSpec> options = new ArrayList<>();
      section.settings().forEach(setting -> options.addAll(options(setting)));
      ArgGroupSpec.Builder group = ArgGroupSpec.builder().exclusive(false).validate(false);
      options.forEach(group::addArg);
      if (options.stream().anyMatch(option -> !option.hidden())) {
        group.heading("%n" + section.title() + "%n");
      }
      flags.addArgGroup(group.build());
    }
  }

  private List<OptionSpec> options(Setting<?> setting) {
    List<OptionSpec> options = new ArrayList<>();
    String meaning = "%s (default: %s)".formatted(setting.meaning(), setting.defaultWords());
    for (String key : setting.keys()) {
      List<String> names = new ArrayList<>();
      setting.shortFlag().ifPresent(names::add);
      names.add(Setting.flag(key));
      boolean own = key.equals(setting.key());
      options.add(
          OptionSpec.builder(names.toArray(String[]::new))
              .paramLabel(own ? label(setting) : "FILE")
              .description((own ? meaning : "File that holds it.").replace("%", "%%"))
              .type(String.class)
              .hidden(!shown.test(setting))
              .setter(remember(key))
              .build());
    }
    return options;
  }

  private static String label(Setting<?> setting) {
    String name = setting.typeName();
    return name.contains("|") ? name : name.toUpperCase(Locale.ROOT);
  }

  private ISetter remember(String key) {
    return new ISetter() {
      @Override
      public <T> @Nullable T set(@Nullable T text) {
        // picocli first sets every option to null.
        if (text == null) {
          given.remove(key);
        } else {
          given.put(key, text.toString());
        }
        return text;
      }
    };
  }
}
