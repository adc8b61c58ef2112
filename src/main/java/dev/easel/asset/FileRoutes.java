package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Serves stored files to whoever knows their names: {@code GET} and {@code HEAD} of {@code /name}
 * below the path that it is registered at. Files never change, so that caches may keep them for
 * ever; conditional requests and single ranges are answered as RFC 9110 asks. Asks only the store.
 */
public final class FileRoutes implements HttpService {
  private static final byte[] NOT_FOUND =
      "{\"code\":404,\"msg\":\"file not found\"}".getBytes(UTF_8);

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** On every answer: a browser may show the file anywhere, but never run anything in it. */
  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.create(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
          HeaderValues.create(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff"),
          HeaderValues.create("Content-Security-Policy", "default-src 'none'; sandbox"));

  private static final Header FOR_EVER =
      HeaderValues.create(HeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable");
  private static final Header IN_BYTES = HeaderValues.create(HeaderNames.ACCEPT_RANGES, "bytes");

  private final AssetStore store;
  private final TemporaryLinks links;

  /** Serves what is in {@code store}, also by those of {@code links} that still live. */
  public FileRoutes(AssetStore store, TemporaryLinks links) {
    this.store = store;
    this.links = links;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/temporary/{token}", this::serveForAWhile)
        .head("/temporary/{token}", this::serveForAWhile)
        .get("/{+name}", this::serve)
        .head("/{+name}", this::serve);
  }

  /** How a file is handed over. */
  private record Manner(Header caching, String disposition) {}

  private void serveForAWhile(ServerRequest request, ServerResponse response) throws IOException {
    Optional<TemporaryLinks.Ticket> ticket =
        links.read(request.path().pathParameters().get("token"));
    if (ticket.isEmpty()) {
      refuse(request, response);
      return;
    }
    Header caching =
        HeaderValues.create(
            HeaderNames.CACHE_CONTROL, "private, max-age=" + ticket.get().left().toSeconds());
    String name = ticket.get().name();
    String disposition = "attachment; filename=\"easel" + name.substring(name.indexOf('.')) + "\"";
    serve(request, response, name, new Manner(caching, disposition));
  }

  private void serve(ServerRequest request, ServerResponse response) throws IOException {
    String name = request.path().pathParameters().get("name");
    serve(request, response, name, new Manner(FOR_EVER, "inline; filename=\"" + name + "\""));
  }

  private void serve(ServerRequest request, ServerResponse response, String name, Manner manner)
      throws IOException {
    Optional<AssetStore.Opened> opened = store.open(name);
    if (opened.isEmpty()) {
      refuse(request, response);
      return;
    }
    ALWAYS.forEach(response::header);
    try (AssetStore.Opened file = opened.get()) {
      serve(request, response, manner, file);
    }
  }

  private static void refuse(ServerRequest request, ServerResponse response) {
    ALWAYS.forEach(response::header);
    response.status(Status.NOT_FOUND_404);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(NOT_FOUND.length));
    response.send(isHead(request) ? new byte[0] : NOT_FOUND);
  }

  private static void serve(
      ServerRequest request, ServerResponse response, Manner manner, AssetStore.Opened file)
      throws IOException {
    // Seconds, as precise as the header is.
    Instant modified = file.modified().truncatedTo(ChronoUnit.SECONDS);
    String tag = tag(file);
    response.header(HeaderNames.ETAG, tag);
    response.header(HeaderNames.LAST_MODIFIED, HTTP_DATE.format(modified));
    response.header(manner.caching);
    if (isKnown(request.headers(), tag, modified)) {
      response.status(Status.NOT_MODIFIED_304).send();
      return;
    }
    response.header(IN_BYTES);
    response.header(HeaderNames.CONTENT_TYPE, file.type().mime());
    response.header(HeaderNames.CONTENT_DISPOSITION, manner.disposition);
    switch (isHead(request)
        ? new ByteRange.Whole()
        : range(request.headers(), tag, modified, file)) {
      case ByteRange.Whole _ -> send(request, response, file, 0, file.bytes());
      case ByteRange.Part part -> {
        response.status(Status.PARTIAL_CONTENT_206);
        response.header(
            HeaderNames.CONTENT_RANGE,
            "bytes " + part.first() + "-" + part.last() + "/" + file.bytes());
        send(request, response, file, part.first(), part.length());
      }
      case ByteRange.Unsatisfiable _ -> {
        response.status(Status.REQUESTED_RANGE_NOT_SATISFIABLE_416);
        response.header(HeaderNames.CONTENT_RANGE, "bytes */" + file.bytes());
        response.send();
      }
    }
  }

  /** Changes with the content: were a file stored again, a download could not mix the two. */
  private static String tag(AssetStore.Opened file) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, file.modified());
    return "\"" + Long.toHexString(micros) + "-" + Long.toHexString(file.bytes()) + "\"";
  }

  private static boolean isHead(ServerRequest request) {
    return request.prologue().method().equals(Method.HEAD);
  }

  /** Whether the caller has the file already (RFC 9110, 13.1.2 and 13.1.3). */
  private static boolean isKnown(ServerRequestHeaders headers, String tag, Instant modified) {
    if (headers.contains(HeaderNames.IF_NONE_MATCH)) {
      return headers.get(HeaderNames.IF_NONE_MATCH).allValues().stream()
          .flatMap(value -> Stream.of(value.split(",", -1)))
          .map(String::strip)
          .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }
    return value(headers, HeaderNames.IF_MODIFIED_SINCE)
        .flatMap(FileRoutes::date)
        .filter(since -> !modified.isAfter(since))
        .isPresent();
  }

  private static ByteRange range(
      ServerRequestHeaders headers, String tag, Instant modified, AssetStore.Opened file) {
    boolean unchanged =
        value(headers, HeaderNames.IF_RANGE)
            .map(had -> had.equals(tag) || date(had).filter(modified::equals).isPresent())
            .orElse(true);
    return value(headers, HeaderNames.RANGE)
        .filter(_ -> unchanged)
        .map(range -> ByteRange.of(range, file.bytes()))
        .orElseGet(ByteRange.Whole::new);
  }

  /** The value of a header that may stand once; a repeated one counts as none. */
  private static Optional<String> value(ServerRequestHeaders headers, HeaderName name) {
    return headers.contains(name) && headers.get(name).allValues().size() == 1
        ? Optional.of(headers.get(name).get().strip())
        : Optional.empty();
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(HTTP_DATE.parse(text, Instant::from));
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }

  private static void send(
      ServerRequest request,
      ServerResponse response,
      AssetStore.Opened file,
      long offset,
      long length)
      throws IOException {
    response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(length));
    if (isHead(request)) {
      response.send();
      return;
    }
    // A caller that goes away makes this fail; the server knows what that is and logs nothing.
    try (OutputStream out = response.outputStream()) {
      file.copy(offset, length, out);
    }
  }
}
