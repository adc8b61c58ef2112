package dev.easel.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Accounting by example: what is done to an account, and what it has then. */
class LedgerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final AtomicInteger ACCOUNTS = new AtomicInteger();

  private static Database database;

  @BeforeAll
  static void open() {
    database = TestDatabase.create();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  /** Each line is one book; the last column is available/held, or what refused it. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nothing                         |                                           | 0/0
          a grant                         | credit 100                                | 100/0
          a chargeback of part            | credit 100, credit -30                    | 70/0
          a chargeback of all             | credit 100, credit -100                   | 0/0
          a chargeback of too much        | credit 100, credit -101                   | cannot credit
          a credit of nothing             | credit 0                                  | cannot credit
          a hold                          | credit 100, hold 30                       | 70/30
          a hold of everything            | credit 100, hold 100                      | 0/100
          a hold of one too many          | credit 100, hold 101                      | short
          a hold with nothing             | hold 1                                    | short
          a second hold on what is left   | credit 100, hold 60, hold 41              | short
          a hold of nothing               | credit 100, hold 0                        | at least 1
          success                         | credit 100, hold 30, settle 30 30         | 70/0
          failure                         | credit 100, hold 30, settle 30 0          | 100/0
          a part was delivered            | credit 100, hold 30, settle 30 20         | 80/0
          captured more than was held     | credit 100, hold 30, settle 30 31         | cannot capture
          captured less than nothing      | credit 100, hold 30, settle 30 -1         | cannot capture
          settled more than was held      | credit 100, hold 30, settle 31 31         | never negative
          what was released is spendable  | credit 30, hold 30, settle 30 10, hold 20 | 0/20
          held credits are not taken back | credit 30, hold 20, credit -11            | cannot credit
          an amount that would overflow   | credit 9223372036854775807, credit 1      | cannot credit
          """)
  void accounting(String name, String movements, String expected) {
    AccountId account = account();
    assertThat(outcome(account, movements == null ? "" : movements)).contains(expected);
    if (!expected.contains("/")) {
      assertThat(database.<List<Transfer>>read(tx -> Ledger.statement(tx, account, 10)))
          .as("what is refused leaves no trace")
          .isEmpty();
    }
  }

  private static String outcome(AccountId account, String movements) {
    try {
      return database.transaction(tx -> {
        try {
          Ledger.Book book =
              Pipeline.get(tx.getConnection(), locks -> Ledger.open(locks, List.of(account)));
          for (String movement : movements.isEmpty() ? new String[0] : movements.split(", ")) {
            apply(book, account, movement.split(" "));
          }
          Pipeline.run(tx.getConnection(), writes -> book.write(writes, NOW));
        } catch (SQLException failed) {
          throw new IllegalStateException(failed);
        }
        Balance balance = Ledger.balance(tx, account);
        return balance.available() + "/" + balance.held();
      });
    } catch (IllegalArgumentException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  private static void apply(Ledger.Book book, AccountId account, String[] words) {
    long[] numbers = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
    switch (words[0]) {
      case "credit" -> book.credit(account, numbers[0], "test");
      case "hold" -> {
        if (!book.hold(account, UUID.randomUUID(), numbers[0])) {
          throw new IllegalArgumentException("short");
        }
      }
      case "settle" -> book.settle(account, UUID.randomUUID(), numbers[0], numbers[1]);
      default -> throw new AssertionError("no such movement: " + words[0]);
    }
  }

  @Test
  void anAccountThatWasNotLockedCannotBeMoved() throws SQLException {
    AccountId account = account();
    try (java.sql.Connection tx = database.connection()) {
      Ledger.Book book =
          Pipeline.get(tx, locks -> Ledger.open(locks, List.of(account, new AccountId(999_999))));
      assertThat(book.balance(account)).isEqualTo(new Balance(0, 0));
      assertThatThrownBy(() -> book.credit(new AccountId(999_999), 1, ""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("account 999999 does not exist or was not locked");
    }
  }

  @Test
  void aStatementIsNewestFirstAndSaysWhy() {
    AccountId account = account();
    database.transaction(tx -> {
      try {
        Ledger.credit(tx.getConnection(), account, 5, "grant: hello", NOW);
        return Ledger.credit(tx.getConnection(), account, -2, "chargeback", NOW.plusSeconds(1));
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
    });
    List<Transfer> last = database.read(tx -> Ledger.statement(tx, account, 2));
    assertThat(last).extracting(Transfer::reason).containsExactly("chargeback", "grant: hello");
    assertThat(last).extracting(Transfer::amount).containsExactly(-2L, 5L);
    assertThat(last).extracting(Transfer::at).containsExactly(NOW.plusSeconds(1), NOW);
    assertThat(database.<List<Transfer>>read(tx -> Ledger.statement(tx, account, 1))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "update transfer set amount = amount + 1",
    "update transfer set reason = 'other' where false",
    "delete from transfer"
  })
  void transfersAreNeverChanged(String sql) {
    assertThatThrownBy(() -> database.read(tx -> tx.execute(sql)))
        .hasMessageContaining("rows of transfer are never changed");
  }

  @ParameterizedTest
  @CsvSource({"30", "0"})
  void aHoldIsSettledOnce(long captured) {
    AccountId account = account();
    UUID hold = UUID.randomUUID();
    UUID other = UUID.randomUUID();
    book(
        account,
        book -> {
          book.credit(account, 100, "grant");
          book.hold(account, hold, 30);
          book.hold(account, other, 30);
        });
    book(account, book -> book.settle(account, hold, 30, captured));
    assertThatThrownBy(() -> book(account, book -> book.settle(account, hold, 30, captured)))
        .hasMessageContaining("transfer_once");
    assertThatThrownBy(() -> book(account, book -> book.hold(account, other, 10)))
        .hasMessageContaining("transfer_once");
    book(account, book -> book.settle(account, other, 30, 30));
  }

  /** Movements in a book. */
  private interface Movements {
    void in(Ledger.Book book);
  }

  private static void book(AccountId account, Movements movements) {
    database.transaction(tx -> {
      try {
        Ledger.Book book =
            Pipeline.get(tx.getConnection(), locks -> Ledger.open(locks, List.of(account)));
        movements.in(book);
        Pipeline.run(tx.getConnection(), writes -> book.write(writes, NOW));
        return book.balance(account);
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
    });
  }

  private static AccountId account() {
    return database.transaction(tx ->
        Accounts.create(tx, "a" + ACCOUNTS.incrementAndGet(), Account.Role.CUSTOMER, NOW)
            .orElseThrow()
            .id());
  }
}
