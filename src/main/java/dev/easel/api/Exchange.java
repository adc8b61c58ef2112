package dev.easel.api;

import dev.easel.wording.Language;
import dev.easel.wording.Phrase;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** A request on its way through the house. */
public final class Exchange {
  /** Of a body without files. */
  public static final int LARGEST_BODY = 1 << 20;

  private static final int LONGEST_WAIT_SECONDS = 60;
  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
  private static final HeaderName RETRY_COUNT = HeaderNames.create("x-stainless-retry-count");
  private static final HeaderName PREFER = HeaderNames.create("Prefer");
  private static final Pattern PREFERRED_WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})");
  private static final Pattern JSON = Pattern.compile("application/json\\s*(;.*)?");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private final ServerRequest request;
  private final Callers callers;
  private final String requestId;
  private final BodyRoom.Share room;
  private boolean admitted;
  private boolean replayed;
  private Optional<Pace.Standing> standing = Optional.empty();

  Exchange(ServerRequest request, Callers callers, String requestId, BodyRoom.Share room) {
    this.request = request;
    this.callers = callers;
    this.requestId = requestId;
    this.room = room;
  }

  /** Names the request, in its answer and in the log. */
  public String requestId() {
    return requestId;
  }

  /** Who is asking. */
  public Verdict<Caller> caller() {
    return callers.identify(header(HeaderNames.AUTHORIZATION), request.remotePeer().host());
  }

  /** The body, which must be JSON without files. */
  public Verdict<JsonBody> json() {
    return json(LARGEST_BODY);
  }

  /** The body, which must be JSON of at most {@code limit} bytes. */
  public Verdict<JsonBody> json(int limit) {
    return jsonBytes(limit).then(JsonBody::parse);
  }

  /** The body, which must be JSON without files, but need not be an object. */
  public Verdict<JsonNode> anyJson() {
    return jsonBytes(LARGEST_BODY).then(JsonBody::parseAny);
  }

  private Verdict<byte[]> jsonBytes(int limit) {
    String type =
        header(HeaderNames.CONTENT_TYPE).orElse("application/json").toLowerCase(Locale.ROOT);
    return JSON.matcher(type).matches()
        ? body(limit)
        : Verdict.refuse(wrongType("application/json", type));
  }

  /**
   * The body, which must be a form ({@code multipart/form-data}) of at most {@code limit} bytes.
   */
  public Verdict<Form> form(int limit) {
    String type = header(HeaderNames.CONTENT_TYPE).orElse("");
    Optional<String> boundary = Form.boundary(type);
    if (boundary.isEmpty()) {
      return Verdict.refuse(wrongType("multipart/form-data", type));
    }
    if (request.headers().contentLength().orElse(0) > limit) {
      return Verdict.refuse(new ApiError.TooLarge(limit));
    }
    try (IncomingBody content = incoming(limit)) {
      Verdict<Form> form = Form.parse(content, boundary.get(), limit);
      return refusal(content, limit).<Verdict<Form>>map(Verdict::refuse).orElse(form);
    }
  }

  /** Whether the body says that it is a form. */
  public boolean isForm() {
    return Form.boundary(header(HeaderNames.CONTENT_TYPE).orElse("")).isPresent();
  }

  private static ApiError wrongType(String expected, String type) {
    return new ApiError.InvalidRequest(
        "Content-Type", Phrase.of("must be %s, not %s", expected, type.replaceAll("[^ -~]", "?")));
  }

  private Verdict<byte[]> body(int limit) {
    if (!request.content().hasEntity()) {
      return Verdict.pass(new byte[0]);
    }
    long announced = request.headers().contentLength().orElse(-1);
    if (announced > limit) {
      return Verdict.refuse(new ApiError.TooLarge(limit));
    }
    IncomingBody content = incoming(limit);
    try (content) {
      // One more than there is, to see its end; readNBytes allocates for what it is told to expect.
      byte[] bytes = content.readNBytes((announced >= 0 ? (int) announced : limit) + 1);
      return bytes.length > limit
          ? Verdict.refuse(new ApiError.TooLarge(limit))
          : Verdict.pass(bytes);
    } catch (IOException | RuntimeException broken) {
      // The server tells of a caller that hangs up, or sends broken chunks, by exceptions of its
      // own.
      return Verdict.refuse(
          refusal(content, limit)
              .orElseGet(() -> new ApiError.InvalidRequest("", "The body ended too early.")));
    }
  }

  private IncomingBody incoming(int limit) {
    InputStream content =
        request.content().hasEntity()
            ? request.content().inputStream()
            : InputStream.nullInputStream();
    return new IncomingBody(Connection.current(), content, room, limit);
  }

  /** Why {@code body} was not read to its end, where its bytes are not at fault. */
  private static Optional<ApiError> refusal(IncomingBody body, int limit) {
    if (body.isTooLarge()) {
      return Optional.of(new ApiError.TooLarge(limit));
    }
    return body.isCrowdedOut() ? Optional.of(new ApiError.Unavailable()) : Optional.empty();
  }

  /** What the body held is stored, or needed no more: others may have its room. */
  void forgetBody() {
    room.giveBack();
  }

  /** The caller's {@code Idempotency-Key}. */
  public Verdict<Optional<String>> idempotencyKey() {
    Optional<String> key = header(IDEMPOTENCY_KEY).map(Exchange::unquoted);
    return key.isEmpty() || PRINTABLE.matcher(key.get()).matches()
        ? Verdict.pass(key)
        : Verdict.refuse(
            new ApiError.InvalidRequest(
                "Idempotency-Key", "must be 1 to 255 printable ASCII characters without spaces"));
  }

  /** The header's standard has a string in quotes; most people leave them out. */
  private static String unquoted(String key) {
    return key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
        ? key.substring(1, key.length() - 1)
        : key;
  }

  /**
   * How often an official SDK has sent this request before, without a key, because no answer came:
   * {@code x-stainless-retry-count}. Empty for everybody else.
   */
  OptionalInt retries() {
    Optional<String> count = header(RETRY_COUNT).filter(text -> text.matches("[0-9]{1,4}"));
    return count.isPresent() ? OptionalInt.of(Integer.parseInt(count.get())) : OptionalInt.empty();
  }

  /** The language that the caller reads. */
  public Language language() {
    return header(HeaderNames.ACCEPT_LANGUAGE).map(Language::preferred).orElse(Language.ENGLISH);
  }

  /**
   * Notes that a task was accepted: whatever is answered from here on, sending the request again
   * would buy another one.
   */
  void admitted() {
    admitted = true;
  }

  boolean isAdmitted() {
    return admitted;
  }

  /** Notes that this request repeats one that was admitted before. */
  void replayed() {
    replayed = true;
  }

  boolean isReplayed() {
    return replayed;
  }

  /** Notes how the caller's key stands, now that this request was counted. */
  public void standsAt(Pace.Standing now) {
    standing = Optional.of(now);
  }

  /** How it stands; empty where this request does not count, or there is no limit. */
  Optional<Pace.Standing> standing() {
    return standing;
  }

  /**
   * How long the caller is willing to wait for a final answer: {@code ?wait=SECONDS}, or {@code
   * Prefer: wait=SECONDS}; at most a minute.
   */
  public Verdict<Duration> patience() {
    return patience(Duration.ZERO);
  }

  /** The same, where a caller who does not say is willing to wait for {@code usual}. */
  public Verdict<Duration> patience(Duration usual) {
    Optional<String> asked = query("wait");
    if (asked.isPresent()) {
      return number("wait", asked.get(), 0, LONGEST_WAIT_SECONDS).map(Duration::ofSeconds);
    }
    // RFC 7240: a preference that cannot be met is not an error.
    Optional<Duration> preferred =
        header(PREFER)
            .map(PREFERRED_WAIT::matcher)
            .filter(Matcher::find)
            .map(found -> Math.min(LONGEST_WAIT_SECONDS, Long.parseLong(found.group(1))))
            .map(Duration::ofSeconds);
    return Verdict.pass(preferred.orElse(usual));
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
        name, Phrase.of("must be a whole number from %s to %s", least, most));
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
    UriQuery query = request.query();
    return query.isEmpty() ? Optional.empty() : query.first(name).asOptional();
  }

  /** A header that only one API knows. */
  public Optional<String> header(String name) {
    return header(HeaderNames.create(name));
  }

  private Optional<String> header(HeaderName name) {
    return request.headers().first(name);
  }
}
