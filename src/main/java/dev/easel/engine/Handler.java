package dev.easel.engine;

/** Does the work of one kind of job. */
public interface Handler {
  /**
   * Does the next step for the lease's subject and, in one transaction guarded by the claim,
   * deletes or reschedules the job. Runs on a virtual thread of its own; may take long, the lease
   * is renewed meanwhile. Whatever it throws is logged, and the job tried again later.
   */
  void run(Lease lease);
}
