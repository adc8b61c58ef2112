package dev.easel.sim;

import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that runs only when the {@link Scheduler} lets it, and then until it parks.
 *
 * <p>The JDK has a virtual thread run on any {@link Executor}, but offers that to its own tests
 * alone; hence the reflection, and {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 */
final class SimulatedThread implements Executor {
  private static final Constructor<?> BUILDER = builder();
  private static final Duration LONGEST_BLOCK = Duration.ofSeconds(20);

  private final Scheduler scheduler;
  private final Host host;
  private final Thread thread;

  /** The rest of its work, while it waits for its turn. */
  private @Nullable Runnable continuation;

  /** The same, when a thread outside of the run has let it go on. */
  private volatile @Nullable Runnable unblocked;

  /** What it wants of the database, until that has returned. */
  private @Nullable Call call;

  private boolean stepping;

  SimulatedThread(Scheduler scheduler, Host host, String name, Runnable body) {
    this.scheduler = scheduler;
    this.host = host;
    this.thread = on(this).name(name).uncaughtExceptionHandler(scheduler::died).unstarted(body);
  }

  private static Constructor<?> builder() {
    try {
      Constructor<?> builder =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      builder.setAccessible(true);
      return builder;
    } catch (ReflectiveOperationException changed) {
      throw new LinkageError("this JDK has no virtual threads on an executor of ours", changed);
    }
  }

  private static Thread.Builder.OfVirtual on(Executor executor) {
    try {
      return (Thread.Builder.OfVirtual) BUILDER.newInstance(executor);
    } catch (ReflectiveOperationException changed) {
      throw new LinkageError("this JDK has no virtual threads on an executor of ours", changed);
    }
  }

  Host host() {
    return host;
  }

  Thread thread() {
    return thread;
  }

  String name() {
    return thread.getName();
  }

  /** Called by the JDK when the thread has been started, unparked, or has yielded. */
  @Override
  public void execute(Runnable rest) {
    if (scheduler.isCaller()) {
      continuation = rest;
      scheduler.ready(this);
    } else {
      unblocked = rest;
      scheduler.wake();
    }
  }

  /** Lets it run until it parks. */
  void run() {
    Runnable rest = continuation;
    continuation = null;
    while (rest != null) {
      rest.run();
      if (isHeldUp()) {
        rest = awaitUnblocked();
      } else if (continuation != null && !stepping) {
        rest = continuation; // it was held up, but no longer when it gave way
        continuation = null;
        scheduler.notReady(this);
      } else if (unblocked != null) {
        throw new IllegalStateException(
            "%s was woken from outside of the run: %s".formatted(name(), where()));
      } else {
        rest = null;
      }
    }
  }

  /**
   * Whether it met a monitor that a thread outside of this run holds for a moment: the two lanes
   * load classes and fill caches together. Then nothing else goes on before it does.
   *
   * <p>A monitor that a thread of this run holds while it waits is never left: that is an error.
   */
  private boolean isHeldUp() {
    return continuation == null
        && switch (thread.getState()) {
          case WAITING, TERMINATED -> false;
          case NEW, RUNNABLE, BLOCKED -> true;
          case TIMED_WAITING ->
              throw new IllegalStateException(
                  "%s waits by the machine's clock: %s".formatted(name(), where()));
        };
  }

  private List<StackTraceElement> where() {
    return List.of(thread.getStackTrace());
  }

  private Runnable awaitUnblocked() {
    long begin = System.nanoTime();
    Runnable rest = unblocked;
    while (rest == null) {
      LockSupport.parkNanos(this, LONGEST_BLOCK.toNanos());
      rest = unblocked;
      if (rest == null && System.nanoTime() - begin > LONGEST_BLOCK.toNanos()) {
        throw new IllegalStateException(
            "%s wants a monitor that another thread holds while it waits (use a lock): %s"
                .formatted(name(), where()));
      }
    }
    unblocked = null;
    return rest;
  }

  /** On the thread itself: lets others run first, perhaps. */
  @SuppressWarnings("ThreadPriorityCheck") // here the thread scheduler is ours
  void yieldTurn() {
    stepping = true;
    Thread.yield();
    stepping = false;
  }

  /** Whether it waits for its turn between two steps, rather than for something to do. */
  boolean isStepping() {
    return stepping;
  }

  /** On the thread itself: has {@code wanted} done by the scheduler, and waits for that. */
  void await(Call wanted) {
    call = wanted;
    while (!wanted.isDone()) {
      LockSupport.park(wanted);
    }
    call = null;
  }

  /** The call that it waits for. */
  @Nullable Call call() {
    Call wanted = call;
    return wanted == null || wanted.isDone() ? null : wanted;
  }
}
