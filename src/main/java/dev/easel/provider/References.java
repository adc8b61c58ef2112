package dev.easel.provider;

import dev.easel.catalog.MediaKind;

/** Where the files come from that a request refers to: pictures, films and sounds. */
public interface References {
  /**
   * Loads the file at an address of the request, which has to be of {@code kind}. Blocks.
   * Implementations guard against addresses that customers must not reach, and cap bytes and
   * pixels.
   */
  Reference load(MediaKind kind, String url);

  /** What became of loading a file. */
  sealed interface Reference {
    /** The file. The array is never written to after it was handed over. */
    @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
    record Loaded(byte[] content) implements Reference {}

    /**
     * There is none to be had.
     *
     * @param reason in words that a customer may see, such as {@code the server answered 404}
     */
    record Refused(String reason) implements Reference {}
  }
}
