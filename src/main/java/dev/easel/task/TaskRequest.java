package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;

/**
 * What a dialect made of a request: from here on nobody asks which dialect it was.
 *
 * @param id made before anything is written, so that a lost answer can be looked up
 * @param model the model's id in Easel's own terms
 * @param credits the quote: what is held when the task is accepted
 */
public record TaskRequest(
    TaskId id,
    AccountId account,
    KeyId key,
    Origin origin,
    String model,
    MediaKind kind,
    Parameters parameters,
    long credits) {
  public TaskRequest {
    if (credits < 1) {
      throw new IllegalArgumentException("a quote is at least 1 credit, not " + credits);
    }
  }

  /** How many outputs are asked for. */
  public int outputs() {
    return parameters.n();
  }
}
