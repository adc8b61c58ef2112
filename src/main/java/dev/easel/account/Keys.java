package dev.easel.account;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The keys in the database. Every change is announced on {@link #CHANGES}, so that no node serves a
 * revoked key from its cache.
 */
public final class Keys {
  /** The channel on which changes of keys are announced. */
  public static final String CHANGES = "easel_keys";

  private Keys() {}

  /** Creates a key for {@code account}; {@code secret} is not stored, only its hash. */
  public static Key create(
      Handle tx, AccountId account, String name, KeySecret secret, Key.Rules rules, Instant now) {
    Key key =
        tx.createQuery(
                """
                insert into api_key (account_id, name, prefix, secret_hash, total_limit, daily_limit, expires_at,
                  allowed_models, allowed_from, used_on, created_at)
                values (:account, :name, :prefix, :hash, :total, :daily, :expires, :models, :from, :today, :now)
                returning *
                """)
            .bind("account", account.value())
            .bind("name", name)
            .bind("prefix", secret.prefix())
            .bind("hash", secret.hash())
            .bind("total", boxed(rules.totalLimit()))
            .bind("daily", boxed(rules.dailyLimit()))
            .bind("expires", rules.expiresAt().map(Timestamp::from).orElse(null))
            .bindArray("models", String.class, rules.allowedModels())
            .bindArray("from", String.class, rules.allowedFrom())
            .bind("today", LocalDate.ofInstant(now, ZoneOffset.UTC))
            .bind("now", Timestamp.from(now))
            .map((rs, _) -> row(rs))
            .one();
    announce(tx);
    return key;
  }

  /** The key with that secret, revoked or expired ones too. */
  public static Optional<Key> bySecret(Handle tx, KeySecret secret) {
    return tx.createQuery("select * from api_key where secret_hash = :hash")
        .bind("hash", secret.hash())
        .map((rs, _) -> row(rs))
        .findOne();
  }

  /** The keys of an account, oldest first. */
  public static List<Key> of(Handle tx, AccountId account) {
    return tx.createQuery("select * from api_key where account_id = :account order by id")
        .bind("account", account.value())
        .map((rs, _) -> row(rs))
        .list();
  }

  /** Revokes a key; false when there is none of that id that still worked. */
  public static boolean revoke(Handle tx, KeyId key, Instant now) {
    int revoked =
        tx.createUpdate(
                "update api_key set revoked_at = :now where id = :id and revoked_at is null")
            .bind("now", Timestamp.from(now))
            .bind("id", key.value())
            .execute();
    announce(tx);
    return revoked == 1;
  }

  private static void announce(Handle tx) {
    tx.createQuery("select pg_notify(:channel, '')")
        .bind("channel", CHANGES)
        .mapTo(String.class)
        .one();
  }

  private static Key row(ResultSet rs) throws SQLException {
    return new Key(
        new KeyId(rs.getLong("id")),
        new AccountId(rs.getLong("account_id")),
        rs.getString("name"),
        rs.getString("prefix"),
        new Key.Rules(
            optional(rs, "total_limit"),
            optional(rs, "daily_limit"),
            instant(rs, "expires_at"),
            texts(rs, "allowed_models"),
            texts(rs, "allowed_from")),
        rs.getTimestamp("created_at").toInstant(),
        instant(rs, "revoked_at"));
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static OptionalLong optional(ResultSet rs, String column) throws SQLException {
    long value = rs.getLong(column);
    return rs.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static Optional<Instant> instant(ResultSet rs, String column) throws SQLException {
    return Optional.ofNullable(rs.getTimestamp(column)).map(Timestamp::toInstant);
  }

  private static List<String> texts(ResultSet rs, String column) throws SQLException {
    Array array = rs.getArray(column);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }
}
