package dev.easel.engine;

import dev.easel.account.AccountId;
import dev.easel.db.Columns;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The job table. A job is due, waiting for its time, parked behind a work limit, or leased to a
 * node.
 */
public final class Jobs {
  private Jobs() {}

  /**
   * A job to be.
   *
   * @param waitsFor the work limit behind which it is parked; empty: due at {@code runAt}
   */
  public record NewJob(
      UUID subject,
      String kind,
      Lane lane,
      AccountId account,
      Instant runAt,
      Optional<String> waitsFor) {}

  /** Writes new jobs. */
  public static void insert(Pipeline writes, Collection<NewJob> jobs) {
    Columns.of(jobs)
        .add("uuid", NewJob::subject)
        .add("text", NewJob::kind)
        .add("smallint", job -> job.lane().number())
        .add("bigint", job -> job.account().value())
        .add("timestamptz", job -> Timestamp.from(job.runAt()))
        .add("text", job -> job.waitsFor().orElse(null))
        .into(
            writes,
            """
            insert into job (subject, kind, lane, account_id, run_at, waits_for)
            select * from unnest(?, ?, ?, ?, ?, ?)
            """);
  }

  /**
   * Leases up to {@code most} due jobs of a lane to {@code node}, the oldest first; jobs that
   * another node is just claiming are passed over.
   */
  static List<Claim> claim(
      Connection tx, Lane lane, String node, Instant now, Instant leaseUntil, int most)
      throws SQLException {
    List<Claim> claims = new ArrayList<>();
    try (PreparedStatement statement =
        tx.prepareStatement(
            """
            with due as materialized (
              select subject, kind from job
              where lease_until is null and waits_for is null and lane = ? and run_at <= ?
              order by run_at, subject limit ? for update skip locked
            )
            update job set claim = claim + 1, lease_until = ?, node = ?
            from due where job.subject = due.subject and job.kind = due.kind
            returning job.subject, job.kind, job.account_id, job.claim
            """)) {
      statement.setInt(1, lane.number());
      statement.setTimestamp(2, Timestamp.from(now));
      statement.setInt(3, most);
      statement.setTimestamp(4, Timestamp.from(leaseUntil));
      statement.setString(5, node);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          claims.add(claim(rows));
        }
      }
    }
    claims.sort(Comparator.comparing(Claim::subject)); // an update returns its rows in any order
    return claims;
  }

  /**
   * Extends the leases of {@code claims}; answers with those that were extended. Jobs that somebody
   * has locked are passed over: they would keep all others waiting.
   */
  static Set<Claim> renew(Connection tx, Collection<Claim> claims, Instant leaseUntil)
      throws SQLException {
    return new HashSet<>(
        byClaim(claims)
            .value(Timestamp.from(leaseUntil))
            .query(
                tx,
                """
                with held as materialized (
                  select job.subject, job.kind
                  from unnest(?, ?, ?) as c (subject, kind, number)
                  join job on job.subject = c.subject and job.kind = c.kind and job.claim = c.number
                  where job.lease_until is not null
                  order by job.subject, job.kind for update of job skip locked
                )
                update job set lease_until = ?
                from held where job.subject = held.subject and job.kind = held.kind
                returning job.subject, job.kind, job.account_id, job.claim
                """,
                Jobs::claim));
  }

  /** Those of {@code claims} that still hold their jobs, locked or not. */
  static Set<Claim> held(Connection tx, Collection<Claim> claims) throws SQLException {
    return new HashSet<>(
        byClaim(claims)
            .query(
                tx,
                """
                select job.subject, job.kind, job.account_id, job.claim
                from unnest(?, ?, ?) as c (subject, kind, number)
                join job on job.subject = c.subject and job.kind = c.kind and job.claim = c.number
                where job.lease_until is not null
                """,
                Jobs::claim));
  }

  /** Makes jobs due again whose lease ran out, because their node is gone; returns how many. */
  static int rescue(Connection tx, Instant now) throws SQLException {
    try (PreparedStatement statement =
        tx.prepareStatement(
            """
            update job set lease_until = null, node = null where (subject, kind) in (
              select subject, kind from job where lease_until < ? for update skip locked)
            """)) {
      statement.setTimestamp(1, Timestamp.from(now));
      return statement.executeUpdate();
    }
  }

  /**
   * A job as it stands, locked.
   *
   * @param claim the last claim of it; whoever holds an older one holds nothing
   * @param waitsFor the work limit behind which it is parked
   * @param granted the work limit of which it was given a slot when it was promoted
   * @param isLeased whether a node is at work on it, or was when it died
   */
  public record Locked(
      Claim claim, Optional<String> waitsFor, Optional<String> granted, boolean isLeased) {}

  /**
   * Has {@code locks} lock the jobs of one kind about {@code subjects} until the end of the
   * transaction, in their order; answers with those that exist, by subject, when that has run.
   */
  public static Map<UUID, Locked> lock(Pipeline locks, String kind, Collection<UUID> subjects) {
    Map<UUID, Locked> locked = new HashMap<>();
    Columns.of(new TreeSet<>(subjects))
        .value(kind)
        .add("uuid", subject -> subject)
        .query(
            locks,
            """
            select subject, kind, account_id, claim, waits_for, granted, lease_until is not null from job
            where kind = ? and subject = any (?) order by subject for update
            """,
            row ->
                new Locked(
                    claim(row),
                    Optional.ofNullable(row.getString(5)),
                    Optional.ofNullable(row.getString(6)),
                    row.getBoolean(7)),
            job -> locked.put(job.claim.subject(), job));
    return locked;
  }

  /** Has {@code locks} lock what {@code claims} hold until the end of the transaction, in order. */
  static void lock(Pipeline locks, Collection<Claim> claims) {
    byClaim(claims)
        .into(
            locks,
            """
            select from unnest(?, ?, ?) as c (subject, kind, number)
            join job on job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            order by job.subject, job.kind for update of job
            """);
  }

  /** A job to be looked at again at {@code runAt}. */
  public record Later(Claim claim, Instant runAt) {}

  /** Ends the leases of jobs that have something left to do. */
  public static void reschedule(Pipeline writes, Collection<Later> jobs) {
    Columns.of(jobs)
        .add("uuid", job -> job.claim().subject())
        .add("text", job -> job.claim().kind())
        .add("bigint", job -> job.claim().number())
        .add("timestamptz", job -> Timestamp.from(job.runAt()))
        .into(
            writes,
            """
            update job set run_at = c.run_at, lease_until = null, node = null
            from unnest(?, ?, ?, ?) as c (subject, kind, number, run_at)
            where job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            """);
  }

  /** A job that waits for a work limit. */
  public record Parked(Claim claim, String waitsFor) {}

  /**
   * Ends the leases of jobs that cannot go on before {@code waitsFor} has room; {@link WorkLimits}
   * promotes them.
   */
  public static void park(Pipeline writes, Collection<Parked> jobs) {
    Columns.of(jobs)
        .add("uuid", job -> job.claim().subject())
        .add("text", job -> job.claim().kind())
        .add("bigint", job -> job.claim().number())
        .add("text", Parked::waitsFor)
        .into(
            writes,
            """
            update job set waits_for = c.waits_for, granted = null, lease_until = null, node = null
            from unnest(?, ?, ?, ?) as c (subject, kind, number, waits_for)
            where job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            """);
  }

  /** Notes that jobs have used, or given back, the slots that they were granted. */
  public static void useGrants(Pipeline writes, Collection<Claim> claims) {
    byClaim(claims)
        .into(
            writes,
            """
            update job set granted = null from unnest(?, ?, ?) as c (subject, kind, number)
            where job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            """);
  }

  /**
   * Takes jobs from whoever holds them, and makes them due: what is known about their subjects has
   * changed.
   */
  public static void takeAway(Pipeline writes, Collection<Claim> claims, Instant now) {
    byClaim(claims)
        .value(Timestamp.from(now))
        .into(
            writes,
            """
            update job set claim = claim + 1, waits_for = null, run_at = t.now, lease_until = null, node = null
            from unnest(?, ?, ?) as c (subject, kind, number), (select ?::timestamptz as now) as t
            where job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            """);
  }

  /** Deletes jobs that have nothing left to do. */
  public static void finish(Pipeline writes, Collection<Claim> claims) {
    byClaim(claims)
        .into(
            writes,
            """
            delete from job using unnest(?, ?, ?) as c (subject, kind, number)
            where job.subject = c.subject and job.kind = c.kind and job.claim = c.number
            """);
  }

  private static Columns<Claim> byClaim(Collection<Claim> claims) {
    return Columns.of(claims)
        .add("uuid", Claim::subject)
        .add("text", Claim::kind)
        .add("bigint", Claim::number);
  }

  private static Claim claim(ResultSet row) throws SQLException {
    return new Claim(
        row.getObject(1, UUID.class),
        row.getString(2),
        new AccountId(row.getLong(3)),
        row.getLong(4));
  }
}
