package dev.easel.task;

import dev.easel.catalog.Route;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.db.Pipeline;
import dev.easel.engine.Handler;
import dev.easel.engine.Lease;
import dev.easel.provider.Cancellation;
import dev.easel.provider.Generation;
import dev.easel.provider.Output;
import dev.easel.provider.Progress;
import dev.easel.provider.Provider;
import dev.easel.provider.Reconciliation;
import dev.easel.task.Decision.Change;
import dev.easel.task.Decision.Course;
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
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task's job: finds out what has to be known, asks {@link Lifecycle} what to do about it,
 * does that and settles. All I/O happens here, between the transactions.
 */
public final class TaskRunner implements Handler, AutoCloseable {
  /** The kind of a task's job. */
  public static final String KIND = "task";

  private static final Logger log = LoggerFactory.getLogger(TaskRunner.class);
  private static final int MOST_LOADED_AT_ONCE = 256;

  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  /** When a piece that found its channel full looks again, while other pieces are under way. */
  private static final Duration PAUSE_WHEN_SHORT_OF_SLOTS = Duration.ofSeconds(1);

  private final Settlement settlement;
  private final Outside outside;
  private final InstantSource clock;
  private final Batch<TaskId, Situation> situations;
  private volatile boolean closed;

  /**
   * What a task needs of the world.
   *
   * @param providers by channel
   * @param policies by model
   * @param places how much may be under way with each channel
   * @param attemptIds makes the id of each attempt
   * @param threads makes the threads that ask about several pieces at once
   * @param pauses waits, before what cannot be done now is tried again
   */
  public record Outside(
      Function<String, Provider> providers,
      Function<String, Lifecycle.Policy> policies,
      ChannelPlaces places,
      Results results,
      Supplier<UUID> attemptIds,
      ThreadFactory threads,
      Consumer<Duration> pauses) {}

  /** Wires a runner. */
  public TaskRunner(
      Database database, Settlement settlement, Outside outside, InstantSource clock) {
    this.settlement = settlement;
    this.outside = outside;
    this.clock = clock;
    this.situations = database.reads("situations", MOST_LOADED_AT_ONCE, TaskRunner::load);
  }

  private static List<Situation> load(Connection connection, List<TaskId> ids) throws SQLException {
    Pipeline reads = new Pipeline();
    Tasks.Loaded loaded = Tasks.load(reads, ids);
    Map<TaskId, List<Attempt>> attempts = Attempts.load(reads, ids);
    reads.run(connection);
    Map<TaskId, Task> tasks = new HashMap<>();
    loaded.tasks().forEach(task -> tasks.put(task.id(), task));
    List<Situation> situations = new ArrayList<>(ids.size());
    for (TaskId id : ids) {
      Task task = tasks.get(id);
      if (task == null) {
        throw new IllegalStateException("a job for a task that does not exist: " + id);
      }
      situations.add(new Situation(task, attempts.getOrDefault(id, List.of())));
    }
    return situations;
  }

  @Override
  public void run(Lease lease) {
    Situation situation = situations.submit(new TaskId(lease.claim().subject()));
    Lifecycle.Policy policy = outside.policies.apply(situation.task().request().model());
    new Turn(lease, situation, policy).take();
  }

  /** A question about one attempt. */
  private record Asking(Attempt attempt, Supplier<Outcome> question) {}

  /** What came of a question. */
  private sealed interface Heard {
    record Answer(Asking asking, Outcome outcome) implements Heard {}

    record Broken(Throwable cause) implements Heard {}
  }

  /** One turn of a task: what is due of its pieces is found out, all at once, and written. */
  private final class Turn {
    private final Lease lease;
    private final Lifecycle.Policy policy;
    private final Situation before;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private Situation situation;
    private boolean isShortOfSlots;

    Turn(Lease lease, Situation situation, Lifecycle.Policy policy) {
      this.lease = lease;
      this.policy = policy;
      this.before = situation;
      this.situation = situation;
    }

    void take() {
      List<Attempt> fresh = new ArrayList<>();
      List<Asking> askings = new ArrayList<>();
      Instant now = clock.instant();
      for (Lifecycle.Step step : Lifecycle.next(situation, now, policy)) {
        switch (step) {
          case Lifecycle.Step.Submit(int piece, int number, Route route) ->
              fresh.add(attempt(piece, number, route, now));
          case Lifecycle.Step.Check(Attempt attempt, String upstreamId) ->
              askings.add(
                  new Asking(
                      attempt,
                      () ->
                          new Outcome.Checked(
                              asked(
                                  attempt,
                                  provider -> provider.check(generation(attempt), upstreamId),
                                  _ -> new Progress.Missing()))));
          case Lifecycle.Step.Reconcile(Attempt attempt) ->
              askings.add(
                  new Asking(
                      attempt,
                      () ->
                          new Outcome.Reconciled(
                              asked(
                                  attempt,
                                  provider -> provider.reconcile(generation(attempt)),
                                  Reconciliation.Unknown::new))));
          case Lifecycle.Step.Fetch(Attempt attempt, List<Copy> copies) ->
              askings.add(
                  new Asking(
                      attempt,
                      () ->
                          outside.results.fetch(
                              before.task().request(), attempt, copies, provider(attempt))));
          case Lifecycle.Step.Stop(Attempt attempt, String upstreamId) ->
              askings.add(
                  new Asking(
                      attempt,
                      () ->
                          new Outcome.Stopped(
                              asked(
                                  attempt,
                                  provider -> provider.cancel(generation(attempt), upstreamId),
                                  Cancellation.Unconfirmed::new))));
        }
      }
      if (fresh.isEmpty() || begin(fresh, askings)) {
        ask(askings);
      }
    }

    private Attempt attempt(int piece, int number, Route route, Instant now) {
      return new Attempt(
          outside.attemptIds.get(),
          piece,
          number,
          route.channel(),
          route.upstreamModel(),
          now,
          now,
          new Attempt.State.Sending());
    }

    /**
     * Asks about an attempt that is open: a defect, or a channel that this node does not know, must
     * not keep its deadline from it.
     */
    private <T> T asked(Attempt attempt, Function<Provider, T> question, Function<String, T> none) {
      try {
        return question.apply(provider(attempt));
      } catch (RuntimeException defect) {
        log.error(
            "ALERT: task {}: channel {} cannot be asked about attempt {}",
            situation.task().id(),
            attempt.channel(),
            attempt.id(),
            defect);
        return none.apply(defect.toString());
      }
    }

    /** Commits attempts as sending; false when this node has no more business with the task. */
    private boolean begin(List<Attempt> fresh, List<Asking> askings) {
      return switch (sending(fresh)) {
        case Settlement.Begun.Lost _, Settlement.Begun.Parked _ -> false;
        case Settlement.Begun.Sending(List<Attempt> begun) -> {
          isShortOfSlots = begun.size() < fresh.size();
          for (Attempt attempt : begun) {
            situation = situation.with(attempt);
            askings.add(new Asking(attempt, () -> submitted(attempt)));
          }
          yield true;
        }
      };
    }

    /** When nobody knows whether they are on disk, nothing is sent, and that is what is written. */
    private Settlement.Begun sending(List<Attempt> fresh) {
      try {
        return settlement.begin(lease.claim(), situation, fresh);
      } catch (DatabaseException away) {
        Instant now = clock.instant();
        List<Change> unsent =
            fresh.stream().map(attempt -> Lifecycle.neverBought(attempt, now)).toList();
        learn(unsent.stream().filter(this::isProved).toList(), away);
        throw away;
      }
    }

    /** Without the lease nothing is sent, and whoever took over finds the attempt as sending. */
    private Outcome submitted(Attempt attempt) {
      if (!lease.isHeld()) {
        throw new LeaseLost();
      }
      return new Outcome.Submitted(provider(attempt).submit(generation(attempt)));
    }

    private void ask(List<Asking> askings) {
      if (askings.isEmpty()) {
        settlement.proceed(lease.claim(), situation, course());
        return;
      }
      if (askings.size() == 1) {
        heard.add(answered(askings.getFirst()));
      } else {
        // No answer waits for another to be written.
        for (Asking asking : askings) {
          outside.threads.newThread(() -> heard.add(answered(asking))).start();
        }
      }
      @Nullable Throwable broken = null;
      for (int left = askings.size() - 1; left >= 0; left--) {
        try {
          Heard answer = next();
          switch (answer) {
            case Heard.Answer(Asking asking, Outcome outcome) ->
                settle(asking.attempt, outcome, left == 0 && broken == null);
            case Heard.Broken(Throwable cause) -> broken = cause;
          }
        } catch (RuntimeException failed) {
          broken = failed; // the other answers are still to be written
        }
      }
      rethrow(broken);
    }

    private Heard answered(Asking asking) {
      try {
        return new Heard.Answer(asking, outcome(asking));
      } catch (RuntimeException | Error broken) {
        return new Heard.Broken(broken);
      }
    }

    /** What is on disk as sent is sent, whether there is a place or not. */
    private Outcome outcome(Asking asking) {
      ChannelPlaces.Places places = outside.places.of(asking.attempt.channel());
      if (isSubmittedNow(asking.attempt)) {
        places.takeAnyway();
      } else {
        Optional<Instant> turn = places.take();
        if (turn.isPresent()) {
          return new Outcome.NotAsked(turn.get());
        }
      }
      Instant began = clock.instant();
      try {
        return stored(asking.attempt, asking.question.get());
      } finally {
        places.giveBack(Duration.between(began, clock.instant()).toMillis());
      }
    }

    /** What was produced is stored before anything is written of it. */
    private Outcome stored(Attempt attempt, Outcome outcome) {
      return decide(before, attempt, outcome)
              instanceof Decision.Store(Attempt produced, List<Output> outputs)
          ? outside.results.store(before.task().request(), produced, outputs, patience(attempt))
          : outcome;
    }

    private Heard next() {
      try {
        return heard.take();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while providers were asked", interrupted);
      }
    }

    /**
     * What a submission has handed over nobody can ask for again, whoever has the lease by then.
     */
    private Results.Patience patience(Attempt attempt) {
      boolean isLastCopy = isSubmittedNow(attempt);
      return new Results.Patience() {
        @Override
        public boolean lasts() {
          return !closed && (isLastCopy || lease.isHeld());
        }

        @Override
        public void pause(Duration length) {
          outside.pauses.accept(length);
        }
      };
    }

    private void settle(Attempt attempt, Outcome outcome, boolean isLast) {
      if (!(decide(situation, attempt, outcome) instanceof Decision.Change change)) {
        throw new IllegalStateException("what is stored is not to be stored again");
      }
      situation = situation.with(change);
      Course course = isLast ? course() : new Course.Hold();
      boolean isAnswer = isSubmittedNow(attempt) && isProved(change);
      try {
        settlement.settle(
            lease.claim(),
            situation,
            new Settlement.News(
                change,
                isAnswer,
                attempt.state().holdsSlot() && !change.attempt().state().holdsSlot()),
            course);
      } catch (DatabaseException away) {
        if (isAnswer) {
          learn(List.of(change), away);
        }
        throw away;
      }
      alert(outcome, change);
    }

    /** What can no longer be fetched has been paid for. */
    private void alert(Outcome outcome, Change change) {
      if (outcome instanceof Outcome.Incomplete(_, String reason, _)
          && !change.attempt().state().isOpen()) {
        log.error(
            "ALERT: task {}: what channel {} has made could not be fetched while it was there, and"
                + " is lost; a result {}",
            situation.task().id(),
            change.attempt().channel(),
            reason);
      }
    }

    /**
     * Writes what nobody else can know, as soon as the database can be used again. By then somebody
     * else may own the task, or it may have been written after all: either is looked at.
     */
    private void learn(List<Change> changes, DatabaseException away) {
      log.warn(
          "task {}: what is known of its submission waits for the database: {}",
          situation.task().id(),
          away.getMessage());
      for (Change change : changes) {
        while (!hasLearned(change) && !closed) {
          outside.pauses.accept(PAUSE_WHEN_DATABASE_AWAY);
        }
      }
    }

    private boolean hasLearned(Change change) {
      try {
        settlement.learn(situation.task(), change);
        return true;
      } catch (DatabaseException stillAway) {
        log.debug("task {}: still waits for the database", situation.task().id());
        return false;
      }
    }

    /**
     * Whether what this node knows of a submission of its own is so whatever others have done
     * since.
     */
    private boolean isProved(Change change) {
      return !(change.attempt().state() instanceof Attempt.State.Rejected)
          || !provider(change.attempt()).reconcilesBySubmitting();
    }

    /** Whether the attempt was begun in this turn, not found as somebody else left it. */
    private boolean isSubmittedNow(Attempt attempt) {
      return attempt.state() instanceof Attempt.State.Sending
          && !before.attempts().contains(attempt);
    }

    private Decision decide(Situation known, Attempt attempt, Outcome outcome) {
      return Lifecycle.decide(known, attempt, outcome, clock.instant(), policy);
    }

    private Course course() {
      Instant now = clock.instant();
      Course course = Lifecycle.course(situation, now, policy);
      Instant soonest = now.plus(PAUSE_WHEN_SHORT_OF_SLOTS);
      return isShortOfSlots && course instanceof Course.Again(Instant at) && at.isBefore(soonest)
          ? new Course.Again(soonest)
          : course;
    }

    private Provider provider(Attempt attempt) {
      return outside.providers.apply(attempt.channel());
    }

    private Generation generation(Attempt attempt) {
      return attempt.generation(before.task().request());
    }
  }

  private static void rethrow(@Nullable Throwable broken) {
    switch (broken) {
      case null -> {}
      case LeaseLost _ -> {} // nothing was sent; the job is whoever's takes it over
      case RuntimeException defect -> throw defect;
      case Error fatal -> throw fatal;
      default -> throw new IllegalStateException(broken);
    }
  }

  /** The lease ran out before anything was sent. */
  private static final class LeaseLost extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Override
  public void close() {
    closed = true;
    situations.close();
  }
}
