package dev.easel.task;

import dev.easel.account.AccountId;
import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.Conversions;
import dev.easel.asset.ImageFiles;
import dev.easel.asset.Provenance;
import dev.easel.asset.Put;
import dev.easel.asset.StoredFile;
import dev.easel.catalog.MediaKind;
import dev.easel.provider.Fetched;
import dev.easel.provider.Output;
import dev.easel.provider.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
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

/**
 * Copies what providers made into our own storage, under names that are the same at every try: what
 * they hand over is stored at once, what they have published is fetched.
 */
public final class Results {
  private static final long LARGEST = 2L << 30;

  private static final Logger log = LoggerFactory.getLogger(Results.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration PAUSE_WHEN_TOO_LARGE = Duration.ofHours(1);
  private static final Duration BETWEEN_ALERTS = Duration.ofSeconds(10);

  private final AssetStore store;
  private final Conversions conversions = new Conversions();
  private final AssetNames names;
  private final Function<AccountId, FileTerms> terms;
  private final Optional<Marks> marks;
  private final InstantSource clock;
  private final AtomicLong alertedAtNanos =
      new AtomicLong(System.nanoTime() - BETWEEN_ALERTS.toNanos());

  /** Results kept in {@code store} for ever, as they come. */
  public Results(AssetStore store, AssetNames names) {
    this(
        store,
        names,
        _ -> FileTerms.UNBOUNDED,
        Optional.empty(),
        InstantSource.fixed(Instant.EPOCH)); // no end, no time
  }

  /** Results kept in {@code store} on their accounts' {@code terms}, with {@code marks}. */
  public Results(
      AssetStore store,
      AssetNames names,
      Function<AccountId, FileTerms> terms,
      Optional<Marks> marks,
      InstantSource clock) {
    this.store = store;
    this.names = names;
    this.terms = terms;
    this.marks = marks;
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
      int number = assets.size();
      Optional<Provenance.Mark> mark = marks.map(all -> all.of(request, attempt, number));
      switch (put(stem(attempt, number, kept), content(request, output), mark, patience)) {
        case Put.Stored(StoredFile file) -> assets.add(asset(file));
        case Put.TooLarge(long limit) -> {
          return new Outcome.Unstorable("The result is larger than %d bytes.".formatted(limit));
        }
        case Put.NotMedia(String reason) -> {
          return new Outcome.Unstorable("The result " + reason + ".");
        }
      }
    }
    return new Outcome.Stored(until(kept, request, assets));
  }

  /**
   * Fetches what {@code provider} has published of {@code attempt} into the store, as far as it is
   * not there yet; what was stored is on disk when this returns. Repeatable.
   */
  Outcome fetch(TaskRequest request, Attempt attempt, List<Copy> copies, Provider provider) {
    FileTerms kept = terms.apply(request.account());
    List<Copy> now = new ArrayList<>(copies.size());
    Optional<Missed> missed = Optional.empty();
    for (Copy copy : copies) {
      switch (copy) {
        case Copy.Kept there -> now.add(there);
        case Copy.Wanted(URI address) -> {
          int number = now.size();
          Target target =
              new Target(
                  stem(attempt, number, kept), marks.map(all -> all.of(request, attempt, number)));
          switch (fetch(request, target, address, provider)) {
            case Got(StoredFile file) ->
                now.add(new Copy.Kept(until(kept, request, List.of(asset(file))).getFirst()));
            case Missed failed -> {
              log.warn(
                  "task {}: attempt {} on channel {}: a result {}; it is fetched again",
                  request.id(),
                  attempt.id(),
                  attempt.channel(),
                  failed.reason);
              missed = missed.or(() -> Optional.of(failed));
              now.add(copy);
            }
          }
        }
      }
    }
    return missed
        .<Outcome>map(failed -> new Outcome.Incomplete(now, failed.reason, failed.atLeast))
        .orElseGet(() -> new Outcome.Stored(Copy.kept(now)));
  }

  /** The same with the end of their time. */
  private List<Asset> until(FileTerms kept, TaskRequest request, List<Asset> assets) {
    Optional<Instant> end = kept.end(kind(request), clock.instant());
    return assets.stream().map(asset -> asset.until(end)).toList();
  }

  /** What one file becomes. */
  private record Target(String stem, Optional<Provenance.Mark> mark) {}

  private static InputStream marked(InputStream file, Optional<Provenance.Mark> mark)
      throws IOException {
    return mark.isPresent() ? Provenance.marked(file, mark.get()) : file;
  }

  /** How fetching one file ended. */
  private sealed interface Tried {}

  private record Got(StoredFile file) implements Tried {}

  /** The reason continues a sentence that begins with the result. */
  private record Missed(String reason, Duration atLeast) implements Tried {
    Missed(String reason) {
      this(reason, Duration.ZERO);
    }
  }

  private Tried fetch(TaskRequest request, Target target, URI address, Provider provider) {
    try {
      return switch (provider.fetch(
          address,
          LARGEST,
          content ->
              store.put(target.stem, marked(converted(request, content), target.mark), LARGEST))) {
        case Fetched.Whole<Put>(Put.Stored(StoredFile file)) -> ofKind(request, file);
        case Fetched.Whole<Put>(Put.NotMedia(String reason)) -> new Missed(reason);
        case Fetched.Whole<Put>(Put.TooLarge(long limit)) -> tooLarge(limit);
        case Fetched.TooLarge<Put>(long limit) -> tooLarge(limit);
        case Fetched.Failed<Put>(String reason) -> new Missed(reason);
      };
    } catch (UncheckedIOException full) {
      alert(full);
      return new Missed("cannot be written into our own store");
    }
  }

  /** It may be all of it that was fetched to find out: not too often. */
  private static Missed tooLarge(long limit) {
    return new Missed("is larger than " + limit + " bytes", PAUSE_WHEN_TOO_LARGE);
  }

  /** A page that says sorry may be a picture too. */
  private Tried ofKind(TaskRequest request, StoredFile file) {
    if (file.type().isImage() == (request.kind() == MediaKind.IMAGE)) {
      return new Got(file);
    }
    try {
      store.delete(file.name());
    } catch (IOException left) {
      log.warn("{} is of no use and could not be deleted: {}", file.name(), left.toString());
    }
    return new Missed("is " + (file.type().isImage() ? "a picture" : "a film"));
  }

  private InputStream converted(TaskRequest request, InputStream content) throws IOException {
    Optional<ImageFiles.Format> format = format(request);
    return format.isPresent()
        ? conversions.to(format.get(), content, request.parameters().outputCompression())
        : content;
  }

  private static Optional<ImageFiles.Format> format(TaskRequest request) {
    return request
        .parameters()
        .outputFormat()
        .filter(_ -> request.kind() == MediaKind.IMAGE)
        .flatMap(ImageFiles.Format::of);
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
    Optional<ImageFiles.Format> format = format(request);
    return format.isPresent()
        ? conversions.to(format.get(), output.content(), request.parameters().outputCompression())
        : output.content();
  }

  private Put put(String stem, byte[] content, Optional<Provenance.Mark> mark, Patience patience) {
    Duration pause = SHORTEST_PAUSE;
    while (true) {
      try {
        InputStream file = new ByteArrayInputStream(content);
        return store.put(stem, marked(file, mark), LARGEST);
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
  private void alert(Exception full) {
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
