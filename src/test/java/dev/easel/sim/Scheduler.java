package dev.easel.sim;

import dev.easel.db.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs all simulated threads of a run, one at a time, each until it parks, and draws which one goes
 * on. Time stands still while a thread runs, moves a little from turn to turn, and jumps to the
 * next timer when nobody can run.
 *
 * <p>Everything here happens on one real thread. Nothing that a simulated thread waits for comes
 * from elsewhere: what blocks (a queue, a future, a semaphore, a lock) is released by another
 * simulated thread, and a database call is made by the scheduler between two turns.
 */
final class Scheduler {
  /** The longest that a turn takes. */
  private static final int TURN_MICROS = 600;

  private final RandomGenerator random;
  private final Trace trace;
  private final Backends backends;
  private final Thread boss = Thread.currentThread();
  private final List<SimulatedThread> runnable = new ArrayList<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::nanos).thenComparingLong(Timer::number));
  private final int patienceOfGroups;
  private long timersMade;
  private long now;
  private volatile @Nullable SimulatedThread current;
  private @Nullable Runnable afterTurn;
  private volatile @Nullable String violation;

  /** Something to do on the scheduler's thread at a time. */
  private record Timer(long nanos, long number, Runnable action) {}

  Scheduler(RandomGenerator random, Trace trace, Backends backends) {
    this.random = random;
    this.trace = trace;
    this.backends = backends;
    this.patienceOfGroups = random.nextInt(2, 40);
    backends.begin(
        new Backends.Listener() {
          @Override
          public void returned(SimulatedThread thread) {
            LockSupport.unpark(thread.thread());
          }

          @Override
          public void again(SimulatedThread thread) {
            ready(thread);
          }

          @Override
          public void violated(String what) {
            Scheduler.this.violated(what);
          }
        });
  }

  // ---- what simulated threads use

  /** The time of the run. */
  Duration time() {
    return Duration.ofNanos(now);
  }

  /** Threads that live on {@code host}, in the time of the run. */
  Threads threads(Host host) {
    return new Threads() {
      @Override
      public Thread newThread(Runnable body) {
        return new SimulatedThread(Scheduler.this, host, "thread", body).thread();
      }

      @Override
      public long nanoTime() {
        return now;
      }

      @Override
      public void parkNanos(Object blocker, long nanos) {
        Thread thread = Thread.currentThread();
        AtomicBoolean awake = new AtomicBoolean();
        after(
            Duration.ofNanos(nanos),
            () -> {
              if (!awake.get()) {
                LockSupport.unpark(thread);
              }
            });
        LockSupport.park(blocker);
        awake.set(true);
      }
    };
  }

  /** Starts a thread on {@code host}. */
  void start(Host host, String name, Runnable body) {
    new SimulatedThread(this, host, name, body).thread().start();
  }

  /** On a simulated thread: others may run now, and then {@code what} is done. */
  void step(String what) {
    SimulatedThread thread = current();
    thread.yieldTurn();
    note(what);
  }

  /** On a simulated thread: says what it does. */
  void note(String what) {
    SimulatedThread thread = current();
    trace.step(time(), thread.host().name() + " " + thread.name(), what);
  }

  /** On a simulated thread: makes a call of the real driver, however long that is held up. */
  void await(Call call) {
    current().await(call);
  }

  /** On a simulated thread: does nothing for a while. */
  void sleep(Duration length) {
    Alarm alarm = new Alarm();
    at(time().plus(length), alarm::ring);
    alarm.await();
  }

  /** On a simulated thread: does nothing until the time is a multiple of {@code step}. */
  void sleepUntilNext(Duration step) {
    sleep(step.minusNanos(now % step.toNanos()));
  }

  /** Something to wait for, once. */
  static final class Alarm {
    private boolean rung;
    private @Nullable Thread waiting;

    void ring() {
      rung = true;
      LockSupport.unpark(waiting);
    }

    void await() {
      waiting = Thread.currentThread();
      while (!rung) {
        LockSupport.park(this);
      }
    }
  }

  /** On a simulated thread: never goes on; {@code then} is done at once. */
  void end(Runnable then) {
    afterTurn = then;
    while (true) {
      LockSupport.park(this);
    }
  }

  /** On a simulated thread: what it does, as far as its name tells. */
  String role() {
    String name = current().name();
    int id = name.indexOf('-');
    return name.startsWith("batch-") || id < 0 ? name : name.substring(0, id);
  }

  private SimulatedThread current() {
    SimulatedThread thread = current;
    if (thread == null) {
      throw new IllegalStateException("not on a simulated thread");
    }
    return thread;
  }

  // ---- what the run uses

  /** Has {@code action} done on the scheduler's thread at {@code time} of the run. */
  void at(Duration time, Runnable action) {
    timers.add(new Timer(time.toNanos(), timersMade++, action));
  }

  /** The same, after {@code pause}. */
  void after(Duration pause, Runnable action) {
    at(time().plus(pause), action);
  }

  /** Has a paused host go on. */
  void resume(Host host) {
    runnable.addAll(host.resume());
  }

  /** Says on the scheduler's thread what has happened. */
  void happened(String who, String what) {
    trace.step(time(), who, what);
  }

  /** Notes the first promise that was broken; the run stops with it. */
  void violated(String what) {
    if (violation == null) {
      violation = what;
    }
  }

  /** A simulated thread ended with an exception that nobody expected. */
  void died(Thread thread, Throwable failure) {
    violated(thread.getName() + " died: " + failure);
  }

  /**
   * Runs threads until {@code done} says so between two turns.
   *
   * @throws Violation when a promise is broken
   */
  void run(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      fireTimers();
      Optional<SimulatedThread> next = draw();
      if (next.isPresent()) {
        turn(next.get());
        now += random.nextInt(TURN_MICROS) * 1_000L;
      } else {
        Timer timer = timers.peek();
        if (timer == null) {
          throw new Violation("nobody can run, and nothing will happen");
        }
        now = Math.max(now, timer.nanos);
      }
      if (violation != null) {
        throw new Violation(violation);
      }
    }
  }

  private void fireTimers() {
    for (Timer timer = timers.peek(); timer != null && timer.nanos <= now; timer = timers.peek()) {
      timers.poll();
      timer.action.run();
    }
  }

  /** Called by a thread that can go on. */
  void ready(SimulatedThread thread) {
    runnable.add(thread);
  }

  /** Called by the thread that was the last to be ready. */
  void notReady(SimulatedThread thread) {
    if (!runnable.removeLast().equals(thread)) {
      throw new IllegalStateException(thread.name() + " was not the last");
    }
  }

  /** Whether this is called on the scheduler's own thread, or on the one that it is running. */
  boolean isCaller() {
    Thread caller = Thread.currentThread();
    SimulatedThread running = current;
    return caller.equals(boss) || (running != null && caller.equals(running.thread()));
  }

  /** Has the scheduler look again, from another thread. */
  void wake() {
    LockSupport.unpark(boss);
  }

  /**
   * A thread that can go on. A group commit that could begin is passed over some times, so that
   * others can join it.
   */
  private Optional<SimulatedThread> draw() {
    int patience = patienceOfGroups;
    while (!runnable.isEmpty()) {
      int index = random.nextInt(runnable.size());
      SimulatedThread thread = runnable.get(index);
      if (patience > 0 && runnable.size() > 1 && isBeginningGroup(thread)) {
        patience--;
        continue;
      }
      SimulatedThread last = runnable.removeLast();
      if (index < runnable.size()) {
        runnable.set(index, last);
      }
      if (thread.host().isDead()) {
        continue;
      }
      if (thread.host().isPaused()) {
        thread.host().held.add(thread);
        continue;
      }
      return Optional.of(thread);
    }
    return Optional.empty();
  }

  private static boolean isBeginningGroup(SimulatedThread thread) {
    return !thread.isStepping() && thread.call() == null && thread.name().startsWith("batch-");
  }

  private void turn(SimulatedThread thread) {
    current = thread;
    thread.run();
    Call call = thread.call();
    while (call != null && afterTurn == null && made(thread, call)) {
      LockSupport.unpark(thread.thread());
      runnable.removeLast(); // the thread itself: it goes on at once
      thread.run();
      call = thread.call();
    }
    if (call != null && afterTurn == null) {
      expire(thread, call);
    }
    current = null;
    Runnable then = afterTurn;
    if (then != null) {
      afterTurn = null;
      then.run();
    }
  }

  /** The server lets nobody wait for a lock for long. */
  private void expire(SimulatedThread thread, Call call) {
    call.lockTimeout()
        .ifPresent(patience ->
            after(
                patience,
                () -> {
                  try {
                    backends.expire(thread, call);
                  } catch (SQLException broken) {
                    throw new IllegalStateException(broken);
                  }
                }));
  }

  private boolean made(SimulatedThread thread, Call call) {
    try {
      return backends.make(thread, call);
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
