package dev.easel.asset;

/** How storing a file ended. */
public sealed interface Put {
  /** It is there and will be there after a crash. */
  record Stored(StoredFile file) implements Put {}

  /** It is longer than {@code limit} bytes; nothing of it was kept. */
  record TooLarge(long limit) implements Put {}

  /**
   * It is neither a picture nor a film; nothing of it was kept.
   *
   * @param reason continues a sentence that begins with the file
   */
  record NotMedia(String reason) implements Put {}
}
