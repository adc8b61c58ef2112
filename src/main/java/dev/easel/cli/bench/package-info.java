/**
 * The benchmarks: a server in a process of its own, load from this one, and the bound measured in
 * the same run.
 */
@NullMarked
package dev.easel.cli.bench;

import org.jspecify.annotations.NullMarked;
