package dev.easel.asset;

import dev.easel.net.Answer;
import dev.easel.net.Outbound;
import dev.easel.wording.Phrase;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/** Fetches the reference images that customers point to. */
public final class ImageFetcher {
  private static final int LONGEST_SHOWN = 120;

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
    record Refused(String reason) implements Fetched {}
  }

  /** A fetcher that asks the outside through {@code outbound}, and nobody for {@code own} files. */
  public ImageFetcher(Outbound outbound, OwnFiles own, Limits limits) {
    this.outbound = outbound;
    this.own = own;
    this.limits = limits;
  }

  /** Fetches the image at {@code url}, following redirects. */
  public Fetched fetch(String url) {
    try {
      return fetch(url, new URI(url.strip()));
    } catch (URISyntaxException malformed) {
      return new Fetched.Refused("an image address is malformed");
    }
  }

  private Fetched fetch(String url, URI uri) {
    if (own.isOurs(url)) {
      return own.read(url, limits.maxBytes())
          .map(content -> inspect(uri, content))
          .orElseGet(
              () -> refused(uri, "is not there, or is larger than " + size(limits.maxBytes())));
    }
    Outbound.Options options = new Outbound.Options(limits.maxBytes(), limits.deadline(), 5);
    return switch (outbound.get(uri, options, InputStream::readAllBytes)) {
      case Answer.Ok<byte[]>(byte[] content) -> inspect(uri, content);
      case Answer.Status<byte[]>(int code) -> refused(uri, "answered " + code);
      case Answer.TooLarge<byte[]>(long limit) -> refused(uri, "is larger than " + size(limit));
      case Answer.Refused<byte[]>(String reason) -> refused(uri, reason);
      case Answer.Unreachable<byte[]>(String reason) -> refused(uri, reason);
    };
  }

  private Fetched inspect(URI uri, byte[] content) {
    return switch (ImageHead.of(content, limits.maxPixels())) {
      case ImageHead.Fit(MediaType type, PixelSize size) ->
          new Fetched.Image(content, type, size.width(), size.height());
      case ImageHead.Unfit(Phrase reason) -> refused(uri, reason.toString());
    };
  }

  private static Fetched refused(URI uri, String reason) {
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
