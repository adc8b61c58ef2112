package dev.easel.fuzz;

/**
 * An account that a lane may pay from, and its key.
 *
 * @param account its id in the database
 */
record Purse(String key, long account) {}
