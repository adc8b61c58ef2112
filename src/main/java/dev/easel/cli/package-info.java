/** The commands other than serve. */
@NullMarked
package dev.easel.cli;

import org.jspecify.annotations.NullMarked;
