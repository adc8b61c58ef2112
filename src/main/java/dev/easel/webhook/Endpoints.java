package dev.easel.webhook;

import dev.easel.account.AccountId;
import dev.easel.db.RowId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** The endpoints of accounts, and the secrets that sign what is sent to them. */
public final class Endpoints {
  /** How many an account may have. */
  public static final int MOST = 20;

  /** How long a secret goes on signing after it was rotated. */
  public static final Duration OVERLAP = Duration.ofHours(24);

  private static final String BY_OWNER = "Disabled by its owner.";

  private final Secrets secrets;

  /** Endpoints whose secrets are kept by {@code secrets}. */
  public Endpoints(Secrets secrets) {
    this.secrets = secrets;
  }

  /** How a registration ended. */
  public sealed interface Registered {}

  /** An endpoint with its new secret, which is shown this once. */
  public record Fresh(Endpoint endpoint, SigningSecret secret) implements Registered {}

  /** The account has {@link #MOST} already. */
  public record TooMany() implements Registered {}

  /** The account was deleted while it asked. */
  public record AccountDeleted() implements Registered {}

  /**
   * What is to be otherwise about an endpoint.
   *
   * @param events none are all
   * @param enabled whether anything is to be sent there; true forgets its failures
   */
  public record Change(
      Optional<String> url, Optional<List<EventType>> events, Optional<Boolean> enabled) {
    /** Whether nothing is to be otherwise. */
    public boolean isNone() {
      return url.isEmpty() && events.isEmpty() && enabled.isEmpty();
    }
  }

  /** Registers {@code url}. */
  public Registered register(
      Handle tx, AccountId account, String url, List<EventType> events, Instant now) {
    if (!lock(tx, account)) {
      return new AccountDeleted();
    }
    if (count(tx, account) >= MOST) {
      return new TooMany();
    }
    UUID id = RowId.random(now);
    SigningSecret secret = SigningSecret.random();
    Endpoint endpoint =
        tx.createQuery(
                """
                insert into webhook_endpoint (id, account_id, created_at, secret, url, events)
                values (:id, :account, :now, :secret, :url, :events)
                returning *
                """)
            .bind("id", id)
            .bind("account", account.value())
            .bind("now", Timestamp.from(now))
            .bind("secret", secrets.encrypt(id, secret))
            .bind("url", url)
            .bindArray("events", String.class, words(events))
            .map((rs, _) -> row(rs))
            .one();
    return new Fresh(endpoint, secret);
  }

  /**
   * One at a time for each account, so that two together do not both find the last place; false
   * when it is deleted.
   */
  private static boolean lock(Handle tx, AccountId account) {
    return tx.createQuery("select deleted_at is null from account where id = :id for no key update")
        .bind("id", account.value())
        .mapTo(Boolean.class)
        .one();
  }

  private static int count(Handle tx, AccountId account) {
    return tx.createQuery("select count(*) from webhook_endpoint where account_id = :account")
        .bind("account", account.value())
        .mapTo(Integer.class)
        .one();
  }

  /** Those of an account, the oldest first. */
  public static List<Endpoint> of(Handle tx, AccountId account) {
    return tx.createQuery("select * from webhook_endpoint where account_id = :account order by id")
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .list();
  }

  /** The account's endpoint of that id. */
  public static Optional<Endpoint> find(Handle tx, AccountId account, UUID id) {
    return tx.createQuery("select * from webhook_endpoint where id = :id and account_id = :account")
        .bind("id", id)
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .findOne();
  }

  /** The endpoint of that id, whosever it is: for operators. */
  public static Optional<Endpoint> find(Handle tx, UUID id) {
    return tx.createQuery("select * from webhook_endpoint where id = :id")
        .bind("id", id)
        .map((rs, _) -> row(rs))
        .findOne();
  }

  /** Changes the account's endpoint of that id; empty when there is none. */
  public static Optional<Endpoint> change(
      Handle tx, AccountId account, UUID id, Change change, Instant now) {
    boolean isOn = change.enabled().equals(Optional.of(true));
    boolean isOff = change.enabled().equals(Optional.of(false));
    return tx.createQuery(
            """
            update webhook_endpoint set
              url = coalesce(:url, url),
              events = coalesce(:events, events),
              failing_since = case when :on then null else failing_since end,
              disabled_at = case when :on then null when :off then coalesce(disabled_at, :now) else disabled_at end,
              disabled_reason = case when :on then null when :off then coalesce(disabled_reason, :reason)
                else disabled_reason end
            where id = :id and account_id = :account
            returning *
            """)
        .bind("url", change.url().orElse(null))
        .bindByType(
            "events",
            change.events().map(events -> words(events).toArray(String[]::new)).orElse(null),
            String[].class)
        .bind("on", isOn)
        .bind("off", isOff)
        .bind("now", Timestamp.from(now))
        .bind("reason", BY_OWNER)
        .bind("id", id)
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .findOne();
  }

  /** Deletes the account's endpoint of that id; false when there is none. */
  public static boolean delete(Handle tx, AccountId account, UUID id) {
    return tx.createUpdate("delete from webhook_endpoint where id = :id and account_id = :account")
            .bind("id", id)
            .bind("account", account.value())
            .execute()
        == 1;
  }

  /**
   * Gives the account's endpoint of that id another secret, besides which the one that it had signs
   * for {@link #OVERLAP}; the one before that does not any more. Empty when there is no such
   * endpoint.
   */
  public Optional<Fresh> rotate(Handle tx, AccountId account, UUID id, Instant now) {
    SigningSecret secret = SigningSecret.random();
    return tx.createQuery(
            """
            update webhook_endpoint set secret = :secret, previous_secret = secret, previous_until = :until
            where id = :id and account_id = :account
            returning *
            """)
        .bind("secret", secrets.encrypt(id, secret))
        .bind("until", Timestamp.from(now.plus(OVERLAP)))
        .bind("id", id)
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .findOne()
        .map(endpoint -> new Fresh(endpoint, secret));
  }

  private static List<String> words(List<EventType> events) {
    return events.stream().map(EventType::word).toList();
  }

  private static Endpoint row(ResultSet rs) throws SQLException {
    Optional<Instant> disabledAt = instant(rs, "disabled_at");
    String reason = rs.getString("disabled_reason");
    return new Endpoint(
        rs.getObject("id", UUID.class),
        new AccountId(rs.getLong("account_id")),
        rs.getTimestamp("created_at").toInstant(),
        rs.getString("url"),
        events(rs.getArray("events")),
        instant(rs, "failing_since"),
        disabledAt.map(at -> new Endpoint.Disabled(at, reason)),
        instant(rs, "previous_until"));
  }

  private static List<EventType> events(Array words) throws SQLException {
    return Stream.of((String[]) words.getArray()).map(EventType::stored).toList();
  }

  private static Optional<Instant> instant(ResultSet rs, String column) throws SQLException {
    return Optional.ofNullable(rs.getTimestamp(column)).map(Timestamp::toInstant);
  }
}
