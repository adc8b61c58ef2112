/** What every dialect has beside its own paths, in one shape for all of them: that of omni. */
@NullMarked
package dev.easel.api.extra;

import org.jspecify.annotations.NullMarked;
