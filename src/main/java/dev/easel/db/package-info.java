/** The database: embedded or external PostgreSQL, its migrations, group commit, notifications. */
@NullMarked
package dev.easel.db;

import org.jspecify.annotations.NullMarked;
