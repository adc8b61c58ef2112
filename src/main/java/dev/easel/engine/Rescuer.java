package dev.easel.engine;

import dev.easel.db.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Four times in the length of a lease: renews what this node is running, and makes due again what a
 * dead node left leased.
 */
final class Rescuer {
  private static final Logger log = LoggerFactory.getLogger(Rescuer.class);

  private final Database database;
  private final List<Crew> crews;
  private final Engine.Settings settings;
  private final Machine machine;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  Rescuer(Database database, List<Crew> crews, Engine.Settings settings, Machine machine) {
    this.database = database;
    this.crews = crews;
    this.settings = settings;
    this.machine = machine;
    this.thread = Thread.ofPlatform().name("rescuer").daemon().unstarted(this::rescueForEver);
  }

  void start() {
    thread.start();
  }

  private void rescueForEver() {
    try {
      while (!closed.await(settings.lease().toMillis() / 4, TimeUnit.MILLISECONDS)) {
        renewAndRescue();
      }
    } catch (InterruptedException stopped) {
      log.debug("rescuer stopped");
    }
  }

  void renewAndRescue() {
    try (Connection tx = database.connection()) {
      renew(tx);
      int rescued = Jobs.rescue(tx, machine.clock().instant());
      if (rescued > 0) {
        log.warn("took over {} jobs whose node is gone", rescued);
        crews.forEach(crew -> crew.claimer().wake());
      }
    } catch (SQLException | RuntimeException away) {
      log.warn("cannot renew leases: {}", away.getMessage());
    }
  }

  private void renew(Connection tx) throws SQLException {
    List<Lease> leases = crews.stream().flatMap(crew -> crew.worker().running().stream()).toList();
    long startedAt = machine.nanoTime().getAsLong();
    Instant until = machine.clock().instant().plus(settings.lease());
    Set<Claim> renewed = Jobs.renew(tx, leases.stream().map(Lease::claim).toList(), until);
    List<Lease> others = new ArrayList<>();
    for (Lease lease : leases) {
      if (renewed.contains(lease.claim())) {
        lease.renewed(startedAt, settings.lease());
      } else {
        others.add(lease);
      }
    }
    // Those that somebody has just locked go on as they are.
    Set<Claim> held = Jobs.held(tx, others.stream().map(Lease::claim).toList());
    others.stream().filter(lease -> !held.contains(lease.claim())).forEach(Lease::lost);
  }

  void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
