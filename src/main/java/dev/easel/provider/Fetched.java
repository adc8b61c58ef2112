package dev.easel.provider;

import java.io.IOException;
import java.io.InputStream;

/**
 * How fetching a published output ended. A {@code reason} continues a sentence that begins with the
 * output, and never shows where it lies.
 *
 * @param <T> what was made of it
 */
public sealed interface Fetched<T> {
  /** It was read to its end. */
  record Whole<T>(T content) implements Fetched<T> {}

  /** It is longer than {@code limit} bytes. */
  record TooLarge<T>(long limit) implements Fetched<T> {}

  /** It could not be had, this time. */
  record Failed<T>(String reason) implements Fetched<T> {}

  /** Makes something of an output while it arrives. */
  @FunctionalInterface
  interface Download<T> {
    /** Reads {@code content} to its end, or as far as it is wanted; does not close it. */
    T take(InputStream content) throws IOException;
  }
}
