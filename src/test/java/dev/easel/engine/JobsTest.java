package dev.easel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs without a task behind them: who has one, and whose writes count. */
class JobsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant LEASED = NOW.plusSeconds(30);

  private Database database;
  private Connection tx;

  @BeforeEach
  void open() throws SQLException {
    database = TestDatabase.create();
    tx = database.connection();
  }

  @AfterEach
  void close() throws SQLException {
    tx.close();
    database.close();
  }

  @Test
  void theOldestDueJobsAreClaimedFirst() throws SQLException {
    UUID late = insert(NOW.plusNanos(1_000), Optional.empty());
    UUID second = insert(NOW, Optional.empty());
    UUID first = insert(NOW.minusSeconds(1), Optional.empty());
    insert(NOW.minusSeconds(2), Optional.of("channel:full"));
    assertThat(claim("n", NOW, 1)).extracting(Claim::subject).containsExactly(first);
    assertThat(claim("n", NOW, 10)).extracting(Claim::subject).containsExactly(second);
    assertThat(claim("n", NOW.plusSeconds(1), 10))
        .containsExactly(new Claim(late, "test", new AccountId(1), 1));
  }

  @Test
  void nodesThatClaimAtOnceNeverGetTheSameJob() throws SQLException {
    Set<UUID> jobs = Set.copyOf(Stream.generate(() -> insertPlain(NOW)).limit(300).toList());
    List<CompletableFuture<List<Claim>>> nodes =
        IntStream.range(0, 4)
            .mapToObj(node ->
                CompletableFuture.supplyAsync(
                    () -> claimAll("node-" + node), Thread::startVirtualThread))
            .toList();
    assertThat(nodes.stream().flatMap(node -> node.join().stream()).map(Claim::subject))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(jobs);
  }

  @Test
  void onlyTheLastClaimCounts() throws SQLException {
    insert(NOW, Optional.empty());
    Claim old = claim("dead", NOW, 1).getFirst();
    assertThat(Jobs.rescue(tx, LEASED)).as("a lease holds to its last moment").isZero();
    assertThat(Jobs.rescue(tx, LEASED.plusMillis(1))).isEqualTo(1);
    Claim fresh = claim("alive", NOW, 1).getFirst();
    assertThat(fresh.number()).isEqualTo(old.number() + 1);

    assertThat(Jobs.renew(tx, List.of(old, fresh), LEASED.plusSeconds(60))).containsExactly(fresh);
    Pipeline.run(tx, writes -> Jobs.reschedule(writes, List.of(new Jobs.Later(old, NOW))));
    Pipeline.run(tx, writes -> Jobs.park(writes, List.of(new Jobs.Parked(old, "channel:full"))));
    Pipeline.run(tx, writes -> Jobs.finish(writes, List.of(old)));
    assertThat(claim("third", NOW, 1)).as("still leased").isEmpty();
    assertThat(Jobs.rescue(tx, LEASED.plusSeconds(59))).as("renewed").isZero();

    Pipeline.run(
        tx, writes -> Jobs.reschedule(writes, List.of(new Jobs.Later(fresh, NOW.plusSeconds(5)))));
    assertThat(claim("third", NOW.plusSeconds(4), 1)).isEmpty();
    Claim third = claim("third", NOW.plusSeconds(5), 1).getFirst();
    assertThat(third.number()).isEqualTo(fresh.number() + 1);
    assertThat(Jobs.renew(tx, List.of(fresh), LEASED)).as("no longer leased by it").isEmpty();
    Pipeline.run(tx, writes -> Jobs.finish(writes, List.of(third)));
    assertThat(locked(third)).isNull();
  }

  private Jobs.@Nullable Locked locked(Claim claim) throws SQLException {
    return Pipeline.get(tx, locks -> Jobs.lock(locks, "test", List.of(claim.subject())))
        .get(claim.subject());
  }

  /** Or one forgotten session would cost a node all its jobs. */
  @Test
  void aJobThatSomebodyHasLockedKeepsNoOtherFromBeingRenewed() throws SQLException {
    insert(NOW, Optional.empty());
    insert(NOW, Optional.empty());
    List<Claim> claims = claim("n", NOW, 2);
    try (Connection forgotten = database.connection()) {
      forgotten.setAutoCommit(false);
      Pipeline.run(forgotten, locks -> Jobs.lock(locks, claims.subList(0, 1)));
      assertThat(Jobs.renew(tx, claims, LEASED.plusSeconds(60))).containsExactly(claims.get(1));
      assertThat(Jobs.held(tx, claims)).as("and it is not lost").containsAll(claims);
      forgotten.rollback();
    }
    assertThat(Jobs.rescue(tx, LEASED.plusSeconds(59))).as("as it was leased").isEqualTo(1);
  }

  @Test
  void aReturnedJobIsNotRenewed() throws SQLException {
    insert(NOW, Optional.empty());
    Claim claim = claim("n", NOW, 1).getFirst();
    Pipeline.run(tx, writes -> Jobs.park(writes, List.of(new Jobs.Parked(claim, "channel:full"))));
    assertThat(Jobs.renew(tx, List.of(claim), LEASED)).isEmpty();
    assertThat(claim("n", NOW, 1)).isEmpty();
    assertThat(locked(claim))
        .isEqualTo(new Jobs.Locked(claim, Optional.of("channel:full"), Optional.empty(), false));
  }

  private List<Claim> claimAll(String node) {
    try (Connection own = database.connection()) {
      List<Claim> all = new java.util.ArrayList<>();
      List<Claim> claims;
      do {
        claims = Jobs.claim(own, Lane.MAIN, node, NOW, LEASED, 7);
        all.addAll(claims);
      } while (!claims.isEmpty());
      return all;
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private List<Claim> claim(String node, Instant now, int most) throws SQLException {
    return Jobs.claim(tx, Lane.MAIN, node, now, LEASED, most);
  }

  private UUID insertPlain(Instant runAt) {
    try {
      return insert(runAt, Optional.empty());
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private UUID insert(Instant runAt, Optional<String> waitsFor) throws SQLException {
    UUID subject = UUID.randomUUID();
    Pipeline.run(
        tx,
        writes ->
            Jobs.insert(
                writes,
                List.of(
                    new Jobs.NewJob(
                        subject, "test", Lane.MAIN, new AccountId(1), runAt, waitsFor))));
    return subject;
  }
}
