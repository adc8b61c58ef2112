package dev.easel.task;

import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Conversions;
import dev.easel.asset.ImageFiles;
import dev.easel.asset.Provenance;
import dev.easel.asset.Put;
import dev.easel.asset.StoredFile;
import dev.easel.catalog.MediaKind;
import dev.easel.provider.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies what providers made into our own storage, under names that are the same at every try. */
public final class Results {
  private static final long LARGEST = 2L << 30;

  private static final Logger log = LoggerFactory.getLogger(Results.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_ALERTS = Duration.ofSeconds(10);

  private final AssetStore store;
  private final Conversions conversions = new Conversions();
  private final AssetNames names;
  private final Optional<Marks> marks;
  private final AtomicLong alertedAtNanos =
      new AtomicLong(System.nanoTime() - BETWEEN_ALERTS.toNanos());

  /** Results kept in {@code store} as they come. */
  public Results(AssetStore store, AssetNames names) {
    this(store, names, Optional.empty());
  }

  /** Results kept in {@code store} with {@code marks}. */
  public Results(AssetStore store, AssetNames names, Marks marks) {
    this(store, names, Optional.of(marks));
  }

  private Results(AssetStore store, AssetNames names, Optional<Marks> marks) {
    this.store = store;
    this.names = names;
    this.marks = marks;
  }

  /** Whoever wants something stored, and how it waits while that is impossible. */
  interface Patience {
    /** Whether to try again. */
    boolean lasts();

    /** Waits. */
    void pause(Duration length);
  }

  /**
   * Stores what {@code attempt} produced for {@code request}, pictures in the format that it asks
   * for; on disk when this returns. What was produced has been paid for: while the store cannot be
   * written, it is tried again, for as long as {@code patience} lasts.
   *
   * @throws UncheckedIOException when the store could not be written until then
   */
  Outcome store(TaskRequest request, Attempt attempt, List<Output> outputs, Patience patience) {
    List<Asset> assets = new ArrayList<>(outputs.size());
    for (Output output : outputs) {
      int number = assets.size();
      Optional<Provenance.Mark> mark = marks.map(all -> all.of(request, attempt, number));
      switch (put(names.stem(attempt.id(), number), content(request, output), mark, patience)) {
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

  private byte[] content(TaskRequest request, Output output) {
    Optional<ImageFiles.Format> format =
        request.parameters().outputFormat().flatMap(ImageFiles.Format::of);
    return request.kind() == MediaKind.IMAGE && format.isPresent()
        ? conversions.to(format.get(), output.content(), request.parameters().outputCompression())
        : output.content();
  }

  private Put put(String stem, byte[] content, Optional<Provenance.Mark> mark, Patience patience) {
    Duration pause = SHORTEST_PAUSE;
    while (true) {
      try {
        InputStream file = new ByteArrayInputStream(content);
        return store.put(
            stem, mark.isPresent() ? Provenance.marked(file, mark.get()) : file, LARGEST);
      } catch (IOException full) {
        if (!patience.lasts()) {
          throw new UncheckedIOException("cannot store a result", full);
        }
        alert(full);
        patience.pause(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      }
    }
  }

  /** One line once in a while, however many results wait. */
  private void alert(IOException full) {
    long now = System.nanoTime();
    long before = alertedAtNanos.get();
    if (now - before >= BETWEEN_ALERTS.toNanos() && alertedAtNanos.compareAndSet(before, now)) {
      log.error(
          "ALERT: results cannot be stored; their tasks wait, and it is tried again: {}",
          full.toString());
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
