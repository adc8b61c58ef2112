package dev.easel.asset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves stored files to whoever knows their names: {@code GET} and {@code HEAD} of {@code /name}
 * below the path that it is registered at. Files never change, so that caches may keep them for
 * ever. Asks only the store, but for what is not there.
 */
public final class FileRoutes implements HttpService {
  private static final Refusal NOT_FOUND = Refusal.of(Status.NOT_FOUND_404, "file not found");
  private static final Refusal GONE =
      Refusal.of(Status.GONE_410, "this file has expired or was deleted");
  private static final Refusal LINK_OVER =
      Refusal.of(Status.GONE_410, "this link has expired; read the task again for a new one");
  private static final Refusal UNSIGNED =
      Refusal.of(
          Status.FORBIDDEN_403,
          "this file needs a link with a valid signature; read the task again for one");
  private static final Refusal AWAY =
      Refusal.of(
          Status.SERVICE_UNAVAILABLE_503, "files cannot be read at the moment; please try again");

  private static final Refusal BUSY =
      Refusal.of(
          Status.SERVICE_UNAVAILABLE_503,
          "too many thumbnails are being made; try again in a while");

  /** How long an address works to which we send somebody who has a lasting one. */
  private static final Duration DIRECT = Duration.ofMinutes(15);

  /** Of a link that is good for as long as there is the file. */
  private static final Duration LASTING = Duration.ofSeconds(Long.MAX_VALUE);

  private static final Logger log = LoggerFactory.getLogger(FileRoutes.class);

  /** On every answer: a browser may show the file anywhere, but never run anything in it. */
  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.create(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
          HeaderValues.create(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff"),
          HeaderValues.create("Content-Security-Policy", "default-src 'none'; sandbox"));

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final AssetStore store;
  private final TemporaryLinks links;
  private final OwnFiles files;
  private final Thumbnails thumbnails;

  /** Why a file is not served; {@code body} is JSON. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Refusal(Status status, byte[] body) {
    static Refusal of(Status status, String message) {
      return new Refusal(
          status, "{\"code\":%d,\"msg\":\"%s\"}".formatted(status.code(), message).getBytes(UTF_8));
    }
  }

  /** Serves what is in {@code store}, also by those of {@code links} that still live. */
  public FileRoutes(AssetStore store, TemporaryLinks links, OwnFiles files, Thumbnails thumbnails) {
    this.store = store;
    this.links = links;
    this.files = files;
    this.thumbnails = thumbnails;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/temporary/{token}", this::serveForAWhile)
        .head("/temporary/{token}", this::serveForAWhile)
        .get("/thumbnails/{name}", this::serveThumbnail)
        .head("/thumbnails/{name}", this::serveThumbnail)
        .get("/{+name}", this::serve)
        .head("/{+name}", this::serve);
  }

  private void serveForAWhile(ServerRequest request, ServerResponse response) throws IOException {
    Optional<TemporaryLinks.Ticket> ticket =
        links.read(request.path().pathParameters().get("token"));
    if (ticket.isEmpty() || Thumbnails.isOne(ticket.get().name())) {
      refuse(request, response, NOT_FOUND);
      return;
    }
    String caching = privately(ticket.get().left());
    String name = ticket.get().name();
    String disposition = "attachment; filename=\"easel" + name.substring(name.indexOf('.')) + "\"";
    // Through us: an address of the bucket tells the name, which lasts longer than this link.
    serve(request, response, new File(name, caching, disposition, Duration.ZERO));
  }

  /** Who may see a file may see its thumbnail. */
  private void serveThumbnail(ServerRequest request, ServerResponse response) throws IOException {
    String name = request.path().pathParameters().get("name");
    Optional<Duration> left = left(request, response, name);
    if (left.isEmpty()) {
      return;
    }
    Thumbnails.Found found;
    try {
      found = thumbnails.of(name);
    } catch (IOException away) {
      log.warn("cannot read {}: {}", name, away.getMessage());
      refuse(request, response, AWAY);
      return;
    }
    switch (found) {
      case Thumbnails.Found.There(AssetStore.Opened thumbnail) -> {
        ALWAYS.forEach(response::header);
        try (FileAnswer file = new FileAnswer(thumbnail, caching(left.get()), "inline")) {
          file.send(request, response);
        }
      }
      case Thumbnails.Found.Nothing _ -> refuse(request, response, missing(name));
      case Thumbnails.Found.Busy _ -> {
        response.header(HeaderNames.RETRY_AFTER, "5");
        refuse(request, response, BUSY);
      }
    }
  }

  /** For how long the request's link is good for its file; empty when it was refused. */
  private Optional<Duration> left(ServerRequest request, ServerResponse response, String name) {
    return switch (files.worth(name, query(request, "expires"), query(request, "signature"))) {
      case SignedLinks.Worth.Good(Optional<Duration> left) -> Optional.of(left.orElse(LASTING));
      case SignedLinks.Worth.Over _ -> {
        refuse(request, response, LINK_OVER);
        yield Optional.empty();
      }
      case SignedLinks.Worth.Nothing _ -> {
        refuse(request, response, UNSIGNED);
        yield Optional.empty();
      }
    };
  }

  private Refusal missing(String name) {
    return files.wasThere(name) ? GONE : NOT_FOUND;
  }

  private void serve(ServerRequest request, ServerResponse response) throws IOException {
    String name = request.path().pathParameters().get("name");
    String disposition = "inline; filename=\"" + name + "\"";
    if (Thumbnails.isOne(name)) { // served under its file's name alone
      refuse(request, response, NOT_FOUND);
      return;
    }
    Optional<Duration> left = left(request, response, name);
    if (left.isPresent()) {
      Duration direct = left.get().compareTo(DIRECT) < 0 ? left.get() : DIRECT;
      serve(request, response, new File(name, caching(left.get()), disposition, direct));
    }
  }

  /**
   * A file that is asked for.
   *
   * @param direct for how long an address may work that leads to it without us; zero for none
   */
  private record File(String name, String caching, String disposition, Duration direct) {}

  private void serve(ServerRequest request, ServerResponse response, File asked)
      throws IOException {
    Optional<AssetStore.Opened> opened;
    try {
      opened = store.open(asked.name);
    } catch (IOException away) {
      log.warn("cannot read {}: {}", asked.name, away.getMessage());
      refuse(request, response, AWAY);
      return;
    }
    if (opened.isEmpty()) {
      refuse(request, response, missing(asked.name));
      return;
    }
    ALWAYS.forEach(response::header);
    try (FileAnswer file = new FileAnswer(opened.get(), asked.caching, asked.disposition)) {
      // The address is signed for GET: who asks about a file is answered here.
      Optional<URI> direct =
          FileAnswer.isHead(request) || asked.direct.isZero()
              ? Optional.empty()
              : file.file().direct(asked.direct, asked.disposition);
      if (direct.isPresent()) {
        response.status(Status.FOUND_302);
        response.header(HeaderNames.LOCATION, direct.get().toString());
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send();
      } else {
        file.send(request, response);
      }
    }
  }

  private static String caching(Duration left) {
    return left.equals(LASTING) ? FOR_EVER : privately(left);
  }

  private static String privately(Duration left) {
    return "private, max-age=" + left.toSeconds();
  }

  private static Optional<String> query(ServerRequest request, String name) {
    return request.query().first(name).asOptional();
  }

  private static void refuse(ServerRequest request, ServerResponse response, Refusal refusal) {
    ALWAYS.forEach(response::header);
    response.status(refusal.status);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(refusal.body.length));
    response.send(FileAnswer.isHead(request) ? new byte[0] : refusal.body);
  }
}
