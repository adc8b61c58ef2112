package dev.easel.asset;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.account.AccountId;
import dev.easel.account.FileTerms;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/**
 * Links that end, for accounts that want no others: {@code
 * /files/NAME?expires=SECONDS&signature=S}. Whether a file needs one, its name says, so that nobody
 * has to be asked who serves it. Unlike {@link TemporaryLinks}, they say which file they lead to,
 * and the same link is given away for a while, so that browsers need not fetch the file again.
 */
public final class SignedLinks {
  private static final int SIGNATURE_BYTES = 16;

  /** For files that were stored while their account had signed links, and has them no more. */
  private static final Duration OTHERWISE = Duration.ofDays(1);

  private final byte[] key;
  private final Function<AccountId, FileTerms> terms;
  private final InstantSource clock;

  /** Links under a key of their own that is derived from {@code master}. */
  public SignedLinks(MasterKey master, Function<AccountId, FileTerms> terms, InstantSource clock) {
    this.key = master.derive("signed links");
    this.terms = terms;
    this.clock = clock;
  }

  /** What a link is worth. */
  sealed interface Worth {
    /** The file may be had; {@code left} is empty where that never ends. */
    record Good(Optional<Duration> left) implements Worth {}

    /** It was good once. */
    record Over() implements Worth {}

    /** It is none of ours. */
    record Nothing() implements Worth {}
  }

  /** What has to follow the address of the file {@code name} of {@code account}. */
  String query(AccountId account, String name) {
    if (!AssetNames.isSigned(name)) {
      return "";
    }
    Duration life = terms.apply(account).links().orElse(OTHERWISE);
    long expires = end(clock.instant().getEpochSecond(), life.toSeconds());
    return "?expires=" + expires + "&signature=" + signature(name, String.valueOf(expires));
  }

  /** At least a life from now, and the same for a quarter of one. */
  private static long end(long now, long life) {
    long step = Math.max(1, life / 4);
    return Math.ceilDiv(now + life, step) * step;
  }

  /** What a link to {@code name} is worth; the rest is empty where the link does not have it. */
  Worth worth(String name, Optional<String> expires, Optional<String> signature) {
    if (!AssetNames.isSigned(name)) {
      return new Worth.Good(Optional.empty());
    }
    if (expires.isEmpty() || signature.isEmpty() || !isOurs(name, expires.get(), signature.get())) {
      return new Worth.Nothing();
    }
    Duration left =
        Duration.between(clock.instant(), Instant.ofEpochSecond(Long.parseLong(expires.get())));
    return left.isPositive() ? new Worth.Good(Optional.of(left)) : new Worth.Over();
  }

  private boolean isOurs(String name, String expires, String signature) {
    return MessageDigest.isEqual(
        signature(name, expires).getBytes(US_ASCII), signature.getBytes(UTF_8));
  }

  private String signature(String name, String expires) {
    byte[] hmac = MasterKey.hmac(key, (name + "\n" + expires).getBytes(UTF_8));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(hmac, SIGNATURE_BYTES));
  }
}
