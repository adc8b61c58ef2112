/** Easel: a self-hosted gateway for image and video generation. */
@NullMarked
package dev.easel;

import org.jspecify.annotations.NullMarked;
