package dev.easel.provider.omni;

import dev.easel.catalog.Channel;
import dev.easel.provider.ChannelSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * A channel's settings; what they mean is in {@link OmniProvider}.
 *
 * @param base without a slash at its end
 * @param key never shown
 * @param answerWithin how long a call may take
 * @param checkEvery how often a generation is asked about
 * @param resultsLast how long results stay where they are, where the server does not say
 * @param fetchWithin how long fetching one of them may take
 */
record OmniSettings(
    URI base,
    String key,
    Memory memory,
    Duration answerWithin,
    Duration checkEvery,
    Duration resultsLast,
    Duration fetchWithin) {
  private static final Duration USUAL_PATIENCE = Duration.ofSeconds(60);
  private static final Duration USUAL_MEMORY = Duration.ofHours(24);
  private static final Duration USUAL_LIFE = Duration.ofHours(24);
  private static final Duration USUAL_FETCH = Duration.ofMinutes(10);
  private static final Duration USUAL_INTERVAL = Duration.ofSeconds(3);

  /**
   * What the server remembers of submissions.
   *
   * @param idempotent whether it honours Idempotency-Key at all; only if the operator says so
   * @param length how long
   */
  record Memory(boolean idempotent, Duration length) {
    /** Whether a submission that was begun then can be handed over again without buying twice. */
    boolean reaches(Instant begunAt, Instant now) {
      return idempotent && now.isBefore(begunAt.plus(length));
    }
  }

  /** Reads a channel's settings; {@code environment} knows the variables. */
  static OmniSettings read(Channel channel, Function<String, Optional<String>> environment) {
    return read(channel, environment, OmniSettings::content);
  }

  /** Checks a channel's settings where the variables and files that hold secrets are not known. */
  static void check(Channel channel) {
    String some = "some-key";
    read(channel, _ -> Optional.of(some), _ -> some);
  }

  private static OmniSettings read(
      Channel channel,
      Function<String, Optional<String>> environment,
      Function<Path, String> files) {
    return ChannelSettings.read(
        channel,
        settings ->
            new OmniSettings(
                settings
                    .text(
                        "base-url",
                        "an address such as https://easel.example.com, without user, query or"
                            + " fragment",
                        OmniSettings::base)
                    .orElseThrow(() -> new IllegalArgumentException("base-url is missing")),
                key(settings, environment, files),
                new Memory(
                    settings.flag("idempotent").orElse(false),
                    settings.duration("remembers").orElse(USUAL_MEMORY)),
                settings
                    .duration("answer-within")
                    .filter(Duration::isPositive)
                    .orElse(USUAL_PATIENCE),
                settings.duration("check-every").orElse(USUAL_INTERVAL),
                settings.duration("results-last").orElse(USUAL_LIFE),
                settings
                    .duration("fetch-within")
                    .filter(Duration::isPositive)
                    .orElse(USUAL_FETCH)));
  }

  private static Optional<URI> base(String text) {
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean plain =
          (scheme.equals("http") || scheme.equals("https"))
              && uri.getHost() != null
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      return plain ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  private static String key(
      ChannelSettings settings,
      Function<String, Optional<String>> environment,
      Function<Path, String> files) {
    Optional<String> variable =
        settings.text("key-env", "the name of an environment variable", Optional::of);
    Optional<Path> file = settings.text("key-file", "the path of a file", OmniSettings::path);
    if (variable.isPresent() == file.isPresent()) {
      throw new IllegalArgumentException("give either key-env or key-file");
    }
    String key =
        variable.isPresent()
            ? environment
                .apply(variable.get())
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "key-env: the environment variable " + variable.get() + " is not set"))
            : files.apply(file.orElseThrow());
    if (key.isBlank() || !key.strip().chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "the key that key-env or key-file leads to is empty or has characters that no key has");
    }
    return key.strip();
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException malformed) {
      return Optional.empty();
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new IllegalArgumentException("key-file: cannot read " + file, unreadable);
    }
  }

  @Override
  public String toString() {
    return "the Omni API at " + base;
  }
}
