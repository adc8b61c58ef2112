package dev.easel.asset;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Two stores as one, while files move between them: what is new goes to the first, and a file is
 * had from whichever has it. {@link AssetMove} copies a file before it removes it, so that there is
 * no moment at which neither has it; the order of the steps here and there is what makes that true
 * for whoever reads or deletes meanwhile.
 */
public final class MovingStore implements AssetStore {
  private final AssetStore current;
  private final AssetStore other;

  /** Writes to {@code current}, reads from both. */
  public MovingStore(AssetStore current, AssetStore other) {
    this.current = current;
    this.other = other;
  }

  @Override
  public Put put(String stem, InputStream content, long maxBytes) throws IOException {
    return current.put(stem, content, maxBytes);
  }

  @Override
  public Optional<Opened> open(String name) throws IOException {
    return find(name).map(file -> new Moving(name, file));
  }

  /** The third look finds what was moved between the first and the second. */
  private Optional<Opened> find(String name) throws IOException {
    Optional<Opened> found = current.open(name);
    if (found.isEmpty()) {
      found = other.open(name);
    }
    return found.isEmpty() ? current.open(name) : found;
  }

  /** First where files may be copied from: whoever is copying this one finds that it has gone. */
  @Override
  public void delete(String name) throws IOException {
    other.delete(name);
    current.delete(name);
  }

  @Override
  public void list(Consumer<Listed> reader) throws IOException {
    Set<String> shown = new HashSet<>();
    for (AssetStore store : List.of(other, current)) {
      store.list(file -> {
        if (shown.add(file.name())) {
          reader.accept(file);
        }
      });
    }
  }

  /** A file that may be moved while it is read: then the rest is read where it has gone. */
  private final class Moving implements Opened {
    private final String name;
    private final Opened file;

    Moving(String name, Opened file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public MediaType type() {
      return file.type();
    }

    @Override
    public long bytes() {
      return file.bytes();
    }

    @Override
    public Instant modified() {
      return file.modified();
    }

    @Override
    public void copy(long offset, long length, OutputStream out) throws IOException {
      try {
        file.copy(offset, length, out);
      } catch (NoSuchFileException moved) { // thrown before anything was written
        try (Opened again = find(name).orElseThrow(() -> moved)) {
          if (again.bytes() != file.bytes()) {
            throw moved;
          }
          again.copy(offset, length, out);
        }
      }
    }

    @Override
    public Optional<URI> direct(Duration life, String disposition) {
      return file.direct(life, disposition);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
