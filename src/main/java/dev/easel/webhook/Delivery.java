package dev.easel.webhook;

import dev.easel.account.AccountId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * News that is owed to somebody.
 *
 * @param id the {@code webhook-id} of every try
 * @param task that ended; of an event that is about no task, the delivery itself
 * @param endpoint empty for the callback that a request asked for
 * @param tries how many there were so far
 * @param url where it goes
 */
public record Delivery(
    UUID id,
    AccountId account,
    UUID task,
    Optional<UUID> endpoint,
    Instant createdAt,
    int tries,
    Shape shape,
    EventType event,
    String url) {}
