package dev.easel.engine;

import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts off the jobs that failed on a node. Those that fail because the database is away fail all at
 * once, and are put off together: when it comes back, it is not asked once for each of them.
 */
final class Retries implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Retries.class);
  private static final int MOST_AT_ONCE = 256;

  private final Batch<Jobs.Later, Jobs.Later> batch;

  Retries(Database database) {
    this.batch = database.batch("retries", MOST_AT_ONCE, Retries::write);
  }

  /** Has a job looked at again at {@code runAt}; if that cannot be written, after its lease. */
  void putOff(Claim claim, Instant runAt) {
    try {
      batch.submit(new Jobs.Later(claim, runAt));
    } catch (RuntimeException failed) {
      log.warn(
          "job {} {} is left to its lease: {}", claim.kind(), claim.subject(), failed.getMessage());
    }
  }

  private static List<Jobs.Later> write(Connection tx, Pipeline last, List<Jobs.Later> jobs) {
    Jobs.lock(last, jobs.stream().map(Jobs.Later::claim).toList());
    Jobs.reschedule(last, jobs);
    return jobs;
  }

  /** What fails from now on is left to its lease. */
  @Override
  public void close() {
    batch.close();
  }
}
