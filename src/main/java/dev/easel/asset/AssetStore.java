package dev.easel.asset;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where results and uploaded inputs are kept, under names of the form {@code stem.extension} that
 * are given once and for all. Methods block and may be called by any number of threads.
 */
public interface AssetStore {
  /**
   * Stores {@code content}, reading it to its end. When this returns {@link Put.Stored}, the file
   * survives a crash. Storing under one stem again gives the same name and replaces the file, so
   * that a step cut short can simply be run again.
   *
   * @param stem the name without its extension: 16 to 64 lower-case letters and digits
   * @throws IOException when {@code content} cannot be read or the store cannot be written; nothing
   *     is kept, and storing again may succeed
   */
  Put put(String stem, InputStream content, long maxBytes) throws IOException;

  /**
   * Opens a file; empty when there is none of that name, and for any name that {@link #put} cannot
   * have given.
   *
   * @throws IOException when the store cannot be read
   */
  Optional<Opened> open(String name) throws IOException;

  /**
   * Deletes a file; what reads it at that moment may go on. Nothing happens when there is none of
   * that name.
   *
   * @throws IOException when the file is still there
   */
  void delete(String name) throws IOException;

  /**
   * Shows every file to {@code reader}, in any order; one that is stored or deleted meanwhile may
   * be shown or not.
   *
   * @throws IOException when the store cannot be read
   */
  void list(Consumer<Listed> reader) throws IOException;

  /**
   * A file that is there.
   *
   * @param modified when it was stored
   */
  record Listed(String name, long bytes, Instant modified) {}

  /** A file that is being read. */
  interface Opened extends Closeable {
    MediaType type();

    /** Its length in bytes. */
    long bytes();

    /** When it was stored. */
    Instant modified();

    /**
     * Writes {@code length} bytes from {@code offset} on to {@code out}.
     *
     * @throws IOException when the file or {@code out} fails
     */
    void copy(long offset, long length, OutputStream out) throws IOException;

    /**
     * An address at which whoever knows it gets the file without us for {@code life}; empty where
     * files are only had through us.
     *
     * @param disposition the value of {@code Content-Disposition} there
     */
    default Optional<URI> direct(Duration life, String disposition) {
      return Optional.empty();
    }
  }
}
