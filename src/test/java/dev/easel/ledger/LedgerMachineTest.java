package dev.easel.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.account.Account;
import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random movements against the real tables and against a model in memory: after every transaction
 * both must agree, and a transaction that fails in the middle must leave no trace.
 */
class LedgerMachineTest {
  private static final int ACCOUNTS = 5;
  private static final int BOOKS = 150;
  private static final int MOVEMENTS_IN_A_BOOK = 16;
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void theTablesAgreeWithTheModel(long seed) {
    try (Database database = TestDatabase.create()) {
      new Machine(database, new Random(seed)).run(seed);
    }
  }

  /** What an account should have, kept as simply as can be. */
  private static final class Purse {
    private final AccountId account;
    private final List<Line> lines = new ArrayList<>();
    private long available;
    private long held;

    Purse(AccountId account) {
      this.account = account;
    }

    Purse copy() {
      Purse copy = new Purse(account);
      copy.lines.addAll(lines);
      copy.available = available;
      copy.held = held;
      return copy;
    }

    void move(String kind, long amount, Optional<UUID> hold, long toAvailable, long toHeld) {
      available += toAvailable;
      held += toHeld;
      lines.add(new Line(kind, amount, hold, available, held));
    }
  }

  private record Line(String kind, long amount, Optional<UUID> hold, long available, long held) {}

  private record Hold(UUID id, int purse, long credits) {}

  /** What all accounts should have. */
  private record Model(List<Purse> purses, List<Hold> holds) {
    Model copy() {
      return new Model(
          new ArrayList<>(purses.stream().map(Purse::copy).toList()), new ArrayList<>(holds));
    }
  }

  /** Makes a transaction fail where no defect is. */
  private static final class Interruption extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class Machine {
    private final Database database;
    private final Random random;
    private Model model = new Model(new ArrayList<>(), new ArrayList<>());

    Machine(Database database, Random random) {
      this.database = database;
      this.random = random;
      for (int i = 0; i < ACCOUNTS; i++) {
        String name = "account-" + i;
        model.purses.add(
            new Purse(
                database.transaction(tx ->
                    Accounts.create(tx, name, Account.Role.CUSTOMER, NOW).orElseThrow().id())));
      }
    }

    void run(long seed) {
      int interruptions = 0;
      for (int book = 0; book < BOOKS; book++) {
        Model before = model.copy();
        boolean interrupted = random.nextInt(5) == 0;
        try {
          database.transaction(tx -> {
            write(tx.getConnection(), interrupted);
            return true;
          });
        } catch (Interruption expected) {
          interruptions++;
          model = before;
        }
        for (Purse purse : model.purses) {
          assertSame(purse, "seed %d, book %d".formatted(seed, book));
        }
      }
      assertThat(interruptions).as("interruptions of seed %d", seed).isPositive();
      assertThat(model.purses.stream().mapToInt(purse -> purse.lines.size()).sum())
          .as("movements of seed %d", seed)
          .isGreaterThan(BOOKS);
    }

    private void write(Connection tx, boolean interrupted) {
      try {
        Ledger.Book book =
            Pipeline.get(
                tx,
                locks ->
                    Ledger.open(locks, model.purses.stream().map(purse -> purse.account).toList()));
        int movements = 1 + random.nextInt(MOVEMENTS_IN_A_BOOK);
        boolean afterWriting = random.nextBoolean();
        for (int i = 0; i < movements; i++) {
          move(book);
        }
        if (interrupted && !afterWriting) {
          throw new Interruption();
        }
        Pipeline.run(tx, writes -> book.write(writes, NOW));
        if (interrupted) {
          throw new Interruption();
        }
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
    }

    private void move(Ledger.Book book) {
      switch (random.nextInt(4)) {
        case 0 -> credit(book, model.purses.get(random.nextInt(ACCOUNTS)));
        case 1, 2 -> hold(book, random.nextInt(ACCOUNTS));
        default -> settle(book);
      }
    }

    private void credit(Ledger.Book book, Purse purse) {
      long amount = random.nextLong(-150, 250);
      if (amount == 0 || purse.available + amount < 0) {
        assertThatThrownBy(() -> book.credit(purse.account, amount, "test"))
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        book.credit(purse.account, amount, "test");
        purse.move("credit", amount, Optional.empty(), amount, 0);
      }
    }

    private void hold(Ledger.Book book, int index) {
      Purse purse = model.purses.get(index);
      UUID hold = new UUID(random.nextLong(), random.nextLong());
      long credits = random.nextLong(1, 100);
      boolean affordable = credits <= purse.available;
      assertThat(book.hold(purse.account, hold, credits)).isEqualTo(affordable);
      if (affordable) {
        purse.move("hold", credits, Optional.of(hold), -credits, credits);
        model.holds.add(new Hold(hold, index, credits));
      }
    }

    private void settle(Ledger.Book book) {
      if (model.holds.isEmpty()) {
        return;
      }
      Hold hold = model.holds.remove(random.nextInt(model.holds.size()));
      Purse purse = model.purses.get(hold.purse);
      long captured = random.nextLong(hold.credits + 1);
      long released = hold.credits - captured;
      assertThatThrownBy(() -> book.settle(purse.account, hold.id, hold.credits, hold.credits + 1))
          .isInstanceOf(IllegalArgumentException.class);
      book.settle(purse.account, hold.id, hold.credits, captured);
      if (captured > 0) {
        purse.move("capture", captured, Optional.of(hold.id), 0, -captured);
      }
      if (released > 0) {
        purse.move("release", released, Optional.of(hold.id), released, -released);
      }
    }

    private void assertSame(Purse purse, String when) {
      database.read(tx -> {
        assertThat(Ledger.balance(tx, purse.account))
            .as("%s: account %s", when, purse.account)
            .isEqualTo(new Balance(purse.available, purse.held));
        assertThat(
                Ledger.statement(tx, purse.account, Integer.MAX_VALUE).reversed().stream()
                    .map(Machine::line))
            .as("%s: transfers of account %s", when, purse.account)
            .containsExactlyElementsOf(purse.lines);
        return true;
      });
    }

    private static Line line(Transfer transfer) {
      return new Line(
          transfer.kind(),
          transfer.amount(),
          transfer.hold(),
          transfer.after().available(),
          transfer.after().held());
    }
  }
}
