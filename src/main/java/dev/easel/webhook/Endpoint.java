package dev.easel.webhook;

import dev.easel.account.AccountId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An address that an account registered for all of its tasks.
 *
 * @param url where it is
 * @param events which it wants; none are all
 * @param failingSince since when every try has failed
 * @param disabled when and why nothing is sent there any more
 * @param previousUntil how long the secret before the last rotation signs too
 */
public record Endpoint(
    UUID id,
    AccountId account,
    Instant createdAt,
    String url,
    List<EventType> events,
    Optional<Instant> failingSince,
    Optional<Disabled> disabled,
    Optional<Instant> previousUntil) {
  public Endpoint {
    events = List.copyOf(events);
  }

  /** When and why nothing is sent there any more. */
  public record Disabled(Instant at, String reason) {}
}
