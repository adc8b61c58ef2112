package dev.easel.account;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A key of an account, without its secret.
 *
 * @param prefix the secret's first characters, for recognition
 * @param revokedAt when it stopped working, if it was revoked
 */
public record Key(
    KeyId id,
    AccountId account,
    String name,
    String prefix,
    Rules rules,
    Instant createdAt,
    Optional<Instant> revokedAt) {

  /** Whether it works at {@code now}. */
  public boolean isActive(Instant now) {
    return revokedAt.isEmpty() && rules.expiresAt.map(now::isBefore).orElse(true);
  }

  /**
   * What a key may do; every rule is optional.
   *
   * @param totalLimit credits that it may spend in all
   * @param dailyLimit credits that it may spend in one day, in UTC
   * @param expiresAt when it stops working
   * @param allowedModels ids of the models or listings that it may use; empty: all
   * @param allowedFrom addresses or networks (CIDR) that it may be used from; empty: all
   */
  public record Rules(
      OptionalLong totalLimit,
      OptionalLong dailyLimit,
      Optional<Instant> expiresAt,
      List<String> allowedModels,
      List<String> allowedFrom) {
    /** No limit of any kind. */
    public static final Rules NONE =
        new Rules(
            OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), List.of(), List.of());

    public Rules {
      if (totalLimit.orElse(1) < 1 || dailyLimit.orElse(1) < 1) {
        throw new IllegalArgumentException("a key's limit is at least 1 credit");
      }
      allowedModels = List.copyOf(allowedModels);
      allowedFrom = List.copyOf(allowedFrom);
    }

    /** Whether spending has to be counted. */
    public boolean isLimited() {
      return totalLimit.isPresent() || dailyLimit.isPresent();
    }
  }
}
