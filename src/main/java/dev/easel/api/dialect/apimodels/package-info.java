/** The dialect of apimodels.app: one path to create and to poll, states in words. */
@NullMarked
package dev.easel.api.dialect.apimodels;

import org.jspecify.annotations.NullMarked;
