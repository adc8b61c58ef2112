package dev.easel.api.dialect.kie;

import dev.easel.api.Answer;
import dev.easel.api.ApiError;
import dev.easel.api.Envelope;
import dev.easel.api.Refusals;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The dialect's table of errors: a code in the body, and an HTTP status that hardly matters. */
final class KieRefusals implements Refusals {
  private static final Phrase NO_ACCESS = Phrase.of("You do not have access permissions");
  private static final Phrase NO_TASK = Phrase.of("Task not found");

  private final boolean httpStatuses;

  /** The table, with HTTP statuses that match the codes or without. */
  KieRefusals(boolean httpStatuses) {
    this.httpStatuses = httpStatuses;
  }

  @Override
  public Answer refuse(ApiError error, Language language) {
    return answer(code(error), error, language);
  }

  /** The same where what is wrong is the query: the documentation has 400 for it. */
  Answer ofQuery(ApiError error, Language language) {
    return answer(error instanceof ApiError.InvalidRequest ? 400 : code(error), error, language);
  }

  /** The same for uploads, which have codes of their own and say {@code success} besides. */
  Answer ofUpload(ApiError error, Language language) {
    boolean isBad = code(error) == 422 || error instanceof ApiError.StorageFull;
    int code = isBad ? 400 : code(error);
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("success", false);
    body.put("code", code).put("msg", uploadMessage(error).in(language));
    return Answer.of(status(error, code), body).inDueTime(error);
  }

  private Answer answer(int code, ApiError error, Language language) {
    ObjectNode body = Envelope.of(code, message(error).in(language));
    return Answer.of(status(error, code), body).inDueTime(error);
  }

  private static int code(ApiError error) {
    return switch (error) {
      case ApiError.Unauthenticated _ -> 401;
      case ApiError.InsufficientCredits _ -> 402;
      case ApiError.KeyLimitExceeded _, ApiError.StorageFull _ -> 433;
      case ApiError.TaskNotFound _, ApiError.NotFound _ -> 404;
      case ApiError.InvalidRequest _,
          ApiError.UnknownModel _,
          ApiError.TooLarge _,
          ApiError.IdempotencyConflict _,
          ApiError.TooLateToCancel _ ->
          422;
      case ApiError.RateLimited _ -> 429;
      case ApiError.Maintenance _ -> 455;
      case ApiError.Disabled _ -> 505;
      case ApiError.Unavailable _, ApiError.Internal _ -> 500;
    };
  }

  /** What is no matter of this API has its own status whatever was set. */
  private int status(ApiError error, int code) {
    return switch (error) {
      case ApiError.TooLarge _ -> 413;
      case ApiError.RateLimited _ -> 429;
      case ApiError.Unavailable _ -> 503;
      default -> httpStatuses ? matching(code) : 200;
    };
  }

  /** HTTP has no 433 and no 455, and means something else by 505. */
  private static int matching(int code) {
    return switch (code) {
      case 433 -> 403;
      case 455 -> 503;
      case 505 -> 400;
      default -> code;
    };
  }

  /** The documentation's own words, where it has any. */
  private static Phrase message(ApiError error) {
    return switch (error) {
      case ApiError.Unauthenticated _ -> NO_ACCESS;
      case ApiError.TaskNotFound _ -> NO_TASK;
      default -> error.phrase();
    };
  }

  private static Phrase uploadMessage(ApiError error) {
    return error instanceof ApiError.Unauthenticated
        ? Phrase.of("Authentication failed: Invalid API Key")
        : error.phrase();
  }
}
