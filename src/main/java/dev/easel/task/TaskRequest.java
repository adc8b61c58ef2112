package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.catalog.MediaKind;
import dev.easel.catalog.Parameters;
import dev.easel.catalog.Quote;

/**
 * What a dialect made of a request: from here on nobody asks which dialect it was.
 *
 * @param id made before anything is written, so that a lost answer can be looked up
 * @param model the model's id in Easel's own terms
 * @param pieceSize how many outputs one submission makes at most; more are asked for in pieces
 * @param quote its price; the most that it can come to is held when the task is accepted
 */
public record TaskRequest(
    TaskId id,
    AccountId account,
    KeyId key,
    Origin origin,
    String model,
    MediaKind kind,
    Parameters parameters,
    int pieceSize,
    Quote quote) {
  public TaskRequest {
    if (pieceSize < 1) {
      throw new IllegalArgumentException("a piece is at least 1 output, not " + pieceSize);
    }
  }

  /** Of a request whose price is settled. */
  public TaskRequest(
      TaskId id,
      AccountId account,
      KeyId key,
      Origin origin,
      String model,
      MediaKind kind,
      Parameters parameters,
      int pieceSize,
      long credits) {
    this(id, account, key, origin, model, kind, parameters, pieceSize, new Quote(credits));
  }

  /** The same as every read of it has it. */
  TaskRequest held() {
    return new TaskRequest(
        id, account, key, origin.held(), model, kind, parameters, pieceSize, quote);
  }

  /** What is held when the task is accepted. */
  public long credits() {
    return quote.credits();
  }

  /** How many outputs are asked for. */
  public int outputs() {
    return parameters.n();
  }

  /** How many submissions it takes when all go well. */
  public int pieces() {
    return Math.ceilDiv(outputs(), pieceSize);
  }

  /** How many outputs are asked for by one piece. */
  int outputs(int piece) {
    return Math.min(pieceSize, outputs() - piece * pieceSize);
  }
}
