package dev.easel.asset;

import dev.easel.net.Answer;
import dev.easel.net.Outbound;
import dev.easel.wording.Phrase;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** Fetches the reference images, films and sounds that customers point to. */
public final class ImageFetcher {
  private static final int LONGEST_SHOWN = 120;

  // As kie.ai documents them for bytedance/seedance-2 (November 2026).
  private static final long LARGEST_FILM = 50L << 20;
  private static final long LARGEST_SOUND = 15L << 20;

  private final Outbound outbound;
  private final OwnFiles own;
  private final Limits limits;

  /**
   * How much a reference image may ask of this machine.
   *
   * @param maxBytes of the file
   * @param maxPixels that it would have when decoded: a small file can hold very many
   * @param deadline for fetching it
   */
  public record Limits(long maxBytes, long maxPixels, Duration deadline) {
    /**
     * 50 MiB, 50 megapixels, 30 seconds: the most that any of the served APIs takes. What one of
     * them takes less of, the catalogue says, field by field.
     */
    public static final Limits DEFAULT = new Limits(50L << 20, 50_000_000, Duration.ofSeconds(30));
  }

  /** How fetching an image ended. */
  public sealed interface Fetched {
    /**
     * It was fetched; its head makes sense, the rest was not looked at. The array is never written
     * to after it was handed over.
     */
    @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
    record Image(byte[] content, MediaType type, int width, int height) implements Fetched {}

    /** It was not; {@code reason} is a sentence for the customer. */
    record Refused(String reason) implements Fetched, Recorded {}
  }

  /** How fetching a film or a sound ended. */
  public sealed interface Recorded permits Recording, Fetched.Refused {}

  /**
   * It was fetched; its first bytes are those of one. Never written to after it was handed over.
   */
  @SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
  public record Recording(byte[] content) implements Recorded {}

  /** A fetcher that asks the outside through {@code outbound}, and nobody for {@code own} files. */
  public ImageFetcher(Outbound outbound, OwnFiles own, Limits limits) {
    this.outbound = outbound;
    this.own = own;
    this.limits = limits;
  }

  /** Fetches the image at {@code url}, following redirects. */
  public Fetched fetch(String url) {
    return fetch(url, "an image", limits.maxBytes(), new Images());
  }

  /** Fetches the MP4 or QuickTime film at {@code url}, following redirects. */
  public Recorded film(String url) {
    return fetch(url, "a film", LARGEST_FILM, new Recordings(RecordingHead::isFilm, "a film"));
  }

  /** Fetches the WAV or MP3 sound at {@code url}, following redirects. */
  public Recorded sound(String url) {
    return fetch(url, "a sound", LARGEST_SOUND, new Recordings(RecordingHead::isSound, "a sound"));
  }

  /** What is made of a file that came, and of one that did not. */
  private interface Findings<F> {
    F found(URI uri, byte[] content);

    F refused(Fetched.Refused refused);
  }

  private final class Images implements Findings<Fetched> {
    @Override
    public Fetched found(URI uri, byte[] content) {
      return switch (ImageHead.of(content, limits.maxPixels())) {
        case ImageHead.Fit(MediaType type, PixelSize size) ->
            new Fetched.Image(content, type, size.width(), size.height());
        case ImageHead.Unfit(Phrase reason) -> refusal(uri, reason.toString());
      };
    }

    @Override
    public Fetched refused(Fetched.Refused refused) {
      return refused;
    }
  }

  private record Recordings(Predicate<byte[]> isOne, String kind) implements Findings<Recorded> {
    @Override
    public Recorded found(URI uri, byte[] content) {
      return isOne.test(content)
          ? new Recording(content)
          : refusal(uri, "is not " + kind + MediaType.impression(content));
    }

    @Override
    public Recorded refused(Fetched.Refused refused) {
      return refused;
    }
  }

  /** Why {@code url} is one of our own links that leads nowhere any more; empty when it is not. */
  public Optional<String> refuse(String url) {
    return own.isOurs(url) ? own.refuse(url) : Optional.empty();
  }

  private <F> F fetch(String url, String kind, long maxBytes, Findings<F> findings) {
    try {
      return fetch(url, new URI(url.strip()), maxBytes, findings);
    } catch (URISyntaxException malformed) {
      return findings.refused(new Fetched.Refused(kind + " address is malformed"));
    }
  }

  private <F> F fetch(String url, URI uri, long maxBytes, Findings<F> findings) {
    if (own.isOurs(url)) {
      return own(url, uri, maxBytes, findings);
    }
    Outbound.Options options = new Outbound.Options(maxBytes, limits.deadline(), 5);
    return switch (outbound.get(uri, options, InputStream::readAllBytes)) {
      case Answer.Ok<byte[]>(byte[] content) -> findings.found(uri, content);
      case Answer.Status<byte[]>(int code) -> findings.refused(refusal(uri, "answered " + code));
      case Answer.TooLarge<byte[]>(long limit) ->
          findings.refused(refusal(uri, "is larger than " + size(limit)));
      case Answer.Refused<byte[]>(String reason) -> findings.refused(refusal(uri, reason));
      case Answer.Unreachable<byte[]>(String reason) -> findings.refused(refusal(uri, reason));
    };
  }

  private <F> F own(String url, URI uri, long maxBytes, Findings<F> findings) {
    try {
      return own.read(url, maxBytes)
          .map(content -> findings.found(uri, content))
          .orElseGet(() ->
              findings.refused(refusal(uri, "is not there, or is larger than " + size(maxBytes))));
    } catch (StoreAway away) {
      return findings.refused(refusal(uri, "cannot be read at the moment"));
    }
  }

  private static Fetched.Refused refusal(URI uri, String reason) {
    return new Fetched.Refused(shown(uri) + " " + reason);
  }

  /** The address without what may be secret in it, shortened. */
  private static String shown(URI uri) {
    String authority = uri.getRawAuthority();
    String text =
        (uri.getScheme() == null ? "" : uri.getScheme() + ":")
            + (authority == null ? "" : "//" + authority.substring(authority.lastIndexOf('@') + 1))
            + (uri.getRawPath() == null ? "" : uri.getRawPath());
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
  }

  static String size(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : bytes + " bytes";
  }
}
