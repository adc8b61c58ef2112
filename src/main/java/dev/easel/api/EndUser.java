package dev.easel.api;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whom a customer made a task for: the {@code user} that several APIs take, for the customer's own
 * tracking. It is kept with the request and given back; nobody else is told.
 */
public final class EndUser {
  private static final int LONGEST = 4_096;

  private EndUser() {}

  /** The one that a request named which was sent as {@code body}. */
  public static Optional<String> of(String body) {
    // Most requests name none, and those are not worth reading again.
    if (!body.contains("\"user\"")) {
      return Optional.empty();
    }
    try {
      return JsonMapper.shared()
          .readTree(body)
          .path("user")
          .stringValueOpt()
          .filter(EndUser::isName);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  /** What is far longer than any API takes is none, and would make lists as large as it likes. */
  private static boolean isName(String user) {
    return user.length() <= LONGEST;
  }
}
