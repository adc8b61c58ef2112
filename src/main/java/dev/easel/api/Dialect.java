package dev.easel.api;

import io.helidon.webserver.http.HttpService;

/**
 * One served API: what differs between it and the others. It says which paths it has, how bytes
 * become an {@link Ask}, how a task looks, and which shape a refusal has. Everything else, {@link
 * Intake} and {@link Desk} do for all of them.
 */
public interface Dialect extends HttpService, Refusals {
  /** Its name, in the catalogue and as its own base path: a lower-case word. */
  String name();

  /** What a request for a task asks for, in a body of JSON. */
  Verdict<Ask> understand(JsonBody body);

  /**
   * The same as far as it has to be known for a price: without the pictures that stand in it, with
   * the model that is meant.
   */
  default Verdict<Ask> priced(Caller caller, JsonBody body) {
    return understand(body);
  }
}
