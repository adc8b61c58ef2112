package dev.easel.catalog;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * A configured provider.
 *
 * @param id the operator's name for it
 * @param provider which adapter speaks to it
 * @param settings what that adapter wants to know; no secrets
 * @param concurrency generations at a time, at least 1; empty for no bound
 */
public record Channel(String id, String provider, ObjectNode settings, OptionalInt concurrency) {
  /** The settings of all adapters that name a server, or an account there. */
  private static final List<String> DESTINATION = List.of("base-url", "key-env", "key-file");

  public Channel {
    Ids.check(id);
    if (provider.isBlank()) {
      throw new IllegalArgumentException("a channel has a provider");
    }
    if (concurrency.isPresent() && concurrency.getAsInt() < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1");
    }
    settings = settings.deepCopy();
  }

  /** The path of a channel in a document. */
  static String about(String id) {
    return "channels." + id;
  }

  /**
   * What {@code next} says otherwise about where the channel leads to: the provider, and the
   * settings that decide which server is asked and in whose name. Nothing: it leads to the same
   * place. All other settings only say how that is used.
   */
  List<String> ledElsewhereBy(Channel next) {
    return Stream.concat(
            Stream.of("provider").filter(_ -> !provider.equals(next.provider)),
            DESTINATION.stream()
                .filter(key -> !Objects.equals(settings.get(key), next.settings.get(key)))
                .map(key -> "settings." + key))
        .toList();
  }

  /** A copy: changing it changes nothing here. */
  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }
}
