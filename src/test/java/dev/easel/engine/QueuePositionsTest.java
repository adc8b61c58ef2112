package dev.easel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.Invariants;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is next, when several accounts wait for one channel. */
@ExtendWith(Invariants.class)
class QueuePositionsTest {
  private static final String CHANNEL = WorkLimits.ofChannel("busy");

  private Database database;

  @BeforeEach
  void open(Database fresh) {
    database = fresh;
  }

  /** The audit would look for the tasks of these jobs. */
  @AfterEach
  void noJobIsLeft() {
    database.read(tx -> tx.execute("delete from job"));
  }

  /** A parked job; the lower {@code at}, the longer it has been waiting. */
  private record Waiting(UUID subject, long account, int at) {}

  @Test
  void accountsTakeTurnsFromTheOneAfterTheLast() {
    limit(3);
    Waiting first = park(2, 1);
    Waiting second = park(2, 2);
    Waiting late = park(5, 9);
    Waiting last = park(3, 4);
    Waiting own = park(3, 3);
    assertThat(positions(first, second, late, last, own))
        .isEqualTo(
            Map.of(
                late.subject,
                1,
                first.subject,
                2,
                own.subject,
                3,
                second.subject,
                4,
                last.subject,
                5));
  }

  @Test
  void theQueueOfOneAccountIsInOrder() {
    String scope = "account:7";
    Waiting second = park(scope, 7, 2);
    Waiting first = park(scope, 7, 1);
    park(2, 0);
    assertThat(positions(first, second)).isEqualTo(Map.of(first.subject, 1, second.subject, 2));
  }

  @Test
  void whoWaitsForNothingHasNoPosition() {
    Waiting due = park(2, 1);
    database.read(tx -> tx.execute("update job set waits_for = null"));
    assertThat(positions(due, new Waiting(UUID.randomUUID(), 1, 1))).isEmpty();
    assertThat(positions()).isEmpty();
  }

  @Test
  void severalQueuesAreAnsweredTogether() {
    Waiting here = park(2, 5);
    park(2, 4);
    Waiting there = park("channel:other", 2, 6);
    assertThat(positions(here, there)).isEqualTo(Map.of(here.subject, 2, there.subject, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theyAreThoseOfAQueueThatIsPlayedThrough(long seed) {
    Random random = new Random(seed);
    int accounts = 1 + random.nextInt(40);
    int most = 1 + random.nextInt(120);
    limit(random.nextInt(accounts + 2));
    List<Waiting> all = new ArrayList<>();
    for (int account = 1; account <= accounts; account++) {
      int count = random.nextInt(1 + random.nextInt(most));
      for (int i = 0; i < count; i++) {
        all.add(new Waiting(UUID.randomUUID(), account, random.nextInt(1_000_000)));
      }
    }
    parkAll(all);
    long last = last();
    Map<UUID, Integer> expected = played(all, last);
    assertThat(expected).as("seed %d", seed).isNotEmpty();
    assertThat(positions(all.toArray(Waiting[]::new))).isEqualTo(expected);
  }

  @Test
  void whoStandsTooFarBackHasNone() {
    List<Waiting> all = new ArrayList<>();
    for (int i = 0; i < 3 * QueuePositions.FARTHEST; i++) {
      all.add(new Waiting(UUID.randomUUID(), 1 + i % 3, i));
    }
    parkAll(all);
    assertThat(positions(all.toArray(Waiting[]::new)))
        .hasSize(QueuePositions.FARTHEST)
        .isEqualTo(played(all, 0));
  }

  @Test
  void aThousandAccountsAndMoreTakeTurnsToo() {
    List<Waiting> all = new ArrayList<>();
    for (int i = 0; i < 2 * QueuePositions.FARTHEST; i++) {
      all.add(new Waiting(UUID.randomUUID(), 1 + i, i));
    }
    parkAll(all);
    limit(1_990);
    assertThat(positions(all.toArray(Waiting[]::new))).isEqualTo(played(all, last()));
  }

  /** The queue played through by hand: a round is one job of each account. */
  private static Map<UUID, Integer> played(List<Waiting> all, long last) {
    TreeMap<Long, Queue<Waiting>> queues = new TreeMap<>();
    all.stream()
        .sorted(Comparator.comparingInt(Waiting::at))
        .forEach(w -> queues.computeIfAbsent(w.account, _ -> new ArrayDeque<>()).add(w));
    List<Queue<Waiting>> turns = new ArrayList<>(queues.tailMap(last, false).values());
    turns.addAll(queues.headMap(last, true).values());
    Map<UUID, Integer> positions = new HashMap<>();
    int left = all.size();
    while (left > 0 && positions.size() < QueuePositions.FARTHEST) {
      for (Queue<Waiting> turn : turns) {
        if (!turn.isEmpty() && positions.size() < QueuePositions.FARTHEST) {
          positions.put(turn.remove().subject, positions.size() + 1);
          left--;
        }
      }
    }
    return positions;
  }

  /** Limits the channel, and says which account had the last slot. */
  private void limit(long lastAccount) {
    database.read(tx ->
        tx.execute(
            "insert into work_limit (scope, capacity, last_account) values (?, 1, ?)",
            CHANNEL,
            lastAccount));
  }

  private long last() {
    return database.read(tx ->
        tx.createQuery("select coalesce(max(last_account), 0) from work_limit")
            .mapTo(Long.class)
            .one());
  }

  private Waiting park(long account, int at) {
    return park(CHANNEL, account, at);
  }

  private Waiting park(String scope, long account, int at) {
    Waiting job = new Waiting(UUID.randomUUID(), account, at);
    parkAll(scope, List.of(job));
    return job;
  }

  private void parkAll(List<Waiting> jobs) {
    parkAll(CHANNEL, jobs);
  }

  private void parkAll(String scope, List<Waiting> jobs) {
    database.transaction(tx -> {
      var batch =
          tx.prepareBatch(
              """
              insert into job (subject, kind, account_id, run_at, waits_for)
              values (:subject, 'task', :account, to_timestamp(:at), :scope)
              """);
      jobs.forEach(job ->
          batch
              .bind("subject", job.subject)
              .bind("account", job.account)
              .bind("at", job.at)
              .bind("scope", scope)
              .add());
      return batch.execute();
    });
  }

  private Map<UUID, Integer> positions(Waiting... jobs) {
    try (Connection connection = database.connection()) {
      return QueuePositions.of(
          connection, "task", List.of(jobs).stream().map(Waiting::subject).toList());
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
