package dev.easel.provider;

import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import java.time.Instant;
import java.util.UUID;

/**
 * What one attempt asks of a provider.
 *
 * @param attempt identifies this submission and no other; a provider that lets its clients choose
 *     an id gets this one
 * @param begunAt when the attempt was written down, just before it was first handed over
 * @param piece which piece of its task this is, from 0: of what one submission cannot make at once
 * @param number 1 for a piece's first attempt, 2 for the next, …
 * @param upstreamModel the provider's own name of the model
 * @param kind what is to be made
 * @param outputs how many of it, at least 1
 * @param parameters the request in Easel's terms
 */
public record Generation(
    UUID attempt,
    Instant begunAt,
    int piece,
    int number,
    String upstreamModel,
    MediaKind kind,
    int outputs,
    Parameters parameters) {
  public Generation {
    if (piece < 0 || number < 1 || outputs < 1) {
      throw new IllegalArgumentException("pieces count from 0, attempts and outputs from 1");
    }
  }
}
