/** Accounts, which own credits and tasks, and the keys that act for them. */
@NullMarked
package dev.easel.account;

import org.jspecify.annotations.NullMarked;
