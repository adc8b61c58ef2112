package dev.easel.api;

import dev.easel.provider.Failure;
import dev.easel.wording.Language;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error in the shape of OpenAI's API, which is not that API's alone: {@code
 * {"error":{"message","type","param","code"}}} and an HTTP status.
 *
 * @param param the field that is wrong, where it is one field
 */
public record OpenAiError(
    int status, String message, String type, Optional<String> param, String code) {
  private static final String INVALID_REQUEST = "invalid_request_error";
  private static final String NO_QUOTA = "insufficient_quota";

  /** The table from {@link ApiError} to this shape. */
  public static OpenAiError of(ApiError error, Language language) {
    String says = error.message(language);
    return switch (error) {
      case ApiError.Unauthenticated _ -> of(401, says, "authentication_error", "invalid_api_key");
      case ApiError.InsufficientCredits _ -> of(402, says, NO_QUOTA, "insufficient_credits");
      case ApiError.KeyLimitExceeded _ -> of(403, says, NO_QUOTA, "key_limit_exceeded");
      case ApiError.StorageFull _ -> of(403, says, NO_QUOTA, "storage_full");
      case ApiError.InvalidRequest invalid ->
          invalid(400, says, invalid.field(), code(invalid.cause()));
      case ApiError.UnknownModel unknown -> invalid(400, says, unknown.field(), "model_not_found");
      case ApiError.TaskNotFound _ -> of(404, says, INVALID_REQUEST, "task_not_found");
      case ApiError.NotFound _ -> of(404, says, INVALID_REQUEST, "not_found");
      case ApiError.TooLarge _ -> of(413, says, INVALID_REQUEST, "request_too_large");
      case ApiError.IdempotencyConflict _ ->
          of(422, says, "idempotency_error", "idempotency_key_reused");
      case ApiError.RateLimited _ -> of(429, says, "rate_limit_error", "rate_limit_exceeded");
      case ApiError.Maintenance _ ->
          of(503, says, "service_unavailable_error", "model_maintenance");
      case ApiError.Disabled _ -> of(400, says, INVALID_REQUEST, "model_disabled");
      case ApiError.TooLateToCancel _ -> of(409, says, INVALID_REQUEST, "not_cancelable");
      case ApiError.Unavailable _ ->
          of(503, says, "service_unavailable_error", "service_unavailable");
      case ApiError.Internal _ -> of(500, says, "server_error", "internal_error");
    };
  }

  private static String code(ApiError.InvalidRequest.Cause cause) {
    return switch (cause) {
      case MISSING -> "missing_required_parameter";
      case WRONG_TYPE -> "invalid_type";
      case WRONG_VALUE -> "invalid_value";
      case TOO_LONG -> "string_above_max_length";
      case TOO_MANY -> "array_above_max_length";
      case UNREADABLE -> "invalid_request_body";
    };
  }

  /** Why a task failed that was accepted. Whose fault it was upstream is not told. */
  public static OpenAiError of(Failure failure, Language language) {
    String says = language.retell(failure.message());
    return switch (failure.kind()) {
      case INVALID_INPUT -> of(400, says, INVALID_REQUEST, "invalid_input");
      // The type and code that OpenAI's own image API has for it.
      case CONTENT_POLICY -> of(400, says, "image_generation_user_error", "moderation_blocked");
      case RATE_LIMITED, OVERLOADED, NO_CREDIT, BAD_CREDENTIAL, INTERNAL ->
          of(500, says, "server_error", "generation_failed");
      case TIMED_OUT -> of(504, says, "server_error", "generation_timed_out");
      case CANCELED -> canceled(language);
    };
  }

  /** What is told of a task that its customer took back. */
  public static OpenAiError canceled(Language language) {
    return of(409, Reason.canceled(language), INVALID_REQUEST, "canceled");
  }

  private static OpenAiError of(int status, String message, String type, String code) {
    return new OpenAiError(status, message, type, Optional.empty(), code);
  }

  private static OpenAiError invalid(int status, String message, String field, String code) {
    return new OpenAiError(
        status,
        message,
        INVALID_REQUEST,
        field.isEmpty() ? Optional.empty() : Optional.of(field),
        code);
  }

  /** The object that stands in {@code error}. */
  public ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("message", message)
        .put("type", type)
        .put("param", param.orElse(null))
        .put("code", code);
  }

  /** What a refused caller is answered. */
  public static Answer refuse(ApiError error, Language language) {
    OpenAiError shape = of(error, language);
    return shape.answer().inDueTime(error);
  }

  /** The error as an answer. */
  public Answer answer() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("error", json());
    return Answer.of(status, body);
  }
}
