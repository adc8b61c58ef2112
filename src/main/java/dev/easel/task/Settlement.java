package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.db.Batch;
import dev.easel.db.Database;
import dev.easel.db.Pipeline;
import dev.easel.engine.Claim;
import dev.easel.engine.Jobs;
import dev.easel.engine.WorkLimits;
import dev.easel.task.Decision.Change;
import dev.easel.task.Decision.Course;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes decisions: attempts, task, credits, job and work limits in one transaction, shared with
 * whoever decides at the same time. A decision counts only while its claim holds the task's job;
 * otherwise somebody else owns the task, and nothing is written.
 *
 * <p>One exception: what a provider answered to a submission has been paid for. It is written by
 * the attempt's id, whoever owns the task by then, as long as nobody has learned it otherwise; the
 * owner then loses its claim, because it decides without knowing.
 *
 * <p>Locks are taken in the one order that everything keeps to: work limits, jobs, accounts.
 * Accounts, which admission wants too, are locked last and so only for as long as it takes to write
 * them and commit.
 */
public final class Settlement implements AutoCloseable {
  private static final int MOST_IN_A_TRANSACTION = 256;

  private final InstantSource clock;
  private final Breakers breakers;
  private final Consumer<Settled> onSettled;
  private final Batch<Request, Written> batch;

  /**
   * Starts settling.
   *
   * @param breakers told what becomes known of channels
   * @param onSettled told of every task that was changed, after the commit; must not block
   */
  public Settlement(
      Database database, InstantSource clock, Breakers breakers, Consumer<Settled> onSettled) {
    this.clock = clock;
    this.breakers = breakers;
    this.onSettled = onSettled;
    this.batch = database.batch("settlement", MOST_IN_A_TRANSACTION, new Settling());
  }

  /**
   * What is written is fenced, so that nobody need look up what became of it when the answer to a
   * COMMIT is lost: {@link TaskRunner} says again what nobody else can know.
   */
  private final class Settling implements Batch.Work<Request, Written> {
    @Override
    public List<Written> run(Connection tx, Pipeline last, List<Request> requests)
        throws SQLException {
      return writeAll(tx, last, requests);
    }

    @Override
    public Object contended(Request request) {
      return account(request.item);
    }
  }

  /** For an operator's command: nobody here waits for what becomes due. */
  public static Settlement ofOperator(Database database, InstantSource clock) {
    return new Settlement(database, clock, new Breakers(database), _ -> {});
  }

  /**
   * A task was changed.
   *
   * @param madeDue whether jobs, of this task or of others, became due by it
   * @param madeDeliveries whether somebody is owed news of it, or of others
   */
  public record Settled(TaskId task, boolean madeDue, boolean madeDeliveries) {}

  /** What became of attempts that were to begin. */
  public sealed interface Begun {
    /** These are on disk as sending; the others found no free slot of their channel. */
    record Sending(List<Attempt> attempts) implements Begun {}

    /** The task waits for a free slot of its channel; nothing else was written. */
    record Parked() implements Begun {}

    /** Somebody else owns the task; nothing was written. */
    record Lost() implements Begun {}
  }

  /** Writes {@code attempts} as sending, as far as their channels have room. */
  public Begun begin(Claim claim, Situation situation, List<Attempt> attempts) {
    return switch (submit(new Item.Begins(situation, claim, List.copyOf(attempts)))) {
      case Result.Begun(List<Attempt> begun) -> new Begun.Sending(begun);
      case Result.Parked _ -> new Begun.Parked();
      case Result.Done _,
          Result.Asked _,
          Result.Lost _,
          Result.Busy _,
          Result.Uncovered _,
          Result.Overtaken _ ->
          new Begun.Lost();
    };
  }

  /**
   * What is new about an attempt.
   *
   * @param isAnswer whether a provider has just answered the attempt's submission
   * @param freesSlot whether its provider worked for the attempt until now
   */
  public record News(Change change, boolean isAnswer, boolean freesSlot) {}

  /**
   * Writes what is new and how the task goes on; blocks until that is on disk.
   *
   * @param situation as it is after {@code news}
   */
  public void settle(Claim claim, Situation situation, News news, Course course) {
    submit(new Item.Settles(situation, claim, Optional.of(news), course));
  }

  /** Writes how the task goes on when there was nothing to find out. */
  public void proceed(Claim claim, Situation situation, Course course) {
    submit(new Item.Settles(situation, claim, Optional.empty(), course));
  }

  /** What became of a wish to cancel. */
  public enum Canceling {
    /** The task is canceled. */
    CANCELED,
    /** A provider works on it and is going to be asked to stop. */
    ASKED,
    /** The task is final. */
    TOO_LATE
  }

  /** Cancels a task that no provider has been asked for yet; for others notes that it is wished. */
  public Canceling cancel(Task task) {
    return switch (submit(new Item.Cancels(task))) {
      case Result.Done _ -> Canceling.CANCELED;
      case Result.Asked _ -> Canceling.ASKED;
      case Result.Begun _,
          Result.Parked _,
          Result.Lost _,
          Result.Busy _,
          Result.Uncovered _,
          Result.Overtaken _ ->
          Canceling.TOO_LATE;
    };
  }

  /** Writes what is known about an attempt whose answer was lost, whoever has the task now. */
  void learn(Task task, Change change) {
    submit(new Item.Learns(task, change));
  }

  /**
   * Writes that nothing was bought, unless a provider is asked about it at this moment: it may just
   * be handed the generation again. False in that case.
   */
  boolean writeOff(Task task, Change change) {
    return !(submit(new Item.WritesOff(task, change)) instanceof Result.Busy);
  }

  private Result submit(Item item) {
    Request request = new Request(item, Set.of());
    Written written = batch.submit(request);
    while (true) {
      switch (written.result) {
        case Result.Uncovered(String scope) -> request = request.with(scope);
        case Result.Overtaken _ -> {}
        case Result.Begun _,
            Result.Parked _,
            Result.Done _,
            Result.Asked _,
            Result.Lost _,
            Result.Busy _ -> {
          if (isWritten(written.result)) {
            onSettled.accept(
                new Settled(item.task().id(), written.madeDue, written.madeDeliveries));
          }
          if (written.isOminous) {
            breakers.refresh();
          }
          return written.result;
        }
      }
      written = batch.submit(request);
    }
  }

  /** An item, and the work limits it was found to need beyond those that it says itself. */
  private record Request(Item item, Set<String> more) {
    Request with(String scope) {
      Set<String> scopes = new HashSet<>(more);
      scopes.add(scope);
      return new Request(item, scopes);
    }
  }

  private record Written(
      Result result, boolean madeDue, boolean madeDeliveries, boolean isOminous) {}

  /** What became of an item. */
  sealed interface Result {
    record Begun(List<Attempt> attempts) implements Result {}

    record Parked() implements Result {}

    record Done() implements Result {}

    record Asked() implements Result {}

    record Lost() implements Result {}

    /** A node is at work on it. */
    record Busy() implements Result {}

    /** It touches a work limit that was not locked: to be tried again with that one. */
    record Uncovered(String scope) implements Result {}

    /** Another item of the same transaction was about the same task: to be tried again. */
    record Overtaken() implements Result {}
  }

  private sealed interface Item {
    Task task();

    record Begins(Situation situation, Claim claim, List<Attempt> attempts) implements Item {
      @Override
      public Task task() {
        return situation.task();
      }
    }

    record Settles(Situation situation, Claim claim, Optional<News> news, Course course)
        implements Item {
      @Override
      public Task task() {
        return situation.task();
      }
    }

    record Cancels(Task task) implements Item {}

    record Learns(Task task, Change change) implements Item {}

    record WritesOff(Task task, Change change) implements Item {}
  }

  private List<Written> writeAll(Connection tx, Pipeline last, List<Request> requests)
      throws SQLException {
    Instant now = clock.instant();
    Pipeline locks = new Pipeline();
    WorkLimits.Slots slots =
        WorkLimits.open(locks, requests.stream().flatMap(Settlement::scopes).toList());
    Map<UUID, Jobs.Locked> jobs =
        Jobs.lock(
            locks,
            TaskRunner.KIND,
            requests.stream().map(r -> r.item.task().id().value()).toList());
    Map<TaskId, Tasks.Cancelable> cancelable =
        Tasks.cancelable(locks, requests.stream().flatMap(Settlement::canceled).toList());
    locks.run(tx);
    Map<UUID, Boolean> unanswered = Attempts.unanswered(tx, late(requests, jobs));

    SettlementPage page = new SettlementPage(now, slots);
    Set<TaskId> touched = new HashSet<>();
    List<Result> results = new ArrayList<>(requests.size());
    for (Request request : requests) {
      Item item = request.item;
      Jobs.@Nullable Locked job = jobs.get(item.task().id().value());
      // Of two items about one task, the second was made without knowing of the first.
      Result result =
          touched.contains(item.task().id())
              ? new Result.Overtaken()
              : uncovered(item, job, slots)
                  .orElseGet(() -> write(page, item, job, cancelable, unanswered));
      if (isWritten(result)) {
        touched.add(item.task().id());
      }
      results.add(result);
    }
    boolean madeDue = page.write(tx, last, breakers);
    List<Written> answers = new ArrayList<>(results.size());
    boolean isToTell = page.isOminous(); // one of them, which is enough
    for (Result result : results) {
      answers.add(
          new Written(result, madeDue, page.hasDeliveries(), isToTell && isWritten(result)));
      isToTell &= !isWritten(result);
    }
    return answers;
  }

  private static boolean isWritten(Result result) {
    return switch (result) {
      case Result.Begun _, Result.Parked _, Result.Done _, Result.Asked _ -> true;
      case Result.Lost _, Result.Busy _, Result.Uncovered _, Result.Overtaken _ -> false;
    };
  }

  /** A slot that was granted to the job, or that it waits for, has to be locked too. */
  private static Optional<Result> uncovered(
      Item item, Jobs.@Nullable Locked job, WorkLimits.Slots slots) {
    if (job == null) {
      return Optional.empty();
    }
    Stream<String> touched =
        item instanceof Item.Cancels
            ? Stream.concat(job.granted().stream(), job.waitsFor().stream())
            : job.granted().stream();
    return touched.filter(scope -> !slots.covers(scope)).findFirst().map(Result.Uncovered::new);
  }

  private static Result write(
      SettlementPage page,
      Item item,
      Jobs.@Nullable Locked job,
      Map<TaskId, Tasks.Cancelable> cancelable,
      Map<UUID, Boolean> unanswered) {
    return switch (item) {
      case Item.Begins(Situation situation, Claim claim, List<Attempt> attempts) ->
          held(claim, job)
              .map(ours -> page.begin(situation, ours, attempts))
              .orElseGet(Result.Lost::new);
      case Item.Settles(Situation situation, Claim claim, Optional<News> news, Course course) ->
          held(claim, job)
              .map(ours -> page.settle(situation, ours, news, course))
              .or(() ->
                  news.filter(News::isAnswer)
                      .map(late -> page.learn(situation.task(), job, late.change, unanswered)))
              .orElseGet(Result.Lost::new);
      case Item.Learns(Task task, Change change) -> page.learn(task, job, change, unanswered);
      case Item.WritesOff(Task task, Change change) ->
          job != null && job.isLeased()
              ? new Result.Busy()
              : page.learn(task, job, change, unanswered);
      case Item.Cancels(Task task) ->
          job == null ? new Result.Lost() : page.cancel(task, job, cancelable.get(task.id()));
    };
  }

  /** The job, if {@code claim} still holds it. */
  private static Optional<Jobs.Locked> held(Claim claim, Jobs.@Nullable Locked job) {
    return Optional.ofNullable(job).filter(now -> now.claim().number() == claim.number());
  }

  /** Attempts of which something is to be learned although the task is somebody else's. */
  private static List<UUID> late(List<Request> requests, Map<UUID, Jobs.Locked> jobs) {
    return requests.stream()
        .flatMap(request ->
            switch (request.item) {
              case Item.Learns(_, Change change) -> Stream.of(change.attempt().id());
              case Item.WritesOff(_, Change change) -> Stream.of(change.attempt().id());
              case Item.Settles(Situation situation, Claim claim, Optional<News> news, _)
                  when held(claim, jobs.get(situation.task().id().value())).isEmpty() ->
                  news.filter(News::isAnswer).stream().map(n -> n.change.attempt().id());
              case Item.Begins _, Item.Settles _, Item.Cancels _ -> Stream.of();
            })
        .toList();
  }

  private static Stream<TaskId> canceled(Request request) {
    return request.item instanceof Item.Cancels(Task task) ? Stream.of(task.id()) : Stream.of();
  }

  /** The work limits that an item may take slots of, or give them back to. */
  private static Stream<String> scopes(Request request) {
    String account = WorkLimits.ofAccount(account(request.item));
    Stream<String> scopes =
        switch (request.item) {
          case Item.Begins(_, _, List<Attempt> attempts) ->
              attempts.stream().map(Settlement::scope);
          case Item.Settles(_, _, Optional<News> news, Course course) ->
              Stream.concat(
                  course.isFinal() ? Stream.of(account) : Stream.of(),
                  news.stream()
                      .filter(n -> n.isAnswer || n.freesSlot)
                      .map(n -> scope(n.change.attempt())));
          case Item.Cancels _ -> Stream.of(account);
          case Item.Learns(_, Change change) -> Stream.of(scope(change.attempt()));
          case Item.WritesOff(_, Change change) -> Stream.of(scope(change.attempt()));
        };
    return Stream.concat(scopes, request.more.stream());
  }

  private static String scope(Attempt attempt) {
    return WorkLimits.ofChannel(attempt.channel());
  }

  private static AccountId account(Item item) {
    return item.task().request().account();
  }

  @Override
  public void close() {
    batch.close();
  }
}
