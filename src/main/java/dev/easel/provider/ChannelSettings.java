package dev.easel.provider;

import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the catalogue tells a channel's adapter, read setting by setting. A setting that nobody
 * asked for is an error, and every complaint names the channel, the setting and what is allowed.
 */
public final class ChannelSettings {
  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,8})(ms|s|m|h)");
  private static final Duration LONGEST = Duration.ofDays(1);

  private final String path;
  private final ObjectNode values;
  private final Set<String> asked = new TreeSet<>();

  private ChannelSettings(String path, ObjectNode values) {
    this.path = path;
    this.values = values;
  }

  /**
   * Makes something of a channel's settings.
   *
   * @throws CatalogException when a setting is wrong or unknown, or when {@code make} throws an
   *     IllegalArgumentException
   */
  public static <T> T read(Channel channel, Function<ChannelSettings, T> make) {
    return new ChannelSettings("channel " + channel.id() + ": settings", channel.settings())
        .read(make);
  }

  /** Makes something of an object within the settings; empty where there is none. */
  public <T> Optional<T> object(String key, Function<ChannelSettings, T> make) {
    return value(key)
        .map(value -> {
          if (value instanceof ObjectNode object) {
            return new ChannelSettings(path + "." + key, object).read(make);
          }
          throw fault(key, "an object of keys and values");
        });
  }

  private <T> T read(Function<ChannelSettings, T> make) {
    T made;
    try {
      made = make.apply(this);
    } catch (IllegalArgumentException refused) {
      throw new CatalogException(path + ": " + refused.getMessage(), refused);
    }
    for (String key : values.propertyNames()) {
      if (!asked.contains(key)) {
        throw new CatalogException(
            "%s.%s: unknown; there are %s".formatted(path, key, String.join(", ", asked)));
      }
    }
    return made;
  }

  /** A text in a form of its own; {@code parse} is empty for what is not {@code allowed}. */
  public <T> Optional<T> text(String key, String allowed, Function<String, Optional<T>> parse) {
    return value(key)
        .map(value ->
            value
                .asStringOpt()
                .filter(text -> value.isString() && !text.isBlank())
                .flatMap(parse)
                .orElseThrow(() -> fault(key, allowed)));
  }

  /** True or false. */
  public Optional<Boolean> flag(String key) {
    return value(key)
        .map(value -> {
          if (value.isBoolean()) {
            return value.booleanValue();
          }
          throw fault(key, "true or false");
        });
  }

  /** A probability; 0 where it is not given. */
  public double probability(String key) {
    return value(key)
        .map(value -> {
          if (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 1) {
            return value.doubleValue();
          }
          throw fault(key, "a number from 0 to 1");
        })
        .orElse(0.0);
  }

  /** A time of at most a day. */
  public Optional<Duration> duration(String key) {
    return text(key, "a time such as 500ms, 2s or 1m, at most 24h", ChannelSettings::parseDuration);
  }

  private static Optional<Duration> parseDuration(String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(parts.group(1));
    Duration duration =
        switch (parts.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        };
    return Optional.of(duration).filter(it -> it.compareTo(LONGEST) <= 0);
  }

  private Optional<JsonNode> value(String key) {
    asked.add(key);
    return values.hasNonNull(key) ? Optional.of(values.path(key)) : Optional.empty();
  }

  private CatalogException fault(String key, String allowed) {
    return new CatalogException(
        "%s.%s: must be %s, not %s".formatted(path, key, allowed, values.path(key)));
  }
}
