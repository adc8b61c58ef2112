package dev.easel.ledger;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Credits. Every movement is one immutable transfer row, every balance the sum of its transfers:
 *
 * <pre>
 * credit    outside   -> available   a grant, a purchase; negative for a chargeback
 * hold      available -> held        when something is accepted
 * capture   held      -> spent       for what was delivered
 * release   held      -> available   for what was not
 * </pre>
 *
 * <p>Movements are made in a {@link Book}, which locks its accounts in id order, keeps their
 * balances in memory and is written at the end: two statements, however many movements.
 */
public final class Ledger {
  private Ledger() {}

  /**
   * Has {@code locks} lock {@code accounts} until the end of the transaction and read their
   * balances, which are known when that has run; accounts that do not exist are left out.
   */
  public static Book open(Pipeline locks, Collection<AccountId> accounts) {
    Map<AccountId, Balance> balances = new TreeMap<>();
    Set<AccountId> deleted = new TreeSet<>();
    Columns.of(new TreeSet<>(accounts))
        .add("bigint", AccountId::value)
        .query(
            locks,
            """
            select id, available, held, deleted_at is not null from account
            where id = any (?) order by id for no key update
            """,
            Ledger::balance,
            row -> {
              balances.put(row.account, row.balance);
              if (row.isDeleted) {
                deleted.add(row.account);
              }
            });
    return new Book(balances, deleted);
  }

  /**
   * Credits from outside ({@code amount} > 0), or takes back ({@code amount} < 0, at most what is
   * available); returns the balance after.
   */
  public static Balance credit(
      Connection tx, AccountId account, long amount, String reason, Instant now)
      throws SQLException {
    Book book = Pipeline.get(tx, locks -> open(locks, List.of(account)));
    book.credit(account, amount, reason);
    Pipeline.run(tx, writes -> book.write(writes, now));
    return book.balance(account);
  }

  /** The balance now. */
  public static Balance balance(Handle tx, AccountId account) {
    return tx.createQuery("select available, held from account where id = :id")
        .bind("id", account.value())
        .map((rs, _) -> new Balance(rs.getLong("available"), rs.getLong("held")))
        .one();
  }

  /** The last {@code most} transfers, newest first. */
  public static List<Transfer> statement(Handle tx, AccountId account, int most) {
    return tx.createQuery(
            """
            select id, created_at, kind, amount, available_after, held_after, hold_id, reason
            from transfer where account_id = :account order by id desc limit :most
            """)
        .bind("account", account.value())
        .bind("most", most)
        .map((rs, _) -> Transfer.row(rs))
        .list();
  }

  private static AccountBalance balance(ResultSet row) throws SQLException {
    return new AccountBalance(
        new AccountId(row.getLong(1)),
        new Balance(row.getLong(2), row.getLong(3)),
        row.getBoolean(4));
  }

  private record AccountBalance(AccountId account, Balance balance, boolean isDeleted) {}

  /**
   * The locked accounts of one transaction. Movements that a balance does not allow are refused
   * before anything is written.
   */
  public static final class Book {
    private final Map<AccountId, Balance> balances;
    private final Set<AccountId> deleted;
    private final List<Movement> movements = new ArrayList<>();

    private Book(Map<AccountId, Balance> balances, Set<AccountId> deleted) {
      this.balances = balances;
      this.deleted = deleted;
    }

    /** Whether the account was deleted: what it has held is settled, and no more is held. */
    public boolean isDeleted(AccountId account) {
      return deleted.contains(account);
    }

    /**
     * The balance as the movements so far leave it.
     *
     * @throws IllegalArgumentException when the account is not in this book
     */
    public Balance balance(AccountId account) {
      Balance balance = balances.get(account);
      if (balance == null) {
        throw new IllegalArgumentException(
            "account " + account + " does not exist or was not locked");
      }
      return balance;
    }

    /**
     * Reserves {@code credits} for {@code hold}; false, and nothing moved, when less is available.
     */
    public boolean hold(AccountId account, UUID hold, long credits) {
      requirePositive(credits);
      Balance before = balance(account);
      if (before.available() < credits) {
        return false;
      }
      move(
          account,
          "hold",
          credits,
          hold,
          "",
          new Balance(before.available() - credits, before.held() + credits));
      return true;
    }

    /**
     * Ends the hold of {@code held} credits: {@code captured} of it are spent, the rest goes back.
     *
     * @throws IllegalArgumentException when more is captured than was held
     */
    public void settle(AccountId account, UUID hold, long held, long captured) {
      requirePositive(held);
      if (captured < 0 || captured > held) {
        throw new IllegalArgumentException("cannot capture " + captured + " of a hold of " + held);
      }
      if (captured > 0) {
        Balance before = balance(account);
        move(
            account,
            "capture",
            captured,
            hold,
            "",
            new Balance(before.available(), before.held() - captured));
      }
      long released = held - captured;
      if (released > 0) {
        Balance before = balance(account);
        move(
            account,
            "release",
            released,
            hold,
            "",
            new Balance(before.available() + released, before.held() - released));
      }
    }

    /**
     * Moves credits in from outside, or out again when {@code amount} is negative.
     *
     * @throws IllegalArgumentException when the amount is 0 or more is taken than is available
     */
    public void credit(AccountId account, long amount, String reason) {
      Balance before = balance(account);
      if (amount == 0 || before.available() + amount < 0) {
        throw new IllegalArgumentException(
            "cannot credit " + amount + " to " + before.available() + " available credits");
      }
      movements.add(
          new Movement(
              account,
              "credit",
              amount,
              null,
              reason,
              new Balance(before.available() + amount, before.held())));
      balances.put(account, new Balance(before.available() + amount, before.held()));
    }

    private void move(
        AccountId account, String kind, long amount, UUID hold, String reason, Balance after) {
      movements.add(new Movement(account, kind, amount, hold, reason, after));
      balances.put(account, after);
    }

    /** Writes the movements and the new balances. */
    public void write(Pipeline writes, Instant now) {
      Columns.of(movements)
          .add("bigint", m -> m.account.value())
          .add("text", Movement::kind)
          .add("bigint", Movement::amount)
          .add("uuid", Movement::hold)
          .add("text", Movement::reason)
          .add("bigint", m -> m.after.available())
          .add("bigint", m -> m.after.held())
          .value(Timestamp.from(now))
          .into(
              writes,
              """
              insert into transfer (account_id, kind, amount, hold_id, reason, available_after, held_after, created_at)
              select m.*, t.now
              from unnest(?, ?, ?, ?, ?, ?, ?) as m, (select ?::timestamptz as now) as t
              """);
      Columns.of(movements.stream().map(Movement::account).distinct().toList())
          .add("bigint", AccountId::value)
          .add("bigint", account -> balance(account).available())
          .add("bigint", account -> balance(account).held())
          .into(
              writes,
              """
              update account set available = b.available, held = b.held
              from unnest(?, ?, ?) as b (id, available, held) where account.id = b.id
              """);
    }

    private static void requirePositive(long credits) {
      if (credits <= 0) {
        throw new IllegalArgumentException("credits held are at least 1, not " + credits);
      }
    }
  }

  private record Movement(
      AccountId account,
      String kind,
      long amount,
      @Nullable UUID hold,
      String reason,
      Balance after) {}
}
