/**
 * The provider that needs nobody: renders real files on this machine and rehearses what goes wrong.
 */
@NullMarked
package dev.easel.provider.sandbox;

import org.jspecify.annotations.NullMarked;
