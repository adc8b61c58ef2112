/**
 * The gateway under every fault, by seed.
 *
 * <p>A {@link dev.easel.sim.Run} is some nodes on one real PostgreSQL, with customers in front and
 * providers behind. The nodes are the production classes from admission to settlement; simulated
 * are the threads, the time, the connections, the providers, the files and the customers. {@link
 * dev.easel.sim.Scheduler} runs one thread at a time until it blocks and draws the next; every
 * statement, commit, provider call and file is a step between which others run, so that the
 * transactions of all nodes mingle. One generator, made from the seed, draws everything: the same
 * seed is the same run, and what failed once fails again.
 *
 * <p>{@link dev.easel.sim.Faults} draws what goes wrong between two steps: a node dies, before a
 * statement, after it, or after a COMMIT that nobody heard of; a connection is cut; a node stands
 * still until its leases are over and the server has ended its transactions, and goes on as if
 * nothing had happened; wake-ups are lost; providers refuse, fail, lose requests and answers; the
 * store is full. Transactions really wait for each other's locks in the database, which {@link
 * dev.easel.sim.Backends} lets happen one at a time; a circle of them is a violation.
 *
 * <p>After at least twenty crashes nothing fails any more, and everything must come to an end. The
 * audit holds at any time: it is asked a minute later, when tasks mostly still run, before the
 * operator raises what may run at once, and at the end. Then {@link dev.easel.sim.Checks} compares
 * the database with what customers were told, what the providers have in their books, and the
 * files. A {@link dev.easel.sim.Violation} names the seed and shows the last steps; {@code ./easel
 * test --seed N} shows them all.
 */
@NullMarked
package dev.easel.sim;

import org.jspecify.annotations.NullMarked;
