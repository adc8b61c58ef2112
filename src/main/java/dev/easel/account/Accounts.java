package dev.easel.account;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** The accounts in the database. */
public final class Accounts {
  private static final RowMapper<Account> ROW =
      (rs, _) ->
          new Account(
              new AccountId(rs.getLong("id")),
              rs.getString("name"),
              Account.Role.valueOf(rs.getString("role").toUpperCase(Locale.ROOT)),
              rs.getTimestamp("created_at").toInstant());

  /** Told, by NOTIFY, whenever an account was given an AIGC label of its own, or lost it. */
  public static final String LABEL_CHANGES = "easel_aigc_labels";

  private Accounts() {}

  /** Creates an account without credits; empty when the name is taken. */
  public static Optional<Account> create(Handle tx, String name, Account.Role role, Instant now) {
    return tx.createQuery(
            """
            insert into account (name, role, created_at) values (:name, :role, :now)
            on conflict (name) do nothing
            returning id, name, role, created_at
            """)
        .bind("name", name)
        .bind("role", role.name().toLowerCase(Locale.ROOT))
        .bind("now", Timestamp.from(now))
        .map(ROW)
        .findOne();
  }

  /** Sets the password that {@link Passwords} verifies. */
  public static void setPasswordHash(Handle tx, AccountId account, String hash) {
    tx.createUpdate("update account set password_hash = :hash where id = :id")
        .bind("hash", hash)
        .bind("id", account.value())
        .execute();
  }

  /**
   * Says whether what is made for an account carries the AIGC label; empty: as the setting says.
   */
  public static void setAigcLabel(Handle tx, AccountId account, Optional<Boolean> label) {
    tx.createUpdate("update account set aigc_label = :label where id = :id")
        .bind("label", label.orElse(null))
        .bind("id", account.value())
        .execute();
    tx.createQuery("select pg_notify(:channel, '')")
        .bind("channel", LABEL_CHANGES)
        .mapTo(String.class)
        .one();
  }

  /** Whether what is made for an account carries the AIGC label, where that has been said. */
  public static Map<AccountId, Boolean> aigcLabels(Handle tx) {
    return tx.createQuery("select id, aigc_label from account where aigc_label is not null")
        .map((rs, _) -> Map.entry(new AccountId(rs.getLong(1)), rs.getBoolean(2)))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The account of that name. */
  public static Optional<Account> named(Handle tx, String name) {
    return tx.createQuery("select id, name, role, created_at from account where name = :name")
        .bind("name", name)
        .map(ROW)
        .findOne();
  }

  /** The account of that id. */
  public static Optional<Account> byId(Handle tx, AccountId id) {
    return tx.createQuery("select id, name, role, created_at from account where id = :id")
        .bind("id", id.value())
        .map(ROW)
        .findOne();
  }

  /** Whether the account was deleted; its row is there for the books. */
  public static boolean isDeleted(Handle tx, AccountId account) {
    return tx.createQuery("select deleted_at is not null from account where id = :id")
        .bind("id", account.value())
        .mapTo(Boolean.class)
        .one();
  }

  /** Deletes an account that nobody is signed in to any more: its name is free again. */
  public static void delete(Handle tx, AccountId account, Instant now) {
    tx.createUpdate(
            """
            update account set deleted_at = :now, password_hash = null, name = 'deleted account ' || id
            where id = :id and deleted_at is null
            """)
        .bind("now", Timestamp.from(now))
        .bind("id", account.value())
        .execute();
  }

  /** All accounts, oldest first. */
  public static List<Account> all(Handle tx) {
    return tx.createQuery("select id, name, role, created_at from account order by id")
        .map(ROW)
        .list();
  }
}
