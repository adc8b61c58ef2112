package dev.easel.account;

import java.time.Instant;

/** Who pays: has credits, keys and tasks. */
public record Account(AccountId id, String name, Role role, Instant createdAt) {
  /** What an account may do. */
  public enum Role {
    /** Uses the gateway. */
    CUSTOMER,
    /** Also runs it. */
    OPERATOR
  }
}
