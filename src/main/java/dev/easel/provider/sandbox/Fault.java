package dev.easel.provider.sandbox;

import java.util.Locale;

/** What can go wrong with one attempt at an upstream. */
public enum Fault {
  /** Nothing. */
  NONE,
  /** The connection is refused: nothing was bought. */
  REFUSE,
  /** Too many requests, with a time to wait: nothing was bought. */
  RATE_LIMIT,
  /** Our credit there is used up: nothing was bought. */
  NO_CREDIT,
  /** Our key is not accepted there: nothing was bought. */
  BAD_KEY,
  /** It is bought and being made, but the submission is answered with a server error. */
  ERROR_AFTER_ACCEPTANCE,
  /** It is bought and being made, but the submission's answer never comes. */
  LOST_ANSWER,
  /** It is accepted, and fails when it would be ready. */
  FAIL,
  /** It takes ten times as long. */
  SLOW,
  /** No call about it is ever answered. */
  DEAD;

  /** As settings write it: {@code error-after-acceptance}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
