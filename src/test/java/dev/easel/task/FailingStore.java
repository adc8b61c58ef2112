package dev.easel.task;

import dev.easel.asset.AssetStore;
import dev.easel.asset.Put;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** A store in front of another, in whose deletions something else may happen. */
final class FailingStore implements AssetStore {
  private final AssetStore store;
  private volatile Deletion before = _ -> {};
  private volatile boolean isFull;

  /** What happens before a file is deleted. */
  interface Deletion {
    void of(String name) throws IOException;
  }

  FailingStore(AssetStore store) {
    this.store = store;
  }

  /** From now on {@code deletion} happens before every deletion. */
  void beforeDeleting(Deletion deletion) {
    before = deletion;
  }

  /** From now on nothing can be written, or again it can. */
  void full(boolean yes) {
    isFull = yes;
  }

  @Override
  public Put put(String stem, InputStream content, long maxBytes) throws IOException {
    if (isFull) {
      throw new IOException("No space left on device");
    }
    return store.put(stem, content, maxBytes);
  }

  @Override
  public Optional<Opened> open(String name) throws IOException {
    return store.open(name);
  }

  @Override
  public void list(Consumer<Listed> reader) throws IOException {
    store.list(reader);
  }

  @Override
  public void delete(String name) throws IOException {
    before.of(name);
    store.delete(name);
  }
}
