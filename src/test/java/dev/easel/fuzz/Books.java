package dev.easel.fuzz;

import dev.easel.db.Database;
import java.util.List;

/** What the accounts of a lane are charged, as the database has it. */
final class Books {
  private final Database database;
  private final long[] accounts;
  private long last;

  Books(Database database, Purses purses) {
    this.database = database;
    this.accounts = purses.all().stream().mapToLong(Purse::account).toArray();
    news();
  }

  /** Credits that were held. */
  record Hold(long id, long account, long amount, String task) {}

  /** What was held since this was asked before. */
  List<Hold> news() {
    List<Hold> holds =
        database.read(tx ->
            tx.createQuery(
                    """
                    select id, account_id, amount, hold_id::text from transfer
                    where account_id = any(:accounts) and kind = 'hold' and id > :last order by id
                    """)
                .bind("accounts", accounts)
                .bind("last", last)
                .map((row, _) ->
                    new Hold(
                        row.getLong("id"),
                        row.getLong("account_id"),
                        row.getLong("amount"),
                        row.getString("hold_id")))
                .list());
    if (!holds.isEmpty()) {
      last = holds.getLast().id();
    }
    return holds;
  }
}
