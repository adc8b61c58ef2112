package dev.easel.account;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * On what terms an account's files are kept.
 *
 * @param keep how long, by kind; what is not in it is kept for ever
 * @param quota bytes that the account may have stored; empty for no bound
 * @param links how long a link that is given away works; empty where links are open and last
 */
public record FileTerms(
    Map<FileKind, Duration> keep, OptionalLong quota, Optional<Duration> links) {
  /** Everything is kept for ever, without bound, at open links. */
  public static final FileTerms UNBOUNDED =
      new FileTerms(Map.of(), OptionalLong.empty(), Optional.empty());

  public FileTerms {
    keep = Map.copyOf(keep);
  }

  /** Until when a file of {@code kind} that is stored {@code now} is kept; empty for ever. */
  public Optional<Instant> end(FileKind kind, Instant now) {
    return Optional.ofNullable(keep.get(kind)).map(now::plus);
  }

  /** Whether new files of the account are given away by links that end. */
  public boolean isSigned() {
    return links.isPresent();
  }

  /** These terms, but for what {@code own} says otherwise. */
  public FileTerms with(OwnFileTerms own) {
    Map<FileKind, Duration> all = new EnumMap<>(FileKind.class);
    all.putAll(keep);
    own.keep()
        .forEach((kind, length) ->
            length.ifPresentOrElse(it -> all.put(kind, it), () -> all.remove(kind)));
    return new FileTerms(all, own.quota().isPresent() ? own.bound() : quota, own.links());
  }
}
