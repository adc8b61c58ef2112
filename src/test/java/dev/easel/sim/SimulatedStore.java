package dev.easel.sim;

import dev.easel.asset.AssetStore;
import dev.easel.asset.MediaType;
import dev.easel.asset.PixelSize;
import dev.easel.asset.Put;
import dev.easel.asset.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The files that all nodes share. What was stored stays, whatever becomes of who stored it. */
final class SimulatedStore {
  private final Map<String, StoredFile> files = new LinkedHashMap<>();
  private final Scheduler scheduler;
  private final Faults faults;

  SimulatedStore(Scheduler scheduler, Faults faults) {
    this.scheduler = scheduler;
    this.faults = faults;
  }

  /** The file of that name. */
  Optional<StoredFile> file(String name) {
    return Optional.ofNullable(files.get(name));
  }

  /** The store as one node sees it. */
  AssetStore of(SimulatedDatabase.Node node) {
    return new AssetStore() {
      @Override
      public Put put(String stem, InputStream content, long maxBytes) throws IOException {
        return SimulatedStore.this.put(node, stem, content.readAllBytes());
      }

      @Override
      public Optional<Opened> open(String name) {
        throw new UnsupportedOperationException("nobody reads results here");
      }

      @Override
      public void list(Consumer<Listed> reader) {
        throw new UnsupportedOperationException("nobody lists files here");
      }

      @Override
      public void delete(String name) {
        throw new UnsupportedOperationException("nobody deletes results here");
      }
    };
  }

  private Put put(SimulatedDatabase.Node node, String stem, byte[] content) throws IOException {
    scheduler.step("store " + stem);
    Faults.Fate fate = faults.at(Faults.Place.STORE);
    switch (fate) {
      case CRASH_BEFORE -> {
        scheduler.note("-- crashes before it");
        node.crash();
      }
      case PAUSE -> node.pause();
      case LOST -> {
        scheduler.note("-- the disk is full");
        throw new IOException("No space left on device");
      }
      case DONE, CRASH_AFTER, ANSWER_LOST -> {}
    }
    if (fate == Faults.Fate.DONE && faults.happens(40)) {
      scheduler.note("-- the store is away");
      throw new IOException("Connection refused");
    }
    Optional<MediaType> type = MediaType.sniff(content);
    if (type.isEmpty()) {
      return new Put.NotMedia("is neither a picture nor a film");
    }
    StoredFile file =
        new StoredFile(
            stem + "." + type.get().extension(),
            type.get(),
            content.length,
            sha256(content),
            Optional.of(new PixelSize(1, 1)),
            Optional.empty());
    StoredFile before = files.put(file.name(), file);
    if (before != null && !before.sha256().equals(file.sha256())) {
      scheduler.violated("file " + file.name() + " was replaced by another");
    }
    if (fate == Faults.Fate.CRASH_AFTER) {
      scheduler.note("-- crashes after it");
      node.crash();
    }
    if (fate == Faults.Fate.ANSWER_LOST) {
      scheduler.note("-- the store is away");
      throw new IOException("Connection reset");
    }
    return new Put.Stored(file);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
