package dev.easel.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What goes back to the caller: JSON with an HTTP status.
 *
 * @param headers beyond those that every answer has
 */
public record Answer(int status, String json, Map<String, String> headers) {
  public Answer {
    headers = Map.copyOf(headers);
  }

  /** An answer with that status. */
  public static Answer of(int status, JsonNode json) {
    return new Answer(status, json.toString(), Map.of());
  }

  /** An answer with status 200. */
  public static Answer ok(JsonNode json) {
    return of(200, json);
  }

  /** An answer with status 200, written already. */
  public static Answer ok(String json) {
    return new Answer(200, json, Map.of());
  }

  /** The same with one more header. */
  public Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, json, more);
  }

  /** The same, which also says when to ask again, where {@code error} is one of those that pass. */
  public Answer inDueTime(ApiError error) {
    return switch (error) {
      case ApiError.RateLimited limited -> with("Retry-After", String.valueOf(limited.seconds()));
      case ApiError.Unavailable _ -> with("Retry-After", "2");
      default -> this;
    };
  }

  byte[] bytes() {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
