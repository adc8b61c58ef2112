package dev.easel.engine;

import dev.easel.account.AccountId;
import java.util.UUID;

/**
 * A job as one node holds it.
 *
 * @param subject what the job is about
 * @param kind which {@link Handler} runs it
 * @param account whose it is
 * @param number bumped at every claim: writes that carry an older number touch nothing
 */
public record Claim(UUID subject, String kind, AccountId account, long number) {}
