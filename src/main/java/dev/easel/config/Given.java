package dev.easel.config;

/**
 * A value as somebody wrote it.
 *
 * @param source where: {@code easel.yaml:3}, {@code EASEL_DB_URL}, {@code --db-url}
 */
record Given(String text, String source) {}
