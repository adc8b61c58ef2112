package dev.easel.api;

import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import java.time.Duration;
import java.util.List;

/**
 * Every reason for which a request is refused. Each dialect has one table from these to its own
 * shape; nothing was charged for any of them.
 */
public sealed interface ApiError {
  /** For the developer who sent the request: which field, why, what is allowed. */
  Phrase phrase();

  /** The same in English. */
  default String message() {
    return message(Language.ENGLISH);
  }

  /** The same in {@code language}. */
  default String message(Language language) {
    return phrase().in(language);
  }

  /**
   * No key, a malformed, an unknown, a revoked or an expired one, or one used from an address that
   * it does not allow.
   */
  record Unauthenticated(Phrase phrase) implements ApiError {}

  /** The account has less than the task costs. */
  record InsufficientCredits(long available, long price) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of(
          "Insufficient credits: this request costs %d, the balance is %d.", price, available);
    }
  }

  /** The key has a limit of its own, and the task costs more than is left of it. */
  record KeyLimitExceeded(Period period, long left, long price) implements ApiError {
    /** What a key's limit counts. */
    public enum Period {
      DAY,
      TOTAL
    }

    @Override
    public Phrase phrase() {
      return switch (period) {
        case DAY ->
            Phrase.of(
                "This key's daily limit is exceeded: this request costs %d, %d is left.",
                price, left);
        case TOTAL ->
            Phrase.of(
                "This key's total limit is exceeded: this request costs %d, %d is left.",
                price, left);
      };
    }
  }

  /** The account has as much stored as it may: nothing more is taken on for it. */
  record StorageFull(long used, long quota) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of(
          "Storage is full (%d of %d MiB): delete tasks, or wait until files expire.",
          used >> 20, quota >> 20);
    }
  }

  /**
   * A field is wrong; {@code field} is empty where it is the request as a whole.
   *
   * @param field in the dialect's own words, with where it stands: {@code input.image_urls[2]}
   */
  record InvalidRequest(String field, Cause cause, Phrase why) implements ApiError {
    /** What kind of wrong it is, for dialects that have a code for each. */
    public enum Cause {
      /** It is not there, and has to be. */
      MISSING,
      /** Text where a number should be, and the like. */
      WRONG_TYPE,
      /** Not one of the values that are allowed, or malformed. */
      WRONG_VALUE,
      /** Text of too many characters. */
      TOO_LONG,
      /** A list of too many items. */
      TOO_MANY,
      /** The body as a whole cannot be read. */
      UNREADABLE
    }

    /** A value that is not allowed; {@code why} has no arguments. */
    public InvalidRequest(String field, String why) {
      this(field, field.isEmpty() ? Cause.UNREADABLE : Cause.WRONG_VALUE, Phrase.of(why));
    }

    /** A value that is not allowed. */
    public InvalidRequest(String field, Phrase why) {
      this(field, Cause.WRONG_VALUE, why);
    }

    @Override
    public Phrase phrase() {
      return field.isEmpty() ? why : Phrase.of("%s: %s", field, why);
    }
  }

  /** The dialect does not sell that model. */
  record UnknownModel(String field, String asked, List<String> sold) implements ApiError {
    private static final int MOST_SHOWN = 60;

    @Override
    public Phrase phrase() {
      String allowed = String.join(", ", sold);
      return asked.isEmpty()
          ? Phrase.of("%s: required; allowed: %s", field, allowed)
          : Phrase.of("%s: unknown model \"%s\"; allowed: %s", field, shown(asked), allowed);
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
    public Phrase phrase() {
      return Phrase.of("Task not found.");
    }
  }

  /** The same for what is no task. */
  record NotFound(Phrase phrase) implements ApiError {}

  /** The body, or a file in it, is larger than {@code limit} bytes. */
  record TooLarge(long limit) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("The request body is larger than %d bytes.", limit);
    }
  }

  /** Another request was accepted under the same Idempotency-Key. */
  record IdempotencyConflict() implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of(
          "Idempotency-Key: already used for a different request; use a new key for a new request.");
    }
  }

  /** The key asks too often. */
  record RateLimited(Duration retryAfter) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("Too many requests; please try again in %d seconds.", seconds());
    }

    /** The value of a {@code Retry-After} header: at least 1. */
    public long seconds() {
      return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
  }

  /** The model is being maintained. */
  record Maintenance(String model) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("%s is under maintenance; please try again later.", model);
    }
  }

  /** The model is switched off. */
  record Disabled(String model) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("%s is disabled.", model);
    }
  }

  /** The task has begun, or ended. */
  record TooLateToCancel(Phrase state) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("The task is %s and can no longer be canceled.", state);
    }
  }

  /** The database is away, or this node is going down. */
  record Unavailable() implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("The service is unavailable for a moment; please try again.");
    }
  }

  /** Something broke; the log knows what, under the request's id. */
  record Internal(String requestId) implements ApiError {
    @Override
    public Phrase phrase() {
      return Phrase.of("Internal error; the request id is %s.", requestId);
    }
  }
}
