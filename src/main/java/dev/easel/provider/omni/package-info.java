/** Upstreams that speak the Omni API, another Easel first of all. */
@NullMarked
package dev.easel.provider.omni;

import org.jspecify.annotations.NullMarked;
