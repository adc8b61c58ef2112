package dev.easel.provider.omni;

import dev.easel.net.Answer;
import dev.easel.net.Outbound;
import dev.easel.provider.Fetched;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Downloads what a server made. Where results lie is the server's word: only its own address, which
 * the operator wrote down, is beyond the address guard.
 */
final class Results {
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);
  private static final int MOST_REDIRECTS = 5;
  private static final int LONGEST_ADDRESS = 8_192;

  private final URI base;
  private final Network network;
  private final Duration patience;

  /**
   * The two ways out.
   *
   * @param guarded for addresses that others give
   * @param trusted reaches private addresses too: for the channel's own
   */
  record Network(Outbound guarded, Outbound trusted) {}

  /**
   * Downloads for the server at {@code base}.
   *
   * @param patience how long one file may take
   */
  Results(URI base, Network network, Duration patience) {
    this.base = base;
    this.network = network;
    this.patience = patience;
  }

  /**
   * The address that a server gave, which may be relative to its own; empty for a malformed one.
   */
  Optional<URI> address(String url) {
    try {
      return Optional.of(base.resolve(new URI(url.strip())).toASCIIString())
          .filter(address -> address.length() <= LONGEST_ADDRESS)
          .map(URI::create);
    } catch (URISyntaxException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** Downloads the file at {@code address}. */
  <T> Fetched<T> fetch(URI address, long maxBytes, Fetched.Download<T> download) {
    return switch (get(address, maxBytes, download)) {
      case Answer.Ok<T>(T content) -> new Fetched.Whole<>(content);
      case Answer.Status<T>(int code) -> failed("answered " + code);
      case Answer.TooLarge<T>(long limit) -> new Fetched.TooLarge<>(limit);
      case Answer.Refused<T>(String reason) -> failed(reason);
      case Answer.Unreachable<T>(String reason) -> failed(reason);
    };
  }

  private static <T> Fetched<T> failed(String reason) {
    return new Fetched.Failed<>("has an address that " + reason);
  }

  private <T> Answer<T> get(URI uri, long maxBytes, Fetched.Download<T> download) {
    if (isOwn(uri)) {
      Answer<T> answer = network.trusted.get(uri, options(maxBytes, 0), download::take);
      if (!(answer instanceof Answer.Status<T>(int code) && code >= 300 && code < 400)) {
        return answer;
      }
    }
    // A redirect leads to wherever it says, so that the guard has to see it.
    return network.guarded.get(uri, options(maxBytes, MOST_REDIRECTS), download::take);
  }

  private Outbound.Options options(long maxBytes, int maxRedirects) {
    Duration silence = patience.compareTo(LONGEST_SILENCE) < 0 ? patience : LONGEST_SILENCE;
    return new Outbound.Options(maxBytes, patience, maxRedirects, silence);
  }

  private boolean isOwn(URI uri) {
    return base.getHost().equalsIgnoreCase(uri.getHost())
        && base.getScheme().equalsIgnoreCase(Objects.toString(uri.getScheme(), ""))
        && base.getPort() == uri.getPort();
  }
}
