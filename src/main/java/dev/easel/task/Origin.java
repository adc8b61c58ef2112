package dev.easel.task;

import java.util.Optional;

/**
 * Where a task came from. Only renderers and webhooks read it.
 *
 * @param dialect the dialect that it was asked in
 * @param listing the model's id in that dialect, as it is echoed
 * @param body the request as sent, with inline files replaced by their addresses
 * @param callback where its customer wants to be told of its end
 */
public record Origin(String dialect, String listing, String body, Optional<String> callback) {
  /** Of a request that asked for no callback. */
  public Origin(String dialect, String listing, String body) {
    this(dialect, listing, body, Optional.empty());
  }
}
