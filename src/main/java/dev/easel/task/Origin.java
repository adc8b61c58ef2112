package dev.easel.task;

import java.util.Optional;

/**
 * Where a task came from. Only renderers and webhooks read it.
 *
 * @param dialect the dialect that it was asked in
 * @param listing the model's id in that dialect, as it is echoed
 * @param body the request as sent, with inline files replaced by their addresses; empty in a task
 *     that is read, where it is too large to be held with every task: {@link Snapshots#sent} reads
 *     it for those few who need it
 * @param callback where its customer wants to be told of its end
 */
public record Origin(
    String dialect, String listing, Optional<String> body, Optional<String> callback) {
  /**
   * The largest body that is held, in bytes as the table has it: most have a few hundred, a long
   * prompt has thousands, and what a caller adds that nobody reads may have a million.
   */
  static final int LARGEST_HELD = 16 << 10;

  /** Of a request that has just come. */
  public Origin(String dialect, String listing, String body, Optional<String> callback) {
    this(dialect, listing, Optional.of(body), callback);
  }

  /** Of one that asked for no callback. */
  public Origin(String dialect, String listing, String body) {
    this(dialect, listing, body, Optional.empty());
  }

  /** The same without a body that is too large to be held; a character is at least a byte. */
  Origin held() {
    return body.filter(text -> text.length() > LARGEST_HELD).isEmpty()
        ? this
        : new Origin(dialect, listing, Optional.empty(), callback);
  }
}
