package dev.easel.config;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a setting becomes a value, and a value text again.
 *
 * @param name one word for tables and help
 * @param allowed what is accepted; ends the sentence "it must be …"
 * @param shape whether one value, several, or one that is never shown
 * @param parser refuses with {@link IllegalArgumentException}; what it says is not shown, {@code
 *     allowed} is
 */
record Type<T>(
    String name,
    String allowed,
    Shape shape,
    Function<String, T> parser,
    Function<T, String> printer) {

  enum Shape {
    ONE,
    /** Commas in text, a sequence in YAML. */
    LIST,
    SECRET
  }

  static final Type<String> TEXT = one("text", "some text", text -> text, text -> text);

  static final Type<Secret> SECRET =
      new Type<>("secret", "some text", Shape.SECRET, Secret::new, Secret::toString);

  static final Type<Path> PATH =
      one("path", "a path", text -> Path.of(text).normalize(), Path::toString);

  static final Type<Boolean> YES_OR_NO =
      one(
          "true|false",
          "true or false",
          text -> {
            require(text.equals("true") || text.equals("false"));
            return Boolean.valueOf(text);
          },
          value -> Boolean.toString(value));

  static final Type<AssetLocation> ASSETS =
      one("place", AssetLocation.FORM, AssetLocation::parse, AssetLocation::toString);

  static final Type<String> HOST =
      one("host", "a host name or an IP address, without a port", Type::host, text -> text);

  static final Type<URI> HTTP_URL =
      one(
          "url",
          "a URL such as https://easel.example.com, without user, query or fragment",
          Type::httpUrl,
          URI::toString);

  static final Type<String> DATABASE_URL =
      one(
          "url",
          "a URL that starts with jdbc:postgresql://",
          text -> {
            require(text.startsWith("jdbc:postgresql://"));
            return text;
          },
          text -> text);

  static final Type<Duration> DURATION =
      one("duration", "a duration such as 500ms, 2s or 1m", Type::duration, Type::durationText);

  /** What can stand in JSON and in XML as it is. */
  private static final Pattern PRODUCER_TEXT = Pattern.compile("[\\p{L}\\p{N} ._:/-]{1,100}");

  static final Type<String> PRODUCER =
      one(
          "text",
          "up to 100 letters, digits, spaces and . _ : / -",
          text -> {
            require(PRODUCER_TEXT.matcher(text).matches());
            return text;
          },
          text -> text);

  static final Type<List<String>> NETWORKS =
      new Type<>(
          "list",
          "IP networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
          Shape.LIST,
          text -> Arrays.stream(text.split(",", -1)).map(String::strip).map(Type::network).toList(),
          networks -> String.join(", ", networks));

  static Type<Integer> wholeNumber(int least, int most) {
    return one(
        "number",
        "a whole number from %d to %d".formatted(least, most),
        text -> between(least, most, text),
        value -> Integer.toString(value));
  }

  /** A number where 0 stands for no limit. */
  static OptionalInt cap(int number) {
    return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }

  static Type<Duration> seconds(int least, int most) {
    return one(
        "seconds",
        "a whole number of seconds from %d to %d".formatted(least, most),
        text -> Duration.ofSeconds(between(least, most, text)),
        value -> Long.toString(value.toSeconds()));
  }

  /** One of the constants, written in lower case. */
  static <E extends Enum<E>> Type<E> oneOf(Class<E> choices) {
    List<String> words = Arrays.stream(choices.getEnumConstants()).map(Type::word).toList();
    return one(
        String.join("|", words),
        words.stream().collect(Collectors.joining(" or ")),
        text -> Enum.valueOf(choices, text.toUpperCase(Locale.ROOT)),
        Type::word);
  }

  T parse(String text) {
    return parser.apply(shape == Shape.SECRET ? text : text.strip());
  }

  String print(T value) {
    return printer.apply(value);
  }

  static <T> Type<T> one(
      String name, String allowed, Function<String, T> parser, Function<T, String> printer) {
    return new Type<>(name, allowed, Shape.ONE, parser, printer);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static int between(int least, int most, String text) {
    int value = Integer.parseInt(text);
    require(value >= least && value <= most);
    return value;
  }

  private static final Pattern HOST_CHARACTERS = Pattern.compile("[A-Za-z0-9.:_-]+");

  private static String host(String text) {
    require(HOST_CHARACTERS.matcher(text).matches());
    // A colon belongs to an IPv6 address, or to a port, which is a setting of its own.
    if (text.contains(":")) {
      InetAddress.ofLiteral(text);
    }
    return text;
  }

  private static URI httpUrl(String text) {
    URI url = URI.create(text.replaceAll("/+$", ""));
    require("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
    require(url.getHost() != null);
    require(url.getRawUserInfo() == null && url.getRawQuery() == null && url.getFragment() == null);
    return url;
  }

  private static String network(String text) {
    int slash = text.indexOf('/');
    require(slash > 0);
    int bits = InetAddress.ofLiteral(text.substring(0, slash)).getAddress().length * 8;
    between(0, bits, text.substring(slash + 1));
    return text;
  }

  private static final Pattern DURATION_TEXT = Pattern.compile("(\\d{1,9})(ms|s|m)");

  private static Duration duration(String text) {
    Matcher parts = DURATION_TEXT.matcher(text);
    require(parts.matches());
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }

  private static String durationText(Duration value) {
    if (value.toMillisPart() != 0) {
      return value.toMillis() + "ms";
    }
    boolean minutes = value.toSecondsPart() == 0 && !value.isZero();
    return minutes ? value.toMinutes() + "m" : value.toSeconds() + "s";
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new IllegalArgumentException();
    }
  }
}
