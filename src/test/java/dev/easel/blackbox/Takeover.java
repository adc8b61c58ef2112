package dev.easel.blackbox;

import dev.easel.db.Database;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How the leases of a killed node went over to others.
 *
 * @param jobs how many jobs it was running when it was killed
 * @param last how long after that the last of them was made due again
 */
record Takeover(int jobs, Duration last) {
  private static final Duration LOOK = Duration.ofMillis(50);

  /** What a living node has finished, renewed or given back by then it was running itself. */
  private static final Duration OWN = Duration.ofSeconds(1);

  private record Leased(String subject, long claim, String until) {}

  /**
   * Watches until no lease of now is left as it is, which must be within {@code patience}: to be
   * called right after the kill.
   */
  static Takeover watch(Database database, Duration patience) {
    long from = System.nanoTime();
    Set<Leased> left = leased(database);
    int jobs = left.size();
    Duration last = Duration.ZERO;
    while (!left.isEmpty()) {
      LockSupport.parkNanos(LOOK.toNanos());
      Set<Leased> now = leased(database);
      Duration gone = Duration.ofNanos(System.nanoTime() - from);
      if (left.removeIf(lease -> !now.contains(lease))) {
        last = gone;
      }
      if (gone.compareTo(OWN) < 0) {
        jobs = left.size();
        last = Duration.ZERO;
      }
      if (gone.compareTo(patience) > 0) {
        throw new AssertionError("not taken over in " + patience + ": " + left);
      }
    }
    return new Takeover(jobs, last);
  }

  private static Set<Leased> leased(Database database) {
    return database.read(tx ->
        new HashSet<>(
            tx.createQuery(
                    """
                    select subject::text, claim, lease_until::text from job where lease_until is not null
                    """)
                .map((row, _) -> new Leased(row.getString(1), row.getLong(2), row.getString(3)))
                .list()));
  }

  @Override
  public String toString() {
    return "%d jobs taken over, the last after %.1f s".formatted(jobs, last.toMillis() / 1e3);
  }
}
