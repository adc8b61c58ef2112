package dev.easel.api;

import dev.easel.task.TaskRequest;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whom a customer made a task for: the {@code user} that several APIs take, for the customer's own
 * tracking. It is kept with the request and given back; nobody else is told.
 */
public final class EndUser {
  private EndUser() {}

  /** The one that the request named. */
  public static Optional<String> of(TaskRequest request) {
    String body = request.origin().body();
    // Most requests name none, and those are not worth reading again.
    if (!body.contains("\"user\"")) {
      return Optional.empty();
    }
    try {
      return JsonMapper.shared().readTree(body).path("user").stringValueOpt();
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }
}
