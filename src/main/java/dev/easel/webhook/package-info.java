/**
 * News of tasks that have ended: who is told, what is owed to them, and what was tried.
 *
 * <p>An account registers {@link dev.easel.webhook.Endpoints endpoints} for all of its tasks; a
 * request may name an address of its own. What either is owed is a delivery, which stays until it
 * is delivered or visibly exhausted.
 */
@NullMarked
package dev.easel.webhook;

import org.jspecify.annotations.NullMarked;
