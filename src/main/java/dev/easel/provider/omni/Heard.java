package dev.easel.provider.omni;

import dev.easel.net.Reply;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an Omni server said to a call: {@code {code, msg, data}}, where {@code code} 200 is success
 * and 0 a business failure.
 */
sealed interface Heard {
  /** It was done. */
  record Done(JsonNode data) implements Heard {}

  /**
   * It was not done, and the server says so: a business failure, a redirect, or a status of 4xx.
   *
   * @param code the HTTP status, or the envelope's code where that says more
   * @param message the server's own words, as far as it used any
   */
  record Refused(int code, String message, Optional<Duration> retryAfter) implements Heard {}

  /** It was not done: the call never got there. */
  record Unsent(String reason) implements Heard {}

  /**
   * It may have been done: no answer, one that cannot be understood, or a server error. A 503 is no
   * exception: an Easel also answers it when it does not know whether its database has committed.
   */
  record Unclear(String reason) implements Heard {}

  /** Makes sense of a reply. */
  static Heard of(Reply reply) {
    return switch (reply) {
      case Reply.NotSent(String reason) -> new Unsent(reason);
      case Reply.NoAnswer(String reason) -> new Unclear(reason);
      case Reply.Answered answered -> of(answered);
    };
  }

  private static Heard of(Reply.Answered answer) {
    int status = answer.status();
    JsonNode envelope = Reading.json(answer.body());
    String message = envelope.path("msg").asStringOpt().orElse("");
    if (status >= 500) {
      return new Unclear("answered " + status);
    }
    if (status >= 300) {
      return new Refused(status, message, answer.retryAfter());
    }
    JsonNode code = envelope.path("code");
    if (!code.isIntegralNumber() || !code.canConvertToInt() || status < 200) {
      return new Unclear("answered " + status + " with something that is not of the Omni API");
    }
    if (code.intValue() == 200) {
      return new Done(envelope.path("data"));
    }
    return code.intValue() >= 500
        ? new Unclear("answered with code " + code.intValue())
        : new Refused(code.intValue(), message, answer.retryAfter());
  }

  /** How bodies are read. */
  final class Reading {
    private Reading() {}

    private static JsonNode json(byte[] body) {
      try {
        return JsonMapper.shared().readTree(body);
      } catch (JacksonException malformed) {
        return JsonMapper.shared().missingNode();
      }
    }
  }
}
