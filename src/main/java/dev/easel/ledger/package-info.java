/**
 * Credits: every movement is an immutable transfer, every balance the sum of its transfers. Knows
 * nothing of tasks.
 */
@NullMarked
package dev.easel.ledger;

import org.jspecify.annotations.NullMarked;
