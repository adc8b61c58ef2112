package dev.easel.api;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request on its way through the house. */
public final class Exchange {
  private static final int LARGEST_BODY = 1 << 20;
  private static final int LONGEST_WAIT_SECONDS = 60;
  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
  private static final HeaderName PREFER = HeaderNames.create("Prefer");
  private static final Pattern PREFERRED_WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})");
  private static final Pattern JSON = Pattern.compile("application/json\\s*(;.*)?");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private final ServerRequest request;
  private final Callers callers;
  private final String requestId;

  Exchange(ServerRequest request, Callers callers, String requestId) {
    this.request = request;
    this.callers = callers;
    this.requestId = requestId;
  }

  /** Names the request, in its answer and in the log. */
  public String requestId() {
    return requestId;
  }

  /** Who is asking. */
  public Verdict<Caller> caller() {
    return callers.identify(header(HeaderNames.AUTHORIZATION), request.remotePeer().host());
  }

  /** The body, which must be JSON. */
  public Verdict<JsonBody> json() {
    String type =
        header(HeaderNames.CONTENT_TYPE).orElse("application/json").toLowerCase(Locale.ROOT);
    if (!JSON.matcher(type).matches()) {
      return Verdict.refuse(
          new ApiError.InvalidRequest(
              "Content-Type", "must be application/json, not " + type.replaceAll("[^ -~]", "?")));
    }
    return body().then(JsonBody::parse);
  }

  private Verdict<byte[]> body() {
    if (!request.content().hasEntity()) {
      return Verdict.pass(new byte[0]);
    }
    long announced = request.headers().contentLength().orElse(-1);
    if (announced > LARGEST_BODY) {
      return Verdict.refuse(new ApiError.TooLarge(LARGEST_BODY));
    }
    try (InputStream content = request.content().inputStream()) {
      // readNBytes allocates for what it is told to expect.
      byte[] bytes = content.readNBytes(announced >= 0 ? (int) announced : LARGEST_BODY + 1);
      return bytes.length > LARGEST_BODY
          ? Verdict.refuse(new ApiError.TooLarge(LARGEST_BODY))
          : Verdict.pass(bytes);
    } catch (IOException | RuntimeException broken) {
      // The server tells of a caller that hangs up, or sends broken chunks, by exceptions of its
      // own.
      return Verdict.refuse(new ApiError.InvalidRequest("", "The body ended too early."));
    }
  }

  /** The caller's {@code Idempotency-Key}. */
  public Verdict<Optional<String>> idempotencyKey() {
    Optional<String> key = header(IDEMPOTENCY_KEY);
    return key.isEmpty() || PRINTABLE.matcher(key.get()).matches()
        ? Verdict.pass(key)
        : Verdict.refuse(
            new ApiError.InvalidRequest(
                "Idempotency-Key", "must be 1 to 255 printable ASCII characters without spaces"));
  }

  /**
   * How long the caller is willing to wait for a final answer: {@code ?wait=SECONDS}, or {@code
   * Prefer: wait=SECONDS}; at most a minute.
   */
  public Verdict<Duration> patience() {
    Optional<String> asked = query("wait");
    if (asked.isPresent()) {
      return number("wait", asked.get(), 0, LONGEST_WAIT_SECONDS).map(Duration::ofSeconds);
    }
    // RFC 7240: a preference that cannot be met is not an error.
    Matcher preferred = PREFERRED_WAIT.matcher(header(PREFER).orElse(""));
    long seconds =
        preferred.find() ? Math.min(LONGEST_WAIT_SECONDS, Long.parseLong(preferred.group(1))) : 0;
    return Verdict.pass(Duration.ofSeconds(seconds));
  }

  /**
   * A whole number between {@code least} and {@code most}, as the query parameter {@code name} has
   * it.
   */
  public static Verdict<Integer> number(String name, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return Verdict.pass(number);
      }
    } catch (NumberFormatException noNumber) {
      return Verdict.refuse(outside(name, least, most));
    }
    return Verdict.refuse(outside(name, least, most));
  }

  private static ApiError outside(String name, int least, int most) {
    return new ApiError.InvalidRequest(
        name, "must be a whole number from %d to %d".formatted(least, most));
  }

  /** The id of the last event that a caller who comes back has heard. */
  public Optional<String> lastEventId() {
    return header(LAST_EVENT_ID);
  }

  /** The HTTP method. */
  public String method() {
    return request.prologue().method().text();
  }

  /** The path as it was asked for. */
  public String path() {
    return request.path().rawPath();
  }

  /** A part of the path. */
  public String path(String name) {
    return request.path().pathParameters().get(name);
  }

  /** A query parameter. */
  public Optional<String> query(String name) {
    return request.query().first(name).asOptional();
  }

  private Optional<String> header(HeaderName name) {
    return request.headers().first(name);
  }
}
