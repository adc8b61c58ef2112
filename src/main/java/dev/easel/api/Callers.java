package dev.easel.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.db.Database;
import dev.easel.net.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells who is asking. Keys are cached; a change of any key empties the cache through {@link
 * #forget}, and at the latest it is a minute old.
 */
public final class Callers {
  private static final String SCHEME = "bearer ";
  private static final ApiError MISSING =
      new ApiError.Unauthenticated("Missing API key: send the header Authorization: Bearer sk-…");
  private static final ApiError INVALID = new ApiError.Unauthenticated("Invalid API key.");
  private static final ApiError ELSEWHERE =
      new ApiError.Unauthenticated("This API key may not be used from your address.");

  private final Database database;
  private final InstantSource clock;
  private final Cache<ByteBuffer, Optional<Key>> keys =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /** Looks keys up in {@code database}. */
  public Callers(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Who sent {@code authorization} from {@code address}. An unknown key is answered as a revoked or
   * an expired one is.
   */
  public Verdict<Caller> identify(Optional<String> authorization, String address) {
    if (authorization.isEmpty()) {
      return Verdict.refuse(MISSING);
    }
    String header = authorization.get();
    if (!header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      return Verdict.refuse(MISSING);
    }
    String secret = header.substring(SCHEME.length()).strip();
    if (!KeySecret.isWellFormed(secret)) {
      return Verdict.refuse(INVALID);
    }
    Optional<Key> key =
        lookUp(new KeySecret(secret)).filter(found -> found.isActive(clock.instant()));
    if (key.isEmpty()) {
      return Verdict.refuse(INVALID);
    }
    return mayComeFrom(key.get().rules().allowedFrom(), address)
        ? Verdict.pass(new Caller(key.get()))
        : Verdict.refuse(ELSEWHERE);
  }

  private Optional<Key> lookUp(KeySecret secret) {
    // Found by its hash: how long that takes says nothing about the secret.
    return keys.get(
        ByteBuffer.wrap(secret.hash()), _ -> database.read(tx -> Keys.bySecret(tx, secret)));
  }

  /** Forgets what is known of all keys: one of them was changed. */
  public void forget() {
    keys.invalidateAll();
  }

  private static boolean mayComeFrom(List<String> allowed, String address) {
    if (allowed.isEmpty()) {
      return true;
    }
    try {
      InetAddress from = InetAddress.getByName(address);
      return allowed.stream().anyMatch(network -> Cidr.parse(network).contains(from));
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
