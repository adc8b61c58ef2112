package dev.easel.db;

import java.util.concurrent.locks.LockSupport;

/**
 * The threads on which groups are committed, and how threads wait for each other with a time limit:
 * the machine's, or a simulation's, whose time is its own.
 */
public interface Threads {
  /** The machine's. */
  Threads OF_MACHINE =
      new Threads() {
        @Override
        public Thread newThread(Runnable body) {
          return Thread.ofPlatform().daemon().unstarted(body);
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
          LockSupport.parkNanos(blocker, nanos);
        }
      };

  /** A thread that has not been started. */
  Thread newThread(Runnable body);

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** As {@link LockSupport#parkNanos(Object, long)}. */
  void parkNanos(Object blocker, long nanos);
}
