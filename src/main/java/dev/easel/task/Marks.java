package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.Accounts;
import dev.easel.asset.Provenance.Mark;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What results say of where they come from. The few accounts that differ from the settings are kept
 * in memory, so that a result can be stored while the database is away; they are read again when
 * one was changed, on {@link Accounts#LABEL_CHANGES}.
 */
public final class Marks {
  private static final Logger log = LoggerFactory.getLogger(Marks.class);

  private final Database database;
  private final Rules rules;
  private volatile Map<AccountId, Boolean> labels = Map.of();

  /**
   * What holds for whoever does not differ.
   *
   * @param iptc whether results say that they were generated
   * @param aigc whether they carry the AIGC label
   * @param producer who stands in that label; there is none without
   */
  public record Rules(boolean iptc, boolean aigc, Optional<String> producer) {}

  /** Marks as {@code rules} say, and the accounts as they are now. */
  public Marks(Database database, Rules rules) {
    this.database = database;
    this.rules = rules;
    refresh();
  }

  /** Reads the accounts again; when the database is away, they stay as they were known. */
  public void refresh() {
    try {
      labels = Map.copyOf(database.read(Accounts::aigcLabels));
    } catch (DatabaseException away) {
      log.debug("cannot read which accounts have an AIGC label: {}", away.getMessage());
    }
  }

  /** The mark of an output of {@code attempt}, counted from 0: the same at every try. */
  Mark of(TaskRequest request, Attempt attempt, int output) {
    int number = attempt.piece() * request.pieceSize() + output + 1;
    boolean isLabelled = labels.getOrDefault(request.account(), rules.aigc);
    return new Mark(
        request.id() + "-" + number, rules.iptc, isLabelled ? rules.producer : Optional.empty());
  }
}
