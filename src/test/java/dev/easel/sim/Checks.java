package dev.easel.sim;

import dev.easel.asset.StoredFile;
import dev.easel.db.Database;
import dev.easel.sim.Customers.Wish;
import dev.easel.task.Admitted;
import dev.easel.task.Audit;
import dev.easel.task.Settlement;
import dev.easel.task.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What must be true when a run is over: the database against what customers were told, what the
 * providers have in their books, and which files there are.
 */
final class Checks {
  private final Database database;
  private final SimulatedNode.World world;
  private final Customers customers;
  private final List<String> broken = new ArrayList<>();

  Checks(Database database, SimulatedNode.World world, Customers customers) {
    this.database = database;
    this.world = world;
    this.customers = customers;
  }

  private record TaskRow(String state, long key, long credits) {}

  private record AttemptRow(UUID id, UUID task, int piece, int number, String state) {}

  /**
   * Checks everything; returns how many tasks there are.
   *
   * @throws Violation when anything is not as it must be
   */
  int run() {
    broken.addAll(database.snapshot(Audit::run).violations());
    Map<UUID, TaskRow> tasks = database.read(Checks::tasks);
    List<AttemptRow> attempts = database.read(Checks::attempts);
    answersHold(tasks);
    idempotencyKeysHold(tasks);
    cancellationsHold(tasks);
    canceledIsNotMade(tasks, attempts);
    nothingWasBoughtTwice(attempts);
    filesArePresent();
    nothingIsLeft();
    keysAreWithinTheirLimits(tasks);
    if (!broken.isEmpty()) {
      throw new Violation(String.join(System.lineSeparator(), broken));
    }
    return tasks.size();
  }

  private static Map<UUID, TaskRow> tasks(Handle tx) {
    Map<UUID, TaskRow> tasks = new LinkedHashMap<>();
    tx.createQuery("select id, state, key_id, credits from task order by id")
        .map((rs, _) ->
            Map.entry(
                rs.getObject(1, UUID.class),
                new TaskRow(rs.getString(2), rs.getLong(3), rs.getLong(4))))
        .forEach(task -> tasks.put(task.getKey(), task.getValue()));
    return tasks;
  }

  private static List<AttemptRow> attempts(Handle tx) {
    return tx.createQuery(
            "select id, task_id, piece, number, state from attempt order by task_id, piece, number")
        .map((rs, _) ->
            new AttemptRow(
                rs.getObject(1, UUID.class),
                rs.getObject(2, UUID.class),
                rs.getInt(3),
                rs.getInt(4),
                rs.getString(5)))
        .list();
  }

  /** Who was told that a task is accepted has one, and it has come to an end. */
  private void answersHold(Map<UUID, TaskRow> tasks) {
    Set<UUID> wanted = new HashSet<>();
    for (Wish wish : customers.wishes()) {
      wish.tries().forEach(id -> wanted.add(id.value()));
      for (Admitted answer : wish.answers()) {
        if (answer instanceof Admitted.Accepted(var task)
            && !tasks.containsKey(task.id().value())) {
          broken.add("task " + task.id() + " was accepted, and is lost");
        }
      }
    }
    tasks.forEach((id, task) -> {
      if (!Set.of("succeeded", "failed", "canceled").contains(task.state)) {
        broken.add("task " + id + " is " + task.state + " for ever");
      }
      if (!wanted.contains(id)) {
        broken.add("nobody wanted task " + id);
      }
    });
  }

  /** One task for an idempotency key, and everybody is told of that one. */
  private void idempotencyKeysHold(Map<UUID, TaskRow> tasks) {
    Map<String, List<Wish>> byKey = new LinkedHashMap<>();
    for (Wish wish : customers.wishes()) {
      wish.idempotencyKey()
          .ifPresent(key -> byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(wish));
    }
    byKey.forEach((key, wishes) -> {
      Map<TaskId, Wish> made = new LinkedHashMap<>();
      for (Wish wish : wishes) {
        wish.tries().stream()
            .filter(id -> tasks.containsKey(id.value()))
            .forEach(id -> made.put(id, wish));
      }
      if (made.size() > 1) {
        broken.add("under the idempotency key " + key + " there are " + made.keySet());
      }
      for (Wish wish : wishes) {
        wish.answers().forEach(answer -> answerFits(key, wish, answer, made));
      }
    });
  }

  private void answerFits(String key, Wish wish, Admitted answer, Map<TaskId, Wish> made) {
    boolean fits =
        switch (answer) {
          case Admitted.Accepted(var task) -> made.containsKey(task.id());
          case Admitted.Replayed(String id) ->
              TaskId.parse(id)
                  .flatMap(task -> Optional.ofNullable(made.get(task)))
                  .filter(first -> first.fingerprint().equals(wish.fingerprint()))
                  .isPresent();
          case Admitted.IdempotencyConflict _ ->
              made.values().stream()
                  .anyMatch(first -> !first.fingerprint().equals(wish.fingerprint()));
          case Admitted.InsufficientCredits _, Admitted.KeyLimitExceeded _ -> true;
          case Admitted.AccountDeleted _ -> false;
        };
    if (!fits) {
      broken.add("idempotency key " + key + " has " + made.keySet() + ", but answered " + answer);
    }
  }

  /** Who was told that a task is canceled sees it so; only who wanted that does. */
  private void cancellationsHold(Map<UUID, TaskRow> tasks) {
    for (Customers.Cancellation cancellation : customers.cancellations()) {
      TaskRow task = tasks.get(cancellation.task().value());
      if (cancellation.result() == Settlement.Canceling.CANCELED
          && (task == null || !task.state.equals("canceled"))) {
        broken.add("task " + cancellation.task() + " was canceled, and is " + task);
      }
    }
    tasks.forEach((id, task) -> {
      if (task.state.equals("canceled") && !customers.unwanted().contains(new TaskId(id))) {
        broken.add("nobody wanted task " + id + " canceled");
      }
    });
  }

  /**
   * Each order at a provider is an attempt's, and a piece is tried again only after its attempt
   * before cost nothing.
   */
  private void nothingWasBoughtTwice(List<AttemptRow> attempts) {
    Map<UUID, SimulatedProvider.Order> orders = orders();
    Map<List<Object>, AttemptRow> before = new HashMap<>();
    for (AttemptRow attempt : attempts) {
      SimulatedProvider.Order order = orders.remove(attempt.id);
      boolean bought = order != null && order.isBought();
      if (attempt.state.equals("rejected") && bought) {
        broken.add("attempt " + attempt.id + " counts as rejected, and was bought");
      }
      if (Set.of("accepted", "produced").contains(attempt.state) && !bought) {
        broken.add("attempt " + attempt.id + " is " + attempt.state + ", and was never bought");
      }
      AttemptRow earlier = before.put(List.of(attempt.task, attempt.piece), attempt);
      if (earlier != null && !Set.of("rejected", "failed").contains(earlier.state)) {
        broken.add("attempt " + attempt.id + " follows one that is " + earlier.state);
      }
    }
    orders.keySet().forEach(id -> broken.add("order " + id + " has no attempt"));
  }

  private Map<UUID, SimulatedProvider.Order> orders() {
    Map<UUID, SimulatedProvider.Order> orders = new HashMap<>();
    for (SimulatedProvider provider : world.providers().values()) {
      provider.orders().forEach(order -> orders.put(order.attempt(), order));
    }
    return orders;
  }

  /** What was made is paid for, or it is a loss that nobody ordered. */
  private void canceledIsNotMade(Map<UUID, TaskRow> tasks, List<AttemptRow> attempts) {
    for (AttemptRow attempt : attempts) {
      TaskRow task = tasks.get(attempt.task);
      if (task != null && task.state.equals("canceled") && attempt.state.equals("produced")) {
        broken.add("task " + attempt.task + " was canceled, and attempt " + attempt.id + " made");
      }
    }
  }

  private void filesArePresent() {
    record File(String name, long bytes, String sha256) {}
    database
        .read(tx ->
            tx.createQuery("select name, bytes, encode(sha256, 'hex') from asset order by name")
                .map((rs, _) -> new File(rs.getString(1), rs.getLong(2), rs.getString(3)))
                .list())
        .forEach(file -> {
          Optional<StoredFile> stored = world.store().file(file.name);
          if (stored
              .filter(s -> s.bytes() == file.bytes && s.sha256().equals(file.sha256))
              .isEmpty()) {
            broken.add("file " + file.name + " is not as its task says: " + stored);
          }
        });
  }

  /** Nothing runs, nothing waits, nothing is held. */
  private void nothingIsLeft() {
    List.of(
            "select 'job ' || subject || ' is left' from job",
            "select scope || ' counts ' || running from work_limit where running <> 0",
            "select 'account ' || id || ' holds ' || held from account where held <> 0")
        .forEach(query ->
            broken.addAll(database.read(tx -> tx.createQuery(query).mapTo(String.class).list())));
  }

  private void keysAreWithinTheirLimits(Map<UUID, TaskRow> tasks) {
    Map<Long, Long> spent = new HashMap<>();
    tasks.values().forEach(task -> spent.merge(task.key, task.credits, Long::sum));
    for (Customers.Customer customer : customers.all()) {
      long credits = spent.getOrDefault(customer.key().value(), 0L);
      if (credits > customer.rules().totalLimit().orElse(Long.MAX_VALUE)) {
        broken.add("key " + customer.key() + " has spent " + credits + " of " + customer.rules());
      }
    }
  }
}
