package dev.easel.asset;

/**
 * A picture that a customer has sent: looked at and named, but not stored yet.
 *
 * @param content never written to after it was handed over
 * @param name its file name, the same whenever the account sends the same file
 * @param url where it will be
 */
@SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
public record Picture(String name, String url, byte[] content, MediaType type, PixelSize size) {
  /** The name without its extension. */
  String stem() {
    return name.substring(0, name.indexOf('.'));
  }
}
