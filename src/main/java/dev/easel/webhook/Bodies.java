package dev.easel.webhook;

import java.util.Optional;

/** Makes the bodies of deliveries. */
@FunctionalInterface
public interface Bodies {
  /**
   * The body, in JSON: the same bytes at every try. Empty when there is nothing to tell any more,
   * because the task was deleted.
   */
  Optional<byte[]> of(Delivery delivery);
}
