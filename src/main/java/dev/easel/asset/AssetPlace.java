package dev.easel.asset;

import java.io.IOException;
import java.util.UUID;

/** A store that is in one place: a directory, or a bucket. */
public interface AssetPlace extends AssetStore, AutoCloseable {
  /** Where it is, for people: a path, or {@code s3://bucket/prefix}. */
  String location();

  /**
   * The id that this place carries, by which it is known again wherever it is mounted; {@code
   * fresh} when it carried none until now.
   *
   * @throws IOException when it can be neither read nor written
   */
  UUID mark(UUID fresh) throws IOException;

  @Override
  void close();

  /** What a marker says. */
  static UUID id(String location, String marker) throws IOException {
    try {
      return UUID.fromString(marker.strip());
    } catch (IllegalArgumentException damaged) {
      throw new IOException("the marker of " + location + " is damaged", damaged);
    }
  }

  /** The place cannot be used; the message names the setting to put right. */
  final class CannotOpen extends Exception {
    private static final long serialVersionUID = 1;

    public CannotOpen(String message) {
      super(message);
    }

    CannotOpen(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
