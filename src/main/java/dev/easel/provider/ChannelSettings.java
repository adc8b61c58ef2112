package dev.easel.provider;

import dev.easel.catalog.CatalogException;
import dev.easel.catalog.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 *
 * <p>What decides which server is asked, and in whose name, is called {@code base-url}, {@code
 * key-env} or {@code key-file} by every adapter: {@link Channel} knows these, and keeps them as
 * they are while attempts are open.
 */
public final class ChannelSettings {
  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,8})(ms|s|m|h)");
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Channel channel;
  private final String path;
  private final ObjectNode values;
  private final Set<String> asked = new TreeSet<>();

  /** What is wrong, in this object and in those around and within it. */
  private final List<CatalogException> mistakes;

  private ChannelSettings(
      Channel channel, String path, ObjectNode values, List<CatalogException> mistakes) {
    this.channel = channel;
    this.path = path;
    this.values = values;
    this.mistakes = mistakes;
  }

  /**
   * Makes something of a channel's settings.
   *
   * @throws CatalogException with every setting that is wrong or unknown, or when {@code make}
   *     throws an IllegalArgumentException
   */
  public static <T> T read(Channel channel, Function<ChannelSettings, T> make) {
    List<CatalogException> mistakes = new ArrayList<>();
    return new ChannelSettings(channel, "settings", channel.settings(), mistakes)
        .read(make)
        .orElseThrow(() -> CatalogException.all(mistakes));
  }

  /** Makes something of an object within the settings; empty where there is none. */
  public <T> Optional<T> object(String key, Function<ChannelSettings, T> make) {
    Optional<JsonNode> value = value(key);
    if (value.isPresent() && value.get() instanceof ObjectNode object) {
      return new ChannelSettings(channel, path + "." + key, object, mistakes).read(make);
    }
    value.ifPresent(_ -> unfit(key, "an object of keys and values"));
    return Optional.empty();
  }

  /** Empty where something is wrong: then it was made of less than what was said. */
  private <T> Optional<T> read(Function<ChannelSettings, T> make) {
    int before = mistakes.size();
    T made;
    try {
      made = make.apply(this);
    } catch (IllegalArgumentException refused) {
      if (mistakes.size() == before) {
        fault(path, String.valueOf(refused.getMessage()));
      }
      return Optional.empty();
    }
    for (String key : values.propertyNames()) {
      if (!asked.contains(key)) {
        fault(path + "." + key, "unknown; there are " + String.join(", ", asked));
      }
    }
    return mistakes.size() == before ? Optional.of(made) : Optional.empty();
  }

  /** A text in a form of its own; {@code parse} is empty for what is not {@code allowed}. */
  public <T> Optional<T> text(String key, String allowed, Function<String, Optional<T>> parse) {
    return read(
        key,
        allowed,
        value -> value.stringValueOpt().filter(text -> !text.isBlank()).flatMap(parse));
  }

  /** True or false. */
  public Optional<Boolean> flag(String key) {
    return read(key, "true or false", JsonNode::booleanValueOpt);
  }

  /** A probability; 0 where it is not given. */
  public double probability(String key) {
    return read(
            key,
            "a number from 0 to 1",
            value ->
                value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 1
                    ? Optional.of(value.doubleValue())
                    : Optional.<Double>empty())
        .orElse(0.0);
  }

  /** Empty where the key is not there, or {@code parse} makes nothing of it, which is noted. */
  private <T> Optional<T> read(String key, String allowed, Function<JsonNode, Optional<T>> parse) {
    Optional<JsonNode> value = value(key);
    Optional<T> parsed = value.flatMap(parse);
    if (value.isPresent() && parsed.isEmpty()) {
      unfit(key, allowed);
    }
    return parsed;
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

  private void unfit(String key, String allowed) {
    fault(path + "." + key, "must be %s, not %s".formatted(allowed, values.path(key)));
  }

  private void fault(String where, String why) {
    mistakes.add(
        new CatalogException(
            "channels.%s.%s".formatted(channel.id(), where),
            "channel %s: %s: %s".formatted(channel.id(), where, why)));
  }
}
