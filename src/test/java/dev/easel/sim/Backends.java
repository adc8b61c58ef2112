package dev.easel.sim;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.postgresql.core.TransactionState;

/**
 * The real connections of a lane, on which one call at a time is made: the server never works for
 * two of them at once, so what it does depends on nothing but the order of the calls.
 *
 * <p>A call that another transaction holds up really waits in the server, with all the locks that
 * it has got so far, while other calls are made. When a transaction ends, at most one call must
 * wake up, or two would run at once: a call that waits for a transaction for which one waits
 * already, or for one that waits itself, is taken back (its savepoint is restored) and made again
 * later. Transactions that wait in a circle are found here, at once, and are a violation: there is
 * one order of locks.
 */
final class Backends implements AutoCloseable {
  private static final Duration GLANCE = Duration.ofNanos(400_000);
  private static final Duration PATIENCE_WITH_CANCELLATIONS = Duration.ofMillis(20);

  private static final Listener NOBODY =
      new Listener() {
        @Override
        public void returned(SimulatedThread thread) {}

        @Override
        public void again(SimulatedThread thread) {}

        @Override
        public void violated(String what) {}
      };

  private final Connection aside;
  private final PreparedStatement askingForBlockers;
  private final PreparedStatement cancelling;
  private final Deque<Backend> fresh = new ArrayDeque<>();
  private final Map<String, Deque<Backend>> idle = new TreeMap<>();
  private final List<Backend> all = new ArrayList<>();
  private final Set<Backend> used = new LinkedHashSet<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Waiting> takenBack = new ArrayList<>();
  private Listener listener = NOBODY;

  /** A call that another transaction holds up. */
  private static final class Waiting {
    private final SimulatedThread thread;
    private final Call call;
    private final boolean canBeTakenBack;
    private Set<Integer> blockers;

    Waiting(SimulatedThread thread, Call call, boolean canBeTakenBack, Set<Integer> blockers) {
      this.thread = thread;
      this.call = call;
      this.canBeTakenBack = canBeTakenBack;
      this.blockers = blockers;
    }

    int pid() {
      return call.backend().pid();
    }
  }

  /** Opens a connection. */
  interface Opening {
    Connection open() throws SQLException;
  }

  /** Who is told what becomes of calls that did not return at once. */
  interface Listener {
    /** The call has returned. */
    void returned(SimulatedThread thread);

    /** The call is to be made again. */
    void again(SimulatedThread thread);

    /** A promise is broken. */
    void violated(String what);
  }

  /**
   * {@code count} connections that {@code opening} makes, all to one database.
   *
   * @param aside to another database of the same server: used while calls run, it must not keep
   *     them from cleaning up
   */
  Backends(Opening opening, int count, Connection aside) throws SQLException {
    this.aside = aside;
    this.askingForBlockers = aside.prepareStatement("select unnest(pg_blocking_pids(?))");
    // What drivers send for it has the server start a process each time.
    this.cancelling = aside.prepareStatement("select pg_cancel_backend(?)");
    for (int i = 0; i < count; i++) {
      all.add(new Backend(opening.open()));
    }
  }

  /**
   * Ends what an earlier run left; the same connections are taken in the same order in each run.
   */
  void clear() throws SQLException {
    listener = NOBODY;
    for (Backend backend : List.copyOf(used)) {
      abandon(backend);
    }
    idle.clear();
    fresh.clear();
    fresh.addAll(all);
  }

  /** Begins a run. */
  void begin(Listener run) {
    listener = run;
  }

  /**
   * A connection for {@code role}: one that had it before, if any. Planning is most of the server's
   * work, and each connection plans each statement once.
   */
  Backend take(String role) {
    Backend backend = idle(role);
    backend.role(role);
    used.add(backend);
    return backend;
  }

  private Backend idle(String role) {
    if (!idleOf(role).isEmpty()) {
      return idleOf(role).remove();
    }
    return fresh.isEmpty() ? idleOfAnother() : fresh.remove();
  }

  private Backend idleOfAnother() {
    return idle.values().stream()
        .filter(those -> !those.isEmpty())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("more connections are open than there are"))
        .remove();
  }

  private Deque<Backend> idleOf(String role) {
    return idle.computeIfAbsent(role, _ -> new ArrayDeque<>());
  }

  /** Takes back a connection that is in no transaction. */
  void giveBack(Backend backend) throws SQLException {
    backend.connection().setAutoCommit(true);
    if (used.remove(backend)) {
      idleOf(backend.role()).addFirst(backend);
    }
  }

  /** Ends a connection from outside: its call is given up, its transaction rolled back. */
  void abandon(Backend backend) throws SQLException {
    for (Waiting one : List.copyOf(waiting)) {
      if (one.call.backend() == backend) {
        giveUp(one.call);
        waiting.remove(one);
      }
    }
    takenBack.removeIf(one -> one.call.backend() == backend);
    takeBackChains();
    if (backend.isInTransaction()) {
      backend.connection().rollback();
    }
    giveBack(backend);
    transactionEnded();
  }

  /**
   * Makes the call that a thread wants; false when another transaction holds it up: then the thread
   * is told later.
   */
  boolean make(SimulatedThread thread, Call call) throws SQLException {
    Backend backend = call.backend();
    if (call.endsTransaction()) {
      takeBackChains();
    }
    if (isAlone(backend)) {
      backend.make(call);
    } else {
      boolean savepoint = !waiting.isEmpty();
      backend.begin(call, savepoint);
      Set<Integer> blockers = blockers(call);
      if (!blockers.isEmpty()) {
        wait(new Waiting(thread, call, savepoint, blockers));
        return false;
      }
    }
    returned(call);
    if (!backend.isInTransaction()) {
      transactionEnded();
    }
    return true;
  }

  /** Has a call that is still held up fail: it has waited for too long. */
  void expire(SimulatedThread thread, Call call) throws SQLException {
    if (takenBack.removeIf(one -> one.call == call)) {
      call.expire();
    } else {
      Optional<Waiting> held = waiting.stream().filter(one -> one.call == call).findFirst();
      if (held.isEmpty()) {
        return;
      }
      waiting.remove(held.get());
      takeBackChains();
      giveUp(call);
      call.expire();
      transactionEnded();
    }
    listener.returned(thread);
  }

  private boolean isAlone(Backend backend) {
    if (!waiting.isEmpty()) {
      return false;
    }
    for (Backend other : used) {
      if (other != backend && other.isInTransaction()) {
        return false;
      }
    }
    return true;
  }

  private void wait(Waiting one) throws SQLException {
    waiting.add(one);
    takeBackCrowd();
    findCircle();
  }

  /** Leaves at most one call that waits for any transaction. */
  private void takeBackCrowd() throws SQLException {
    Set<Integer> awaited = new HashSet<>();
    for (Waiting one : List.copyOf(waiting)) {
      if (one.canBeTakenBack && !Collections.disjoint(awaited, one.blockers)) {
        takeBack(one);
      } else {
        awaited.addAll(one.blockers);
      }
    }
  }

  /** Before locks are let go: leaves no call that waits for one that waits itself. */
  private void takeBackChains() throws SQLException {
    Set<Integer> held = new HashSet<>();
    waiting.forEach(one -> held.add(one.pid()));
    for (Waiting one : List.copyOf(waiting)) {
      if (one.canBeTakenBack && !Collections.disjoint(held, one.blockers)) {
        takeBack(one);
      }
    }
  }

  private void takeBack(Waiting one) throws SQLException {
    giveUp(one.call);
    one.call.forget();
    waiting.remove(one);
    takenBack.add(one);
  }

  /**
   * What the call's statement did is undone. What its transaction did before it stays where there
   * is a savepoint, without which a call is not taken back.
   */
  private void giveUp(Call call) throws SQLException {
    Backend backend = call.backend();
    while (!call.isDone()) {
      // Once more only while it waits: the driver restores the savepoint meanwhile.
      if (!ask(backend.pid()).isEmpty()) {
        cancelling.setInt(1, backend.pid());
        cancelling.execute();
      }
      Backend.hasReturned(call, PATIENCE_WITH_CANCELLATIONS);
    }
    if (backend.connection().getTransactionState() == TransactionState.FAILED) {
      backend.connection().rollback();
    }
  }

  private void transactionEnded() throws SQLException {
    if (waiting.isEmpty() && takenBack.isEmpty()) {
      return;
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Waiting one : List.copyOf(waiting)) {
        Set<Integer> blockers = blockers(one.call);
        if (blockers.isEmpty()) {
          waiting.remove(one);
          returned(one.call);
          listener.returned(one.thread);
          changed = true;
        } else {
          changed |= !blockers.equals(one.blockers);
          one.blockers = blockers;
        }
      }
    }
    takeBackCrowd();
    findCircle();
    List<Waiting> again = List.copyOf(takenBack);
    takenBack.clear();
    again.forEach(one -> listener.again(one.thread));
  }

  private void returned(Call call) {
    Throwable failure = call.failure();
    if (failure != null) {
      listener.violated("the database refused a statement: " + failure.getMessage());
    }
  }

  /** Waits until the call has returned (none) or is held up (the processes that do). */
  private Set<Integer> blockers(Call call) throws SQLException {
    Duration patience = GLANCE;
    while (!Backend.hasReturned(call, patience)) {
      Set<Integer> blockers = ask(call.backend().pid());
      if (!blockers.isEmpty()) {
        return blockers;
      }
      patience = patience.multipliedBy(2);
    }
    return Set.of();
  }

  private Set<Integer> ask(int pid) throws SQLException {
    Set<Integer> blockers = new HashSet<>();
    askingForBlockers.setInt(1, pid);
    try (ResultSet rows = askingForBlockers.executeQuery()) {
      while (rows.next()) {
        blockers.add(rows.getInt(1));
      }
    }
    return blockers;
  }

  private void findCircle() {
    Map<Integer, Waiting> byPid = new HashMap<>();
    waiting.forEach(one -> byPid.put(one.pid(), one));
    takenBack.forEach(one -> byPid.put(one.pid(), one));
    for (Waiting start : byPid.values()) {
      Deque<Integer> next = new ArrayDeque<>(start.blockers);
      Set<Integer> seen = new HashSet<>();
      while (!next.isEmpty()) {
        int pid = next.pop();
        if (pid == start.pid()) {
          listener.violated(
              "transactions wait for each other in a circle: "
                  + byPid.values().stream().map(one -> one.thread.name()).sorted().toList());
          return;
        }
        Waiting blocker = byPid.get(pid);
        if (seen.add(pid) && blocker != null) {
          next.addAll(blocker.blockers);
        }
      }
    }
  }

  @Override
  public void close() throws SQLException {
    for (Backend backend : all) {
      backend.close();
    }
    aside.close();
  }
}
