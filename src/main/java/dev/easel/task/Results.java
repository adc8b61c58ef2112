package dev.easel.task;

import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Put;
import dev.easel.asset.StoredFile;
import dev.easel.provider.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Copies what providers made into our own storage, under names that are the same at every try. */
public final class Results {
  private static final long LARGEST = 2L << 30;

  private final AssetStore store;
  private final AssetNames names;

  /** Results kept in {@code store}. */
  public Results(AssetStore store, AssetNames names) {
    this.store = store;
    this.names = names;
  }

  /**
   * Stores what {@code attempt} produced; on disk when this returns.
   *
   * @throws UncheckedIOException when the store cannot be written; trying again may succeed
   */
  Outcome store(Attempt attempt, List<Output> outputs) {
    List<Asset> assets = new ArrayList<>(outputs.size());
    for (Output output : outputs) {
      switch (put(names.stem(attempt.id(), assets.size()), output)) {
        case Put.Stored(StoredFile file) -> assets.add(asset(file));
        case Put.TooLarge(long limit) -> {
          return new Outcome.Unstorable("The result is larger than %d bytes.".formatted(limit));
        }
        case Put.NotMedia(String reason) -> {
          return new Outcome.Unstorable("The result " + reason + ".");
        }
      }
    }
    return new Outcome.Stored(assets);
  }

  private Put put(String stem, Output output) {
    try {
      return store.put(stem, new ByteArrayInputStream(output.content()), LARGEST);
    } catch (IOException full) {
      throw new UncheckedIOException("cannot store a result", full);
    }
  }

  private static Asset asset(StoredFile file) {
    return new Asset(
        file.name(),
        file.type().mime(),
        file.bytes(),
        file.sha256(),
        file.size().map(size -> OptionalInt.of(size.width())).orElse(OptionalInt.empty()),
        file.size().map(size -> OptionalInt.of(size.height())).orElse(OptionalInt.empty()),
        file.duration()
            .map(length -> OptionalLong.of(length.toMillis()))
            .orElse(OptionalLong.empty()));
  }
}
