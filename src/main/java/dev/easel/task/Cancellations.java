package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.provider.Provider;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Takes tasks back. One that no provider has been asked for is certainly canceled; a running one
 * only when its provider confirms that it stops, which the task's own job asks.
 */
public final class Cancellations {
  /** How long a caller waits for a provider's answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Database database;
  private final Settlement settlement;
  private final Snapshots snapshots;
  private final Function<String, Provider> providers;

  /**
   * Wires it.
   *
   * @param providers by channel
   */
  public Cancellations(
      Database database,
      Settlement settlement,
      Snapshots snapshots,
      Function<String, Provider> providers) {
    this.database = database;
    this.settlement = settlement;
    this.snapshots = snapshots;
    this.providers = providers;
  }

  /** Cancels {@code task}; answers with the task as it is then, canceled or not. Blocks. */
  public Task cancel(Task task) {
    Settlement.Canceling canceling =
        task.state() instanceof TaskState.Running && !canBeStopped(task)
            ? Settlement.Canceling.TOO_LATE
            : settlement.cancel(task);
    AccountId account = task.request().account();
    // Another request may have canceled it just now.
    return (canceling == Settlement.Canceling.ASKED
            ? snapshots.await(account, task.id(), PATIENCE)
            : snapshots.readAgain(account, task.id()))
        .orElse(task);
  }

  /** Whether every provider that works on it can be asked to stop. */
  private boolean canBeStopped(Task task) {
    try (Connection connection = database.connection()) {
      return Pipeline.get(connection, reads -> Attempts.load(reads, List.of(task.id())))
          .getOrDefault(task.id(), List.of())
          .stream()
          .filter(attempt -> attempt.state().isOpen())
          .allMatch(attempt -> providers.apply(attempt.channel()).cancels());
    } catch (SQLException away) {
      throw new DatabaseException("cannot read the attempts of " + task.id(), away);
    }
  }
}
