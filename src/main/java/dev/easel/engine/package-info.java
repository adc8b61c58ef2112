/**
 * Moves jobs: claims what is due, runs it under a lease, takes over what a dead node left. Knows no
 * business.
 */
@NullMarked
package dev.easel.engine;

import org.jspecify.annotations.NullMarked;
