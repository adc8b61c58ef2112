/** The dialect of the Omni API: numbers for states, code 0 for every business failure. */
@NullMarked
package dev.easel.api.dialect.omni;

import org.jspecify.annotations.NullMarked;
