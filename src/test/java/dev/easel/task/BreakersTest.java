package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.db.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What transactions write about channels, at once and one after the other. */
@ExtendWith(Invariants.class)
class BreakersTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Omen FAIR = new Omen.Fair();
  private static final Omen FAULT = new Omen.Fault("HTTP 500", Duration.ZERO);

  private Database database;
  private Breakers breakers;

  @BeforeEach
  void open(Database given) {
    database = given;
    breakers = new Breakers(database);
  }

  @AfterEach
  void close() {
    breakers.close();
  }

  private void insert(String channel, int faults, Instant coolingUntil) {
    database.read(tx ->
        tx.execute(
            "insert into breaker (channel, faults, cooling_until, cause) values (?, ?, ?, 'before')",
            channel,
            faults,
            Timestamp.from(coolingUntil)));
    breakers.refresh();
  }

  private static Omens omens(String fair, String bad) {
    Omens omens = new Omens();
    omens.add(fair, FAIR);
    omens.add(bad, FAULT);
    return omens;
  }

  private static void execute(Connection tx, String sql) throws SQLException {
    try (Statement statement = tx.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Writes in a transaction of its own that is as patient as it takes to see a deadlock. */
  private void write(Omens omens) {
    TestHouse.plain(() -> {
      try (Connection tx = database.connection()) {
        tx.setAutoCommit(false);
        execute(tx, "set local lock_timeout = '20s'");
        Pipeline.run(tx, writes -> breakers.write(writes, omens, NOW));
        tx.commit();
        return true;
      }
    });
  }

  private static CompletableFuture<Void> begun(Runnable writing) {
    return CompletableFuture.runAsync(writing, Thread::startVirtualThread);
  }

  private void awaitTwoThatWait() {
    String waiting =
        """
        select count(*) = 2 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
        """;
    while (!database.read(tx -> tx.createQuery(waiting).mapTo(Boolean.class).one())) {
      Thread.onSpinWait();
    }
  }

  private int faults(String channel) {
    return database.read(tx ->
        tx.createQuery("select faults from breaker where channel = :channel")
            .bind("channel", channel)
            .mapTo(Integer.class)
            .one());
  }

  @Test
  void whatIsWellForOneNodeAndBadForAnotherIsLockedInOneOrder() throws SQLException {
    insert("a", 3, NOW);
    insert("b", 3, NOW);
    CompletableFuture<Void> one;
    CompletableFuture<Void> other;
    try (Connection first = database.connection()) {
      first.setAutoCommit(false);
      execute(first, "select from breaker order by channel for update");
      one = begun(() -> write(omens("b", "a")));
      other = begun(() -> write(omens("a", "b")));
      awaitTwoThatWait();
      first.commit();
    }
    assertThat(CompletableFuture.allOf(one, other)).succeedsWithin(Duration.ofSeconds(20));
    breakers.refresh();
    assertThat(breakers.cooling()).containsOnlyKeys("a", "b");
  }

  @Test
  void aFaultBesideASuccessBeginsANewRow() {
    insert("a", 5, NOW);
    write(omens("a", "a"));
    breakers.refresh();
    assertThat(faults("a")).isEqualTo(1);
    assertThat(breakers.cooling()).isEqualTo(Map.of("a", NOW));
  }

  @Test
  void whatCoolsAlreadyCoolsNoLongerAndASuccessCounts() {
    Instant end = NOW.plusSeconds(8);
    insert("a", 6, end);
    insert("b", 6, end);
    write(omens("a", "a"));
    write(omens("c", "b"));
    breakers.refresh();
    assertThat(faults("a")).isZero();
    assertThat(faults("b")).isEqualTo(6);
    assertThat(breakers.cooling()).isEqualTo(Map.of("a", end, "b", end));
  }

  @Test
  void aSixthFaultCoolsForEightSeconds() {
    insert("a", 5, NOW);
    write(omens("b", "a"));
    breakers.refresh();
    assertThat(faults("a")).isEqualTo(6);
    assertThat(breakers.cooling()).isEqualTo(Map.of("a", NOW.plusSeconds(8)));
  }
}
