package dev.easel.provider.omni;

import dev.easel.net.Answer;
import dev.easel.net.Outbound;
import dev.easel.provider.Output;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;

/**
 * Downloads what a server made. Where results lie is the server's word: only its own address, which
 * the operator wrote down, is beyond the address guard.
 */
final class Results {
  private static final long LARGEST = 256L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int MOST_REDIRECTS = 5;

  private final URI base;
  private final Network network;

  /**
   * The two ways out.
   *
   * @param guarded for addresses that others give
   * @param trusted reaches private addresses too: for the channel's own
   */
  record Network(Outbound guarded, Outbound trusted) {}

  Results(URI base, Network network) {
    this.base = base;
    this.network = network;
  }

  /** How a download ended. */
  sealed interface Download {
    /** The file is here. */
    record Loaded(Output output) implements Download {}

    /** It is not, for now. */
    record Failed(String reason) implements Download {}
  }

  /** Downloads the file at {@code url}, which may be relative to the server's address. */
  Download load(String url) {
    URI uri;
    try {
      uri = base.resolve(new URI(url.strip()));
    } catch (URISyntaxException malformed) {
      return new Download.Failed("a result's address is malformed");
    }
    return switch (get(uri)) {
      case Answer.Ok<byte[]>(byte[] content) -> new Download.Loaded(new Output(content));
      case Answer.Status<byte[]>(int code) -> failed("answered " + code);
      case Answer.TooLarge<byte[]>(long limit) -> failed("is larger than " + limit + " bytes");
      case Answer.Refused<byte[]>(String reason) -> failed(reason);
      case Answer.Unreachable<byte[]>(String reason) -> failed(reason);
    };
  }

  private static Download failed(String reason) {
    return new Download.Failed("a result's address " + reason);
  }

  private Answer<byte[]> get(URI uri) {
    if (isOwn(uri)) {
      Answer<byte[]> answer =
          network.trusted.get(
              uri, new Outbound.Options(LARGEST, PATIENCE, 0), InputStream::readAllBytes);
      if (!(answer instanceof Answer.Status<byte[]>(int code) && code >= 300 && code < 400)) {
        return answer;
      }
    }
    // A redirect leads to wherever it says, so that the guard has to see it.
    return network.guarded.get(
        uri, new Outbound.Options(LARGEST, PATIENCE, MOST_REDIRECTS), InputStream::readAllBytes);
  }

  private boolean isOwn(URI uri) {
    return base.getHost().equalsIgnoreCase(uri.getHost())
        && base.getScheme().equalsIgnoreCase(Objects.toString(uri.getScheme(), ""))
        && base.getPort() == uri.getPort();
  }
}
