package dev.easel.api;

import java.util.List;

/**
 * Every reason for which a request is refused. Each dialect has one table from these to its own
 * shape; nothing was charged for any of them.
 */
public sealed interface ApiError {
  /** In English, for the developer who sent the request: which field, why, what is allowed. */
  String message();

  /**
   * No key, a malformed, an unknown, a revoked or an expired one, or one used from an address that
   * it does not allow.
   */
  record Unauthenticated(String message) implements ApiError {}

  /** The account has less than the task costs. */
  record InsufficientCredits(long available, long price) implements ApiError {
    @Override
    public String message() {
      return "Insufficient credits: this request costs %d, the balance is %d."
          .formatted(price, available);
    }
  }

  /** The key has a limit of its own, and the task costs more than is left of it. */
  record KeyLimitExceeded(String period, long left, long price) implements ApiError {
    @Override
    public String message() {
      return "This key's %s limit is exceeded: this request costs %d, %d is left."
          .formatted(period, price, left);
    }
  }

  /** A field is wrong; {@code field} is empty where it is the request as a whole. */
  record InvalidRequest(String field, String why) implements ApiError {
    @Override
    public String message() {
      return field.isEmpty() ? why : field + ": " + why;
    }
  }

  /** The dialect does not sell that model. */
  record UnknownModel(String field, String asked, List<String> sold) implements ApiError {
    private static final int MOST_SHOWN = 60;

    @Override
    public String message() {
      String allowed = "allowed: " + String.join(", ", sold);
      return asked.isEmpty()
          ? "%s: required; %s".formatted(field, allowed)
          : "%s: unknown model \"%s\"; %s".formatted(field, shown(asked), allowed);
    }

    private static String shown(String asked) {
      return asked.length() <= MOST_SHOWN ? asked : asked.substring(0, MOST_SHOWN) + "…";
    }
  }

  /**
   * There is no such task, or it is another account's, or the id is malformed: nobody can tell
   * which.
   */
  record TaskNotFound() implements ApiError {
    @Override
    public String message() {
      return "Task not found.";
    }
  }

  /** The body is larger than {@code limit} bytes. */
  record TooLarge(int limit) implements ApiError {
    @Override
    public String message() {
      return "The request body is larger than %d bytes.".formatted(limit);
    }
  }

  /** Another request was accepted under the same Idempotency-Key. */
  record IdempotencyConflict() implements ApiError {
    @Override
    public String message() {
      return "Idempotency-Key: already used for a different request; use a new key for a new request.";
    }
  }

  /** The model is being maintained. */
  record Maintenance(String model) implements ApiError {
    @Override
    public String message() {
      return "%s is under maintenance; please try again later.".formatted(model);
    }
  }

  /** The model is switched off. */
  record Disabled(String model) implements ApiError {
    @Override
    public String message() {
      return "%s is disabled.".formatted(model);
    }
  }

  /** The task has begun, or ended. */
  record TooLateToCancel(String state) implements ApiError {
    @Override
    public String message() {
      return "The task is %s and can no longer be canceled.".formatted(state);
    }
  }

  /** The database is away, or this node is going down. */
  record Unavailable() implements ApiError {
    @Override
    public String message() {
      return "The service is unavailable for a moment; please try again.";
    }
  }

  /** Something broke; the log knows what, under the request's id. */
  record Internal(String requestId) implements ApiError {
    @Override
    public String message() {
      return "Internal error; the request id is %s.".formatted(requestId);
    }
  }
}
