package dev.easel.provider;

import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import java.util.UUID;

/**
 * What one attempt asks of a provider.
 *
 * @param attempt identifies this submission and no other; a provider that lets its clients choose
 *     an id gets this one
 * @param number 1 for a piece's first attempt, 2 for the next, …
 * @param upstreamModel the provider's own name of the model
 * @param kind what is to be made
 * @param outputs how many of it, at least 1
 * @param parameters the request in Easel's terms
 */
public record Generation(
    UUID attempt,
    int number,
    String upstreamModel,
    MediaKind kind,
    int outputs,
    Parameters parameters) {
  public Generation {
    if (number < 1 || outputs < 1) {
      throw new IllegalArgumentException("attempt number and outputs count from 1");
    }
  }
}
