package dev.easel.provider.omni;

import dev.easel.provider.Failure;
import java.util.regex.Pattern;

/**
 * What an Omni server's words mean. Its API tells the reasons for a refusal and for a failure apart
 * by nothing else; an Easel's wording is recognised, and the little that is known of others'.
 */
final class Words {
  private static final Pattern NO_CREDIT =
      pattern("insufficient (credit|balance)|limit is exceeded|积分不足|余额不足");
  private static final Pattern NOT_SERVED =
      pattern("under maintenance|is disabled|unknown model|may not use");
  private static final Pattern POLICY = pattern("content policy|moderation|sensitive");
  private static final Pattern KEY_REUSED = pattern("idempotency-key");
  private static final Pattern NOT_FOUND = pattern("not found|不存在");
  private static final Pattern TOO_LATE = pattern("no longer be canceled");
  private static final int LONGEST = 500;

  private Words() {}

  private static Pattern pattern(String words) {
    return Pattern.compile(words, Pattern.CASE_INSENSITIVE);
  }

  /** The failure behind a refusal. */
  static Failure failure(Heard.Refused refused) {
    return switch (refused.code()) {
      case 401, 403 ->
          new Failure(Failure.Kind.BAD_CREDENTIAL, "The provider does not accept our key.");
      case 402 -> noCredit();
      case 429 -> new Failure(Failure.Kind.RATE_LIMITED, "The provider has too many requests.");
      case 0, 400, 413, 414, 415, 422, 431 -> told(refused.message());
      // A wrong base-url, a proxy, a redirect: nothing that the request could have done better.
      default ->
          new Failure(
              Failure.Kind.INTERNAL, "The provider answered with %d.".formatted(refused.code()));
    };
  }

  private static Failure told(String message) {
    if (NO_CREDIT.matcher(message).find()) {
      return noCredit();
    }
    if (NOT_SERVED.matcher(message).find()) {
      return new Failure(
          Failure.Kind.OVERLOADED, "The provider does not serve this model at the moment.");
    }
    return POLICY.matcher(message).find()
        ? new Failure(Failure.Kind.CONTENT_POLICY, shown(message))
        : new Failure(Failure.Kind.INVALID_INPUT, shown(message));
  }

  private static Failure noCredit() {
    return new Failure(Failure.Kind.NO_CREDIT, "The provider has no credit left for us.");
  }

  /** The failure of a generation that was accepted. */
  static Failure failed(String reason) {
    return new Failure(
        POLICY.matcher(reason).find() ? Failure.Kind.CONTENT_POLICY : Failure.Kind.INTERNAL,
        shown(reason));
  }

  /** Whether the server has seen the attempt's key before: then it may have accepted it. */
  static boolean keyIsKnown(Heard.Refused refused) {
    return refused.code() == 409 || KEY_REUSED.matcher(refused.message()).find();
  }

  static boolean notFound(Heard.Refused refused) {
    return refused.code() == 404
        || (refused.code() == 0 && NOT_FOUND.matcher(refused.message()).find());
  }

  static boolean tooLate(Heard.Refused refused) {
    return refused.code() == 409 || TOO_LATE.matcher(refused.message()).find();
  }

  private static String shown(String message) {
    if (message.isBlank()) {
      return "The provider gave no reason.";
    }
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…";
  }
}
