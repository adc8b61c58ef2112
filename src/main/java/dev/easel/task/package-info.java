/** Tasks: admitted with their credits, decided by one pure function, settled in one transaction. */
@NullMarked
package dev.easel.task;

import org.jspecify.annotations.NullMarked;
