package dev.easel.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.db.Database;
import dev.easel.db.DatabaseException;
import dev.easel.net.Cidr;
import dev.easel.wording.Phrase;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells who is asking. Keys are cached; a change of any key empties the cache through {@link
 * #forget}, and at the latest it is a minute old.
 */
public final class Callers {
  private static final String SCHEME = "bearer ";
  private static final Duration PATIENCE = Duration.ofMillis(1_500);
  private static final ApiError MISSING =
      new ApiError.Unauthenticated(
          Phrase.of("Missing API key: send the header Authorization: Bearer sk-…"));

  /** An unknown key, and one that works no more. */
  public static final ApiError INVALID =
      new ApiError.Unauthenticated(Phrase.of("Invalid API key provided."));

  private static final ApiError ELSEWHERE =
      new ApiError.Unauthenticated(Phrase.of("This API key may not be used from your address."));

  private final Database database;
  private final InstantSource clock;
  private final Cache<ByteBuffer, Optional<Key>> keys =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /** Those that are under way. */
  private final Map<ByteBuffer, CompletableFuture<Optional<Key>>> lookUps =
      new ConcurrentHashMap<>();

  private final AtomicInteger changes = new AtomicInteger();

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
    ByteBuffer hash = ByteBuffer.wrap(secret.hash());
    Optional<Key> known = keys.getIfPresent(hash);
    return known != null ? known : awaited(lookUps.computeIfAbsent(hash, _ -> begin(secret, hash)));
  }

  /** However many ask, there is one look-up of a key at a time. */
  private CompletableFuture<Optional<Key>> begin(KeySecret secret, ByteBuffer hash) {
    CompletableFuture<Optional<Key>> found = new CompletableFuture<>();
    int asOf = changes.get();
    Thread.startVirtualThread(() -> {
      try {
        Optional<Key> key = database.read(tx -> Keys.bySecret(tx, secret));
        keys.put(hash, key);
        if (changes.get() != asOf) {
          keys.invalidate(hash); // what was read may be from before the change
        }
        lookUps.remove(hash, found);
        found.complete(key);
      } catch (RuntimeException failed) {
        lookUps.remove(hash, found);
        found.completeExceptionally(failed);
      }
    });
    return found;
  }

  private static Optional<Key> awaited(CompletableFuture<Optional<Key>> found) {
    try {
      return found.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new DatabaseException("keys: the database did not get to it in time", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("keys: interrupted", interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof DatabaseException away) {
        throw away;
      }
      throw new IllegalStateException("cannot look a key up", failed.getCause());
    }
  }

  /** Forgets what is known of all keys: one of them was changed. */
  public void forget() {
    changes.incrementAndGet();
    lookUps.clear();
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
