package dev.easel.webhook;

import dev.easel.account.AccountId;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.db.RowId;
import dev.easel.engine.Jobs;
import dev.easel.engine.Lane;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Deliveries that somebody asks for: over again, or to see that an endpoint works. */
public final class Replays {
  /** The channel on which it is announced that deliveries became due. */
  public static final String CHANGES = "easel_webhooks";

  private Replays() {}

  /** What became of the wish. */
  public enum Outcome {
    /** It is due now. */
    DUE,
    /** It is being tried anyway. */
    PENDING,
    /** Its endpoint was deleted: there is nothing left to sign with. */
    ENDPOINT_DELETED,
    /** Nothing is sent to its endpoint. */
    ENDPOINT_DISABLED
  }

  /**
   * Makes a delivery due again, whatever became of it, to where its endpoint is by now. Its tries
   * go on counting; its id, by which receivers know it, stays.
   */
  public static Outcome replay(Handle tx, DeliveryLog.Entry delivery, Instant now) {
    Optional<Endpoint> endpoint = delivery.endpoint().flatMap(id -> Endpoints.find(tx, id));
    if (delivery.endpoint().isPresent() && endpoint.isEmpty()) {
      return Outcome.ENDPOINT_DELETED;
    }
    if (endpoint.flatMap(Endpoint::disabled).isPresent()) {
      return Outcome.ENDPOINT_DISABLED;
    }
    if (!reopen(tx, delivery.id(), endpoint.map(Endpoint::url).orElse(delivery.url()), now)) {
      return Outcome.PENDING;
    }
    insertJob(tx, delivery.id(), delivery.account(), now);
    return Outcome.DUE;
  }

  private static boolean reopen(Handle tx, UUID delivery, String url, Instant now) {
    return tx.createUpdate(
                """
                update delivery set state = 'pending', finished_at = null, replayed_at = :now, url = :url
                where id = :id and state <> 'pending'
                """)
            .bind("now", Timestamp.from(now))
            .bind("url", url)
            .bind("id", delivery)
            .execute()
        == 1;
  }

  /**
   * Has an event that says nothing sent to {@code endpoint}; empty when it is disabled.
   *
   * @return the delivery, whose task is itself
   */
  public static Optional<UUID> test(Handle tx, Endpoint endpoint, Instant now) {
    if (endpoint.disabled().isPresent()) {
      return Optional.empty();
    }
    UUID id = RowId.random(now);
    tx.createUpdate(
            """
            insert into delivery (id, account_id, task_id, endpoint_id, created_at, shape, event, url)
            values (:id, :account, :id, :endpoint, :now, 'event', :event, :url)
            """)
        .bind("id", id)
        .bind("account", endpoint.account().value())
        .bind("endpoint", endpoint.id())
        .bind("now", Timestamp.from(now))
        .bind("event", EventType.TEST.word())
        .bind("url", endpoint.url())
        .execute();
    insertJob(tx, id, endpoint.account(), now);
    return Optional.of(id);
  }

  private static void insertJob(Handle tx, UUID delivery, AccountId account, Instant now) {
    Jobs.NewJob job =
        new Jobs.NewJob(delivery, Sender.KIND, Lane.ASIDE, account, now, Optional.empty());
    try {
      Pipeline.run(tx.getConnection(), writes -> Jobs.insert(writes, List.of(job)));
    } catch (SQLException failed) {
      throw new DatabaseException("cannot make delivery " + delivery + " due", failed);
    }
    // Whoever asks may be a command: every node is told, this one too.
    tx.createQuery("select pg_notify(:channel, '')")
        .bind("channel", CHANGES)
        .mapTo(String.class)
        .one();
  }
}
