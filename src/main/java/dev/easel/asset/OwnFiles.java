package dev.easel.asset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Our own files, by the addresses that we gave away. A request may refer to an earlier result: it
 * is read from the store, and the network, where our address may well be one that the guard
 * refuses, is not asked.
 */
public final class OwnFiles {
  private static final String PATH = "/files/";

  private final Supplier<String> publicUrl;
  private final AssetStore store;

  /** The files of {@code store}, with addresses below {@code publicUrl}. */
  public OwnFiles(Supplier<String> publicUrl, AssetStore store) {
    this.publicUrl = publicUrl;
    this.store = store;
  }

  /** The address of the file of that name. */
  public String url(String name) {
    return publicUrl.get() + PATH + name;
  }

  /** The address of a small picture of the file at {@code url}, which is ours. */
  public String thumbnail(String url) {
    String start = publicUrl.get() + PATH;
    return start + "thumbnails/" + url.substring(start.length());
  }

  /** Whether {@code url} is an address of ours, whatever is there. */
  public boolean isOurs(String url) {
    return url.startsWith(publicUrl.get() + PATH);
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
      Optional<AssetStore.Opened> opened = store.open(name);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (AssetStore.Opened file = opened.get()) {
        return Optional.of(tell.apply(file));
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("cannot read our own file " + name, broken);
    }
  }

  private String nameIn(String url) {
    return url.substring((publicUrl.get() + PATH).length());
  }

  /**
   * The file at an address of ours; empty when there is none, or it is larger than {@code
   * maxBytes}.
   */
  Optional<byte[]> read(String url, long maxBytes) {
    String name = nameIn(url);
    try {
      Optional<AssetStore.Opened> opened = store.open(name);
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
      throw new UncheckedIOException("cannot read our own file " + name, broken);
    }
  }
}
