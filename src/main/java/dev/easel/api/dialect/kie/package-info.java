/** The dialect of kie.ai's Market API: HTTP 200, and the outcome in {@code code}. */
@NullMarked
package dev.easel.api.dialect.kie;

import org.jspecify.annotations.NullMarked;
