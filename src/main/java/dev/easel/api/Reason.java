package dev.easel.api;

import dev.easel.provider.Failure;
import dev.easel.task.TaskState;
import dev.easel.wording.Language;
import java.util.Optional;

/**
 * Why a task came to nothing.
 *
 * @param code one word of capitals, for programs
 * @param message for people, in their language as far as the words are ours
 */
public record Reason(String code, String message) {
  /** The reason of a task that failed or was canceled; empty for all others. */
  public static Optional<Reason> of(TaskState state, Language language) {
    return switch (state) {
      case TaskState.Failed(_, Failure failure) ->
          Optional.of(new Reason(code(failure.kind()), language.retell(failure.message())));
      case TaskState.Canceled _ -> Optional.of(new Reason("CANCELED", canceled(language)));
      case TaskState.Queued _, TaskState.Running _, TaskState.Succeeded _ -> Optional.empty();
    };
  }

  /** What is said of a task that its customer took back. */
  static String canceled(Language language) {
    return language.retell("Canceled.");
  }

  private static String code(Failure.Kind kind) {
    return switch (kind) {
      case INVALID_INPUT, CONTENT_POLICY, TIMED_OUT, CANCELED -> kind.name();
      // Whose fault it was upstream is not the customer's business.
      case RATE_LIMITED, OVERLOADED, NO_CREDIT, BAD_CREDENTIAL, INTERNAL -> "GENERATION_FAILED";
    };
  }
}
