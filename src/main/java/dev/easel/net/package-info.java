/** The one HTTP client that talks to the outside, and the address guard in front of it. */
@NullMarked
package dev.easel.net;

import org.jspecify.annotations.NullMarked;
