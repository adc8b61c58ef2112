package dev.easel.asset;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file as an answer: conditional requests and single ranges are answered as RFC 9110 asks. Who
 * makes one closes it.
 *
 * @param caching the value of {@code Cache-Control}
 * @param disposition the value of {@code Content-Disposition}
 */
public record FileAnswer(AssetStore.Opened file, String caching, String disposition)
    implements Closeable {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final Header IN_BYTES = HeaderValues.create(HeaderNames.ACCEPT_RANGES, "bytes");

  /** Answers {@code request}, which is a GET or a HEAD. */
  public void send(ServerRequest request, ServerResponse response) throws IOException {
    // Seconds, as precise as the header is.
    Instant modified = file.modified().truncatedTo(ChronoUnit.SECONDS);
    String tag = tag();
    response.header(HeaderNames.ETAG, tag);
    response.header(HeaderNames.LAST_MODIFIED, HTTP_DATE.format(modified));
    response.header(HeaderNames.CACHE_CONTROL, caching);
    if (isKnown(request.headers(), tag, modified)) {
      response.status(Status.NOT_MODIFIED_304).send();
      return;
    }
    response.header(IN_BYTES);
    response.header(HeaderNames.CONTENT_TYPE, file.type().mime());
    response.header(HeaderNames.CONTENT_DISPOSITION, disposition);
    switch (isHead(request) ? new ByteRange.Whole() : range(request.headers(), tag, modified)) {
      case ByteRange.Whole _ -> send(request, response, 0, file.bytes());
      case ByteRange.Part part -> {
        response.status(Status.PARTIAL_CONTENT_206);
        response.header(
            HeaderNames.CONTENT_RANGE,
            "bytes " + part.first() + "-" + part.last() + "/" + file.bytes());
        send(request, response, part.first(), part.length());
      }
      case ByteRange.Unsatisfiable _ -> {
        response.status(Status.REQUESTED_RANGE_NOT_SATISFIABLE_416);
        response.header(HeaderNames.CONTENT_RANGE, "bytes */" + file.bytes());
        response.send();
      }
    }
  }

  /** Changes with the content: were a file stored again, a download could not mix the two. */
  private String tag() {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, file.modified());
    return "\"" + Long.toHexString(micros) + "-" + Long.toHexString(file.bytes()) + "\"";
  }

  static boolean isHead(ServerRequest request) {
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
        .flatMap(FileAnswer::date)
        .filter(since -> !modified.isAfter(since))
        .isPresent();
  }

  private ByteRange range(ServerRequestHeaders headers, String tag, Instant modified) {
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

  private void send(ServerRequest request, ServerResponse response, long offset, long length)
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

  @Override
  public void close() throws IOException {
    file.close();
  }
}
