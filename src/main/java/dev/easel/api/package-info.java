/** The front door: routes, callers, errors, limits. */
@NullMarked
package dev.easel.api;

import org.jspecify.annotations.NullMarked;
