package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.provider.Failure;
import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table from an error to OpenAI's shape. */
class OpenAiErrorTest {
  private static final Phrase WHY = Phrase.of("why");

  private static Arguments row(
      ApiError error, int status, String type, @Nullable String param, String code) {
    return Arguments.of(error, status, type, param, code);
  }

  private static Arguments invalid(ApiError.InvalidRequest.Cause cause, String code) {
    return row(
        new ApiError.InvalidRequest("n", cause, WHY), 400, "invalid_request_error", "n", code);
  }

  static Stream<Arguments> table() {
    String request = "invalid_request_error";
    return Stream.of(
        row(
            new ApiError.Unauthenticated(WHY),
            401,
            "authentication_error",
            null,
            "invalid_api_key"),
        row(
            new ApiError.InsufficientCredits(1, 2),
            402,
            "insufficient_quota",
            null,
            "insufficient_credits"),
        row(
            new ApiError.KeyLimitExceeded(ApiError.KeyLimitExceeded.Period.DAY, 1, 2),
            403,
            "insufficient_quota",
            null,
            "key_limit_exceeded"),
        row(new ApiError.StorageFull(2, 1), 403, "insufficient_quota", null, "storage_full"),
        invalid(ApiError.InvalidRequest.Cause.MISSING, "missing_required_parameter"),
        invalid(ApiError.InvalidRequest.Cause.WRONG_TYPE, "invalid_type"),
        invalid(ApiError.InvalidRequest.Cause.WRONG_VALUE, "invalid_value"),
        invalid(ApiError.InvalidRequest.Cause.TOO_LONG, "string_above_max_length"),
        invalid(ApiError.InvalidRequest.Cause.TOO_MANY, "array_above_max_length"),
        row(new ApiError.InvalidRequest("", "why"), 400, request, null, "invalid_request_body"),
        row(
            new ApiError.UnknownModel("model", "x", List.of("y")),
            400,
            request,
            "model",
            "model_not_found"),
        row(new ApiError.TaskNotFound(), 404, request, null, "task_not_found"),
        row(
            new ApiError.NotFound(Phrase.of("Delivery not found.")),
            404,
            request,
            null,
            "not_found"),
        row(new ApiError.TooLarge(1), 413, request, null, "request_too_large"),
        row(
            new ApiError.IdempotencyConflict(),
            422,
            "idempotency_error",
            null,
            "idempotency_key_reused"),
        row(
            new ApiError.RateLimited(Duration.ofSeconds(3)),
            429,
            "rate_limit_error",
            null,
            "rate_limit_exceeded"),
        row(
            new ApiError.Maintenance("m"),
            503,
            "service_unavailable_error",
            null,
            "model_maintenance"),
        row(new ApiError.Disabled("m"), 400, request, null, "model_disabled"),
        row(new ApiError.TooLateToCancel(WHY), 409, request, null, "not_cancelable"),
        row(
            new ApiError.Unavailable(),
            503,
            "service_unavailable_error",
            null,
            "service_unavailable"),
        row(new ApiError.Internal("req_1"), 500, "server_error", null, "internal_error"));
  }

  @ParameterizedTest
  @MethodSource("table")
  void everyErrorHasAStatusATypeAndACode(
      ApiError error, int status, String type, @Nullable String param, String code) {
    OpenAiError shape = OpenAiError.of(error, Language.ENGLISH);
    assertThat(shape.status()).isEqualTo(status);
    assertThat(shape.type()).isEqualTo(type);
    assertThat(shape.param().orElse(null)).isEqualTo(param);
    assertThat(shape.code()).isEqualTo(code);
    assertThat(shape.message()).isEqualTo(error.message());
  }

  @Test
  void noErrorIsMissingInTheTable() {
    List<Class<?>> told =
        table().<Class<?>>map(row -> Objects.requireNonNull(row.get()[0]).getClass()).toList();
    assertThat(Arrays.asList(ApiError.class.getPermittedSubclasses())).allMatch(told::contains);
  }

  @Test
  void theBodyHasFourFieldsAndWhatPassesSaysWhenToAskAgain() {
    Answer answer =
        OpenAiError.refuse(new ApiError.RateLimited(Duration.ofMillis(2_500)), Language.CHINESE);
    assertThat(answer.json())
        .isEqualTo(
            "{\"error\":{\"message\":\"请求过于频繁,请在 3 秒后重试。\",\"type\":\"rate_limit_error\","
                + "\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
    assertThat(answer.headers()).containsEntry("Retry-After", "3");
  }

  @Test
  void whoseFaultItWasUpstreamIsNotTold() {
    for (Failure.Kind kind :
        List.of(
            Failure.Kind.NO_CREDIT,
            Failure.Kind.BAD_CREDENTIAL,
            Failure.Kind.OVERLOADED,
            Failure.Kind.RATE_LIMITED,
            Failure.Kind.INTERNAL)) {
      OpenAiError error = OpenAiError.of(new Failure(kind, "It failed."), Language.ENGLISH);
      assertThat(error.code()).isEqualTo("generation_failed");
      assertThat(error.type()).isEqualTo("server_error");
    }
    assertThat(
            OpenAiError.of(new Failure(Failure.Kind.CONTENT_POLICY, "No."), Language.ENGLISH)
                .code())
        .isEqualTo("moderation_blocked");
  }
}
