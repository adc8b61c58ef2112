package dev.easel.asset;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The store cannot be read or written for the moment; asking again later may succeed. */
public final class StoreAway extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  public StoreAway(String message, IOException cause) {
    super(message, cause);
  }
}
