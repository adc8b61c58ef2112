package dev.easel.engine;

import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * What an engine runs on: time and threads. A simulation brings its own.
 *
 * @param clock tells the time that is written to the database
 * @param nanoTime a monotonic clock, for leases
 * @param threads makes the thread of each job
 */
record Machine(InstantSource clock, LongSupplier nanoTime, ThreadFactory threads) {
  /** This machine's own monotonic clock, and a virtual thread per job. */
  static Machine real(InstantSource clock) {
    return new Machine(clock, System::nanoTime, Thread.ofVirtual().factory());
  }
}
