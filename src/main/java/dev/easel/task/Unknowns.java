package dev.easel.task;

import dev.easel.account.AccountId;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/**
 * Attempts whose answer was lost: what they cost, nobody knows but the provider. While the task is
 * live Easel asks by itself, and an operator who knows better may say so; once given up they are
 * the operator's alone, until resolved.
 */
public final class Unknowns {
  private Unknowns() {}

  /**
   * An attempt of which nobody knows what became of it.
   *
   * @param isGivenUp whether Easel has stopped asking
   * @param upstreamId what the provider calls it, where that became known too late
   */
  public record Unknown(
      UUID attempt,
      TaskId task,
      AccountId account,
      String channel,
      String upstreamModel,
      Instant submittedAt,
      boolean isGivenUp,
      Optional<String> upstreamId) {}

  /** All that are not resolved, oldest first. */
  public static List<Unknown> list(Handle tx) {
    return tx.createQuery(
            """
            select attempt.id, task_id, account_id, channel, upstream_model, attempt.created_at,
              attempt.finished_at is not null as given_up, upstream_id
            from attempt join task on task.id = task_id
            where attempt.state = 'unknown' and resolved_at is null order by attempt.created_at, attempt.id
            """)
        .map((row, _) ->
            new Unknown(
                row.getObject("id", UUID.class),
                new TaskId(row.getObject("task_id", UUID.class)),
                new AccountId(row.getLong("account_id")),
                row.getString("channel"),
                row.getString("upstream_model"),
                row.getTimestamp("created_at").toInstant(),
                row.getBoolean("given_up"),
                Optional.ofNullable(row.getString("upstream_id"))))
        .list();
  }

  /** What an operator has found out. */
  public sealed interface Finding {
    /** Nothing was bought. A live task is tried again. */
    record Nothing() implements Finding {}

    /** The provider works on it, or has made it, under this id. A live task goes on with it. */
    record Accepted(String upstreamId) implements Finding {
      /** What stands in an address as it is: providers build some from it. */
      private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

      public Accepted {
        if (!ID.matcher(upstreamId).matches()) {
          throw new IllegalArgumentException("it has 1 to 200 letters, digits, and . _ : -");
        }
      }
    }

    /** It was bought, and its results are lost. */
    record Bought(Optional<BigDecimal> cost) implements Finding {}
  }

  /** What became of a finding. */
  public enum Resolved {
    /** The attempt is off the list. */
    RESOLVED,
    /** The task is live and goes on with what was found out. */
    GOES_ON,
    /** Only what has been given up can be resolved like this. */
    STILL_ASKED,
    /** A node asks the provider at this moment, which may be what has it bought. */
    BEING_ASKED,
    /** No such attempt is unknown. */
    NOT_FOUND
  }

  /**
   * Writes down what was found out about {@code attempt}. Guarded by its job and its state, like
   * everything that settles; to be called outside a transaction.
   */
  public static Resolved resolve(
      Connection tx, Settlement settlement, UUID attempt, Finding finding, Instant now)
      throws SQLException {
    Optional<Situation> found = Attempts.situationOf(tx, attempt);
    Optional<Attempt> unknown =
        found.stream()
            .flatMap(situation -> situation.attempts().stream())
            .filter(a -> a.id().equals(attempt))
            .findFirst();
    if (found.isEmpty() || unknown.isEmpty()) {
      return Resolved.NOT_FOUND;
    }
    return switch (unknown.get().state()) {
      case Attempt.State.Unknown _ ->
          goOn(settlement, found.get().task(), unknown.get(), finding, now);
      case Attempt.State.GivenUp _ ->
          Attempts.resolve(tx, attempt, finding, Timestamp.from(now))
              ? Resolved.RESOLVED
              : Resolved.NOT_FOUND;
      case Attempt.State.Sending _,
          Attempt.State.Accepted _,
          Attempt.State.Storing _,
          Attempt.State.Rejected _,
          Attempt.State.Produced _,
          Attempt.State.Failed _ ->
          Resolved.NOT_FOUND;
    };
  }

  private static Resolved goOn(
      Settlement settlement, Task task, Attempt attempt, Finding finding, Instant now) {
    return switch (finding) {
      case Finding.Nothing _ ->
          settlement.writeOff(task, Lifecycle.neverBought(attempt, now))
              ? Resolved.GOES_ON
              : Resolved.BEING_ASKED;
      case Finding.Accepted(String upstreamId) -> {
        settlement.learn(task, Lifecycle.acceptedAfterAll(attempt, upstreamId, now));
        yield Resolved.GOES_ON;
      }
      case Finding.Bought _ -> Resolved.STILL_ASKED;
    };
  }
}
