package dev.easel.task;

import dev.easel.db.Database;
import dev.easel.engine.QueuePositions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where queued tasks stand in their queues. The database is asked at most once a second, for all of
 * them at once, and only while somebody reads or watches one.
 */
final class Positions {
  private static final Logger log = LoggerFactory.getLogger(Positions.class);
  private static final Duration APART = Duration.ofSeconds(1);

  /** What is older is not told: the database is away. */
  private static final Duration OLDEST = Duration.ofSeconds(5);

  /** How long a read waits for the first answer about its task, before it does without. */
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private static final int MOST_WANTED = 50_000;

  private final Database database;
  private final Supplier<Collection<TaskId>> watched;
  private final Consumer<Collection<TaskId>> moved;

  /** Who has been read since the database was last asked. */
  private final Set<TaskId> wanted = ConcurrentHashMap.newKeySet();

  private volatile Answer latest;
  private volatile long askedAt;
  private volatile CompletableFuture<Void> asking = CompletableFuture.completedFuture(null);

  private record Answer(Map<UUID, Integer> places, long atNanos) {
    long age() {
      return System.nanoTime() - atNanos;
    }

    OptionalInt of(TaskId id) {
      Integer place = age() > OLDEST.toNanos() ? null : places.get(id.value());
      return place == null ? OptionalInt.empty() : OptionalInt.of(place);
    }
  }

  /**
   * Asks {@code database}.
   *
   * @param watched the queued tasks that somebody watches
   * @param moved is told of those whose position has changed
   */
  Positions(
      Database database, Supplier<Collection<TaskId>> watched, Consumer<Collection<TaskId>> moved) {
    this.database = database;
    this.watched = watched;
    this.moved = moved;
    this.askedAt = System.nanoTime() - APART.toNanos();
    this.latest = new Answer(Map.of(), askedAt);
  }

  /** Has the next answer be about {@code ids} too. */
  void want(Collection<TaskId> ids) {
    if (wanted.size() < MOST_WANTED) {
      wanted.addAll(ids);
    }
  }

  /** Where a queued task stands, a second ago at most; waits a moment when that is not known. */
  OptionalInt of(TaskId id) {
    want(List.of(id));
    Answer known = latest;
    if (known.age() >= APART.toNanos()) {
      ask();
      if (known.of(id).isEmpty() || known.age() >= 2 * APART.toNanos()) {
        await(asking);
      }
    }
    return latest.of(id);
  }

  /** Where a queued task stands, as far as that is known already. */
  OptionalInt known(TaskId id) {
    return latest.of(id);
  }

  /** Asks the database now, unless it has been asked within a second. Does not block. */
  synchronized void ask() {
    if (asking.isDone() && System.nanoTime() - askedAt >= APART.toNanos()) {
      askedAt = System.nanoTime();
      asking = CompletableFuture.runAsync(this::answer, Thread::startVirtualThread);
    }
  }

  private void answer() {
    Answer before = latest;
    long startedAt = System.nanoTime();
    Set<TaskId> ids = new HashSet<>(watched.get());
    for (TaskId id : List.copyOf(wanted)) {
      wanted.remove(id);
      ids.add(id);
    }
    try (Connection connection = database.connection()) {
      Map<UUID, Integer> places =
          QueuePositions.of(connection, TaskRunner.KIND, ids.stream().map(TaskId::value).toList());
      latest = new Answer(places, startedAt);
      moved.accept(
          ids.stream()
              .filter(id -> !Objects.equals(places.get(id.value()), before.places.get(id.value())))
              .toList());
    } catch (SQLException | RuntimeException away) {
      log.debug("cannot tell where {} queued tasks stand: {}", ids.size(), away.getMessage());
    }
  }

  private static void await(CompletableFuture<Void> answer) {
    try {
      answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException without) {
      log.debug("a read does without its position");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
