package dev.easel.catalog;

import java.util.OptionalInt;
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

  /** A copy: changing it changes nothing here. */
  @Override
  public ObjectNode settings() {
    return settings.deepCopy();
  }
}
