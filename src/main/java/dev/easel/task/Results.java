package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Conversions;
import dev.easel.asset.ImageFiles;
import dev.easel.asset.Put;
import dev.easel.asset.StoredFile;
import dev.easel.catalog.MediaKind;
import dev.easel.provider.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
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
  private final Function<AccountId, FileTerms> terms;
  private final InstantSource clock;
  private final AtomicLong alertedAtNanos =
      new AtomicLong(System.nanoTime() - BETWEEN_ALERTS.toNanos());

  /** Results kept in {@code store} for ever. */
  public Results(AssetStore store, AssetNames names) {
    this(
        store,
        names,
        _ -> FileTerms.UNBOUNDED,
        InstantSource.fixed(Instant.EPOCH)); // no end, no time
  }

  /** Results kept in {@code store} on their accounts' {@code terms}. */
  public Results(
      AssetStore store,
      AssetNames names,
      Function<AccountId, FileTerms> terms,
      InstantSource clock) {
    this.store = store;
    this.names = names;
    this.terms = terms;
    this.clock = clock;
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
    FileTerms kept = terms.apply(request.account());
    for (Output output : outputs) {
      switch (put(stem(attempt, assets.size(), kept), content(request, output), patience)) {
        case Put.Stored(StoredFile file) ->
            assets.add(asset(file).until(kept.end(kind(request), clock.instant())));
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

  private String stem(Attempt attempt, int output, FileTerms kept) {
    String stem = names.stem(attempt.id(), output);
    return kept.isSigned() ? AssetNames.signed(stem) : stem;
  }

  private static FileKind kind(TaskRequest request) {
    return switch (request.kind()) {
      case IMAGE -> FileKind.IMAGE;
      case VIDEO -> FileKind.VIDEO;
      case AUDIO -> FileKind.AUDIO;
    };
  }

  private byte[] content(TaskRequest request, Output output) {
    Optional<ImageFiles.Format> format =
        request.parameters().outputFormat().flatMap(ImageFiles.Format::of);
    return request.kind() == MediaKind.IMAGE && format.isPresent()
        ? conversions.to(format.get(), output.content(), request.parameters().outputCompression())
        : output.content();
  }

  private Put put(String stem, byte[] content, Patience patience) {
    Duration pause = SHORTEST_PAUSE;
    while (true) {
      try {
        return store.put(stem, new ByteArrayInputStream(content), LARGEST);
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
