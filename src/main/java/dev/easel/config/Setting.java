package dev.easel.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One thing that an operator can set, and all that is ever said about it: help, tables and errors
 * are made from here.
 *
 * <p>The key {@code db.url} is also the variable {@code EASEL_DB_URL} and the flag {@code
 * --db-url}. A secret {@code x} may instead be read from the file that {@code x-file} names.
 *
 * @param meaning one sentence
 * @param fallback what holds when nobody sets it
 * @param example a value that somebody could want; empty where the default says enough
 * @param shortFlag a second name for the flag
 */
public record Setting<T>(
    String key,
    Type<T> type,
    String meaning,
    Fallback<T> fallback,
    String example,
    Optional<String> shortFlag) {

  /** What follows a secret's key when a file holds it. */
  static final String FILE_SUFFIX = "-file";

  static final String VARIABLE_PREFIX = "EASEL_";

  /**
   * What holds when nobody sets it.
   *
   * @param words for help and documentation
   * @param value empty where there is no value, and {@code words} say what happens then
   */
  record Fallback<T>(String words, Function<Settings, Optional<T>> value) {}

  /** A setting that has no value until somebody gives one. */
  static <T> Setting<T> of(String key, Type<T> type, String meaning) {
    Fallback<T> nothing = new Fallback<>("none", settings -> Optional.empty());
    return new Setting<>(key, type, meaning, nothing, "", Optional.empty());
  }

  Setting<T> defaultsTo(String text) {
    T value = type.parse(text);
    return withFallback(new Fallback<>(text, settings -> Optional.of(value)));
  }

  /** The default depends on other settings; {@code words} say how. */
  Setting<T> defaultsTo(String words, Function<Settings, T> value) {
    return withFallback(new Fallback<>(words, settings -> Optional.of(value.apply(settings))));
  }

  /** There is no default value; {@code words} say what happens without one. */
  Setting<T> otherwise(String words) {
    return withFallback(new Fallback<>(words, settings -> Optional.empty()));
  }

  private Setting<T> withFallback(Fallback<T> fallback) {
    return new Setting<>(key, type, meaning, fallback, example, shortFlag);
  }

  Setting<T> example(String text) {
    return new Setting<>(key, type, meaning, fallback, text, shortFlag);
  }

  Setting<T> shortFlag(String flag) {
    return new Setting<>(key, type, meaning, fallback, example, Optional.of(flag));
  }

  public boolean secret() {
    return type.shape() == Type.Shape.SECRET;
  }

  /** One word for the kind of value: {@code path}, {@code number}, {@code text|json}. */
  public String typeName() {
    return type.name();
  }

  /** The default in words. */
  public String defaultWords() {
    return fallback.words();
  }

  /** The keys under which it can be given: its own and, for a secret, the one naming a file. */
  public List<String> keys() {
    return secret() ? List.of(key, key + FILE_SUFFIX) : List.of(key);
  }

  /** The environment variable for a key: {@code EASEL_DB_URL} for {@code db.url}. */
  public static String variable(String key) {
    return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  /** The command-line flag for a key: {@code --db-url} for {@code db.url}. */
  public static String flag(String key) {
    return "--" + key.replace('.', '-');
  }

  // A database URL may carry a password, and so may one in a wrong form.
  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile("(?<=[?&]password=)[^&]*|(?<=://[^/@:]{0,99}:)[^/@]*(?=@)");

  /** What may be shown of a value given as {@code text}. */
  String shown(String text) {
    return secret() ? Secret.MASK : PASSWORD_IN_URL.matcher(text).replaceAll(Secret.MASK);
  }
}
