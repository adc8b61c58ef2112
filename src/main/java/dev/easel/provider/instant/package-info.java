/**
 * The provider that answers at once with one small file: for benchmarks and simulations, where the
 * provider must not be what is measured.
 */
@NullMarked
package dev.easel.provider.instant;

import org.jspecify.annotations.NullMarked;
