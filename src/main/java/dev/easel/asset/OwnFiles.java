package dev.easel.asset;

import dev.easel.account.AccountId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Our own files, by the addresses that we gave away. A request may refer to an earlier result: it
 * is read from the store, and the network, where our address may well be one that the guard
 * refuses, is not asked.
 */
public final class OwnFiles {
  private static final String PATH = "/files/";

  private final Supplier<String> publicUrl;
  private final Optional<String> base;
  private final AssetStore store;
  private final Optional<SignedLinks> links;
  private final Predicate<String> past;

  /** The files of {@code store}, with addresses below {@code publicUrl} that are all open. */
  public OwnFiles(Supplier<String> publicUrl, AssetStore store) {
    this(publicUrl, Optional.empty(), store);
  }

  /** The same where somebody else serves the files to the world, below {@code publicBase}. */
  OwnFiles(Supplier<String> publicUrl, Optional<String> publicBase, AssetStore store) {
    this(publicUrl, publicBase, store, Optional.empty(), _ -> false);
  }

  /**
   * The files of {@code store}, with addresses below {@code publicUrl}.
   *
   * @param publicBase stands before the names in addresses that are given away where somebody else
   *     serves the files to the world, without a slash at its end; those below {@code publicUrl}
   *     are ours too
   * @param past whether there was a file of that name that is there no more
   */
  public OwnFiles(
      Supplier<String> publicUrl,
      Optional<String> publicBase,
      AssetStore store,
      SignedLinks links,
      Predicate<String> past) {
    this(publicUrl, publicBase, store, Optional.of(links), past);
  }

  private OwnFiles(
      Supplier<String> publicUrl,
      Optional<String> publicBase,
      AssetStore store,
      Optional<SignedLinks> links,
      Predicate<String> past) {
    this.publicUrl = publicUrl;
    this.base = publicBase.map(text -> text + "/");
    this.store = store;
    this.links = links;
    this.past = past;
  }

  /** The address of the file of that name, which may need a signature to be served. */
  public String url(String name) {
    return base.orElseGet(this::ownBase) + name;
  }

  private String ownBase() {
    return publicUrl.get() + PATH;
  }

  /** The address by which {@code account} is given its file of that name. */
  public String link(AccountId account, String name) {
    // Whoever serves the files to the world looks at no signature: signed links lead to us.
    return (AssetNames.isSigned(name) ? ownBase() + name : url(name)) + signature(account, name);
  }

  /** The address by which {@code account} is given a small picture of its file of that name. */
  public String thumbnail(AccountId account, String name) {
    return ownBase() + "thumbnails/" + name + signature(account, name);
  }

  private String signature(AccountId account, String name) {
    return links.map(signing -> signing.query(account, name)).orElse("");
  }

  /** What a link to the file {@code name} is worth. */
  SignedLinks.Worth worth(String name, Optional<String> expires, Optional<String> signature) {
    return links
        .map(signing -> signing.worth(name, expires, signature))
        .orElseGet(() -> new SignedLinks.Worth.Good(Optional.empty()));
  }

  /** Why {@code url}, which is ours, is a link that may not be followed; empty when it may. */
  public Optional<String> refuse(String url) {
    return switch (worth(nameIn(url), query(url, "expires"), query(url, "signature"))) {
      case SignedLinks.Worth.Good _ -> Optional.empty();
      case SignedLinks.Worth.Over _ -> Optional.of("is a link that has expired");
      case SignedLinks.Worth.Nothing _ -> Optional.of("needs a valid signature");
    };
  }

  private static Optional<String> query(String url, String name) {
    int start = url.indexOf('?');
    return start < 0
        ? Optional.empty()
        : Stream.of(url.substring(start + 1).split("&", -1))
            .filter(pair -> pair.startsWith(name + "="))
            .map(pair -> pair.substring(name.length() + 1))
            .findFirst();
  }

  /** Whether there is a file of that name. */
  public boolean isThere(String name) {
    return name(url(name)).isPresent();
  }

  /** Whether there was a file at {@code url}, which is ours, that is there no more. */
  public boolean isPast(String url) {
    return wasThere(nameIn(url));
  }

  /** Whether there was a file of that name that is there no more. */
  boolean wasThere(String name) {
    return Arrivals.type(name).isPresent() && past.test(name);
  }

  /** Whether {@code url} is an address of ours, whatever is there. */
  public boolean isOurs(String url) {
    return url.startsWith(ownBase()) || base.filter(url::startsWith).isPresent();
  }

  /**
   * The name of the file at {@code url}; empty when it is no address of ours, or nothing is there.
   */
  public Optional<String> name(String url) {
    return look(url, _ -> nameIn(url));
  }

  /** The length of the file at {@code url}; empty as {@link #name} is. */
  public OptionalLong bytes(String url) {
    return look(url, AssetStore.Opened::bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private <T> Optional<T> look(String url, Function<AssetStore.Opened, T> tell) {
    if (!isOurs(url)) {
      return Optional.empty();
    }
    String name = nameIn(url);
    try {
      Optional<AssetStore.Opened> opened = open(name);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (AssetStore.Opened file = opened.get()) {
        return Optional.of(tell.apply(file));
      }
    } catch (IOException broken) {
      throw new StoreAway("cannot read our own file " + name, broken);
    }
  }

  /** Thumbnails have addresses of their own, which ask what their files' ask. */
  private Optional<AssetStore.Opened> open(String name) throws IOException {
    return Thumbnails.isOne(name) ? Optional.empty() : store.open(name);
  }

  private String nameIn(String url) {
    String name = url.substring(base.filter(url::startsWith).orElseGet(this::ownBase).length());
    int query = name.indexOf('?');
    return query < 0 ? name : name.substring(0, query);
  }

  /**
   * The file at an address of ours; empty when there is none, or it is larger than {@code
   * maxBytes}.
   */
  Optional<byte[]> read(String url, long maxBytes) {
    String name = nameIn(url);
    try {
      Optional<AssetStore.Opened> opened = open(name);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (AssetStore.Opened file = opened.get()) {
        if (file.bytes() > maxBytes) {
          return Optional.empty();
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream((int) file.bytes());
        file.copy(0, file.bytes(), content);
        return Optional.of(content.toByteArray());
      }
    } catch (IOException broken) {
      throw new StoreAway("cannot read our own file " + name, broken);
    }
  }
}
