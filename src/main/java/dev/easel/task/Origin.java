package dev.easel.task;

/**
 * Where a task came from. Only renderers and webhooks read it.
 *
 * @param dialect the dialect that it was asked in
 * @param listing the model's id in that dialect, as it is echoed
 * @param body the request as sent
 */
public record Origin(String dialect, String listing, String body) {}
