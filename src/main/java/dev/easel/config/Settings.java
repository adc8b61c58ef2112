package dev.easel.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What operators gave, looked up by {@link Setting}: built-in defaults, then {@code easel.yaml},
 * then {@code EASEL_*} variables, then flags, each over those before it. An empty value means the
 * built-in default.
 */
public final class Settings {
  private final Map<String, Given> given;

  private Settings(Map<String, Given> given) {
    this.given = given;
  }

  /**
   * Reads and checks everything.
   *
   * @throws SettingsException with all that is wrong, not only the first
   */
  public static Settings read(Collection<Setting<?>> known, Sources sources) {
    return new Reading(known).read(sources);
  }

  /** The value of a setting that always has one. */
  <T> T get(Setting<T> setting) {
    return find(setting).orElseThrow(() -> new IllegalStateException(setting.key() + " has none"));
  }

  /** The value of a setting that may have none. */
  <T> Optional<T> find(Setting<T> setting) {
    Given text = given.get(setting.key());
    return text == null
        ? setting.fallback().value().apply(this)
        : Optional.of(setting.type().parse(text.text()));
  }

  /** Whether somebody gave it. */
  boolean isGiven(Setting<?> setting) {
    return given.containsKey(setting.key());
  }

  /** The value for people: a secret in stars, an absent one as what happens without it. */
  public <T> String shown(Setting<T> setting) {
    return find(setting)
        .map(value -> setting.shown(setting.type().print(value)))
        .orElseGet(() -> "(" + setting.defaultWords() + ")");
  }

  /** Where the value comes from: {@code default}, a file and line, a variable, or a flag. */
  public String source(Setting<?> setting) {
    Given text = given.get(setting.key());
    return text == null ? "default" : text.source();
  }

  /** One reading of all sources; what is wrong is gathered as it goes. */
  private static final class Reading {
    private final Collection<Setting<?>> known;
    private final Map<String, Setting<?>> byKey = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    Reading(Collection<Setting<?>> known) {
      this.known = known;
      known.forEach(setting -> setting.keys().forEach(key -> byKey.put(key, setting)));
    }

    Settings read(Sources sources) {
      List<Map<String, Given>> layers =
          List.of(
              file(sources),
              Environment.read(sources.environment(), byKey.keySet(), problems),
              flags(sources.flags()));
      Map<String, Given> strongest = new HashMap<>();
      for (Setting<?> setting : known) {
        for (Map<String, Given> layer : layers) {
          in(layer, setting).ifPresent(text -> strongest.put(setting.key(), text));
        }
      }
      strongest.values().removeIf(text -> text.text().isBlank());
      for (Setting<?> setting : known) {
        Optional.ofNullable(strongest.get(setting.key())).ifPresent(text -> check(setting, text));
      }
      if (!problems.isEmpty()) {
        throw new SettingsException(problems);
      }
      return new Settings(strongest);
    }

    private Map<String, Given> file(Sources sources) {
      Optional<Path> named =
          sources
              .file()
              .or(() ->
                  Optional.ofNullable(sources.environment().get(Environment.FILE))
                      .filter(name -> !name.isBlank())
                      .map(Path::of));
      Path file = named.orElse(Path.of("easel.yaml"));
      return named.isEmpty() && Files.notExists(file)
          ? Map.of()
          : YamlFile.read(file, byKey, problems);
    }

    private static Map<String, Given> flags(Map<String, String> flags) {
      Map<String, Given> layer = new HashMap<>();
      flags.forEach((key, text) -> layer.put(key, new Given(text, Setting.flag(key))));
      return layer;
    }

    private Optional<Given> in(Map<String, Given> layer, Setting<?> setting) {
      Optional<Given> own = Optional.ofNullable(layer.get(setting.key()));
      Optional<Given> file = Optional.ofNullable(layer.get(setting.key() + Setting.FILE_SUFFIX));
      if (own.isPresent() && file.isPresent()) {
        problems.add(
            "%s is given twice, by %s and by %s"
                .formatted(setting.key(), own.get().source(), file.get().source()));
      }
      return file.isPresent() ? secretIn(file.get(), setting) : own;
    }

    private Optional<Given> secretIn(Given named, Setting<?> setting) {
      try {
        // Editors and "echo" end a file with a line feed that belongs to no password.
        String secret = Files.readString(Path.of(named.text())).replaceAll("[\r\n]+$", "");
        if (!secret.isEmpty()) {
          return Optional.of(new Given(secret, named.source()));
        }
        problems.add(
            "%s (from %s) names an empty file: %s"
                .formatted(setting.key() + Setting.FILE_SUFFIX, named.source(), named.text()));
      } catch (IOException | IllegalArgumentException unreadable) {
        problems.add(
            "%s (from %s) names a file that cannot be read: %s%s"
                .formatted(
                    setting.key() + Setting.FILE_SUFFIX,
                    named.source(),
                    named.text(),
                    unreadable instanceof NoSuchFileException ? " does not exist" : ""));
      }
      return Optional.empty();
    }

    private void check(Setting<?> setting, Given text) {
      try {
        setting.type().parse(text.text());
      } catch (IllegalArgumentException refused) {
        problems.add(
            "%s (from %s) is \"%s\"; it must be %s"
                .formatted(
                    setting.key(),
                    text.source(),
                    setting.shown(text.text()),
                    setting.type().allowed()));
      }
    }
  }
}
