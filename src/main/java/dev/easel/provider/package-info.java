/** Upstream services behind one interface; each adapter is a package of its own. */
@NullMarked
package dev.easel.provider;

import org.jspecify.annotations.NullMarked;
