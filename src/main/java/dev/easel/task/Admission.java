package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.KeyId;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.engine.Jobs;
import dev.easel.engine.Jobs.NewJob;
import dev.easel.engine.Lane;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Accepts tasks: idempotency row, hold, task and job in one transaction, shared with whoever asks
 * at the same time. An accepted task is on disk before its caller hears of it.
 *
 * <p>Locks are taken in the one order that everything keeps to: idempotency keys, work limits,
 * accounts, keys.
 */
public final class Admission implements AutoCloseable {
  private static final int MOST_IN_A_TRANSACTION = 256;

  /** Who asks for a task hears within two seconds that the database is away. */
  private static final Duration PATIENCE = Duration.ofMillis(1_500);

  private final Database database;
  private final InstantSource clock;
  private final Consumer<Task> onAccepted;
  private final Batch<Candidate, Admitted> batch;

  /**
   * Starts admitting.
   *
   * @param onAccepted told of every task after it was committed; must not block
   */
  public Admission(Database database, InstantSource clock, Consumer<Task> onAccepted) {
    this.database = database;
    this.clock = clock;
    this.onAccepted = onAccepted;
    this.batch = database.batch("admission", MOST_IN_A_TRANSACTION, new Admitting());
  }

  /**
   * Admits {@code request}, or says why not; blocks until that is on disk.
   *
   * <p>When the answer to the COMMIT is lost, the task is looked up. Only when the database stays
   * away for long after that does nobody know whether the task was accepted; asking again with the
   * same idempotency key finds out.
   *
   * @param keyIsLimited whether the request's key has a limit of its own
   * @throws dev.easel.db.DatabaseException when the database is away, or too slow
   */
  public Admitted admit(
      TaskRequest request, boolean keyIsLimited, Optional<Idempotency> idempotency) {
    Admitted admitted = batch.submit(new Candidate(request, keyIsLimited, idempotency), PATIENCE);
    if (admitted instanceof Admitted.Accepted accepted) {
      onAccepted.accept(accepted.task());
    }
    return admitted;
  }

  /**
   * What a request of {@code account} is answered because of what was accepted under its key
   * before; empty when nothing was. Admits nothing.
   */
  public Optional<Admitted> answered(AccountId account, Idempotency idempotency) {
    Instant now = clock.instant();
    try (Connection tx = database.connection()) {
      return Pipeline.get(
              tx,
              reads ->
                  IdempotencyKeys.lock(
                      reads, List.of(new IdempotencyKeys.Scoped(account, idempotency.key())), now))
          .answer(account, idempotency, now);
    } catch (SQLException away) {
      throw new DatabaseException("cannot look an idempotency key up", away);
    }
  }

  private record Candidate(
      TaskRequest request, boolean keyIsLimited, Optional<Idempotency> idempotency) {}

  private final class Admitting implements Batch.Traceable<Candidate, Admitted> {
    @Override
    public List<Admitted> run(Connection tx, Pipeline last, List<Candidate> candidates)
        throws SQLException {
      return admitAll(tx, last, candidates);
    }

    @Override
    public List<Optional<Admitted>> find(Connection tx, List<Candidate> candidates)
        throws SQLException {
      lock(tx, candidates, clock.instant());
      Map<TaskId, Task> tasks = new HashMap<>();
      Tasks.load(tx, candidates.stream().map(c -> c.request.id()).toList())
          .forEach(task -> tasks.put(task.id(), task));
      return candidates.stream()
          .map(c -> Optional.ofNullable(tasks.get(c.request.id())))
          .map(found -> found.<Admitted>map(Admitted.Accepted::new))
          .toList();
    }

    @Override
    public Object contended(Candidate candidate) {
      return candidate.request.account();
    }
  }

  /** All that an admission decides by, locked until its transaction ends. */
  private record Locked(
      IdempotencyKeys keys, WorkLimits.Slots slots, Ledger.Book book, KeyLimits limits) {}

  private static Locked lock(Connection tx, List<Candidate> candidates, Instant now)
      throws SQLException {
    return Pipeline.get(
        tx,
        locks ->
            new Locked(
                IdempotencyKeys.lock(locks, idempotent(candidates), now),
                WorkLimits.open(
                    locks, candidates.stream().map(c -> scope(c.request.account())).toList()),
                Ledger.open(locks, candidates.stream().map(c -> c.request.account()).toList()),
                KeyLimits.lock(locks, limited(candidates), now)));
  }

  private List<Admitted> admitAll(Connection tx, Pipeline writes, List<Candidate> candidates)
      throws SQLException {
    Instant now = clock.instant();
    Locked locked = lock(tx, candidates, now);

    List<Admitted> answers = new ArrayList<>(candidates.size());
    List<Task> accepted = new ArrayList<>(candidates.size());
    for (Candidate candidate : candidates) {
      Admitted answer = decide(candidate, locked, now);
      answers.add(answer);
      if (answer instanceof Admitted.Accepted(Task task)) {
        accepted.add(task);
      }
    }

    Tasks.insert(writes, accepted);
    Jobs.insert(writes, accepted.stream().map(task -> job(task, locked.slots)).toList());
    locked.slots.write(writes);
    locked.book.write(writes, now);
    locked.limits.write(writes);
    locked.keys.write(writes, now);
    return answers;
  }

  private static Admitted decide(Candidate candidate, Locked locked, Instant now) {
    TaskRequest request = candidate.request;
    IdempotencyKeys keys = locked.keys;
    Ledger.Book book = locked.book;
    KeyLimits limits = locked.limits;
    if (book.isDeleted(request.account())) {
      return new Admitted.AccountDeleted();
    }
    Optional<Admitted> before =
        candidate.idempotency.flatMap(i -> keys.answer(request.account(), i, now));
    if (before.isPresent()) {
      return before.get();
    }
    if (candidate.keyIsLimited) {
      Optional<Admitted> over = limits.refuse(request.key(), request.credits());
      if (over.isPresent()) {
        return over.get();
      }
    }
    if (!book.hold(request.account(), request.id().value(), request.credits())) {
      return new Admitted.InsufficientCredits(
          book.balance(request.account()).available(), request.credits());
    }
    if (candidate.keyIsLimited) {
      limits.spend(request.key(), request.credits());
    }
    candidate.idempotency.ifPresent(i -> keys.accepted(request.account(), i, request.id(), now));
    return new Admitted.Accepted(new Task(request, now, new TaskState.Queued()));
  }

  private static NewJob job(Task task, WorkLimits.Slots slots) {
    String scope = scope(task.request().account());
    Optional<String> waitsFor =
        slots.take(scope, task.request().account()) ? Optional.empty() : Optional.of(scope);
    return new NewJob(
        task.id().value(),
        TaskRunner.KIND,
        Lane.MAIN,
        task.request().account(),
        task.createdAt(),
        waitsFor);
  }

  private static String scope(AccountId account) {
    return WorkLimits.ofAccount(account);
  }

  private static List<IdempotencyKeys.Scoped> idempotent(List<Candidate> candidates) {
    return candidates.stream()
        .flatMap(c ->
            c.idempotency.stream()
                .map(i -> new IdempotencyKeys.Scoped(c.request.account(), i.key())))
        .toList();
  }

  private static List<KeyId> limited(List<Candidate> candidates) {
    return candidates.stream().filter(Candidate::keyIsLimited).map(c -> c.request.key()).toList();
  }

  @Override
  public void close() {
    batch.close();
  }
}
