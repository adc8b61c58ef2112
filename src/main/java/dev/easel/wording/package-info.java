/** What is said to customers, in the languages that they read. */
@NullMarked
package dev.easel.wording;

import org.jspecify.annotations.NullMarked;
