/**
 * Stored files: results and uploaded inputs, written once, named so that nobody can guess them,
 * served over HTTP.
 */
@NullMarked
package dev.easel.asset;

import org.jspecify.annotations.NullMarked;
