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
import java.util.List;
import java.util.Optional;

/**
 * Serves stored files to whoever knows their names: {@code GET} and {@code HEAD} of {@code /name}
 * below the path that it is registered at. Files never change, so that caches may keep them for
 * ever. Asks only the store.
 */
public final class FileRoutes implements HttpService {
  private static final byte[] NOT_FOUND =
      "{\"code\":404,\"msg\":\"file not found\"}".getBytes(UTF_8);

  /** On every answer: a browser may show the file anywhere, but never run anything in it. */
  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.create(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
          HeaderValues.create(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff"),
          HeaderValues.create("Content-Security-Policy", "default-src 'none'; sandbox"));

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final AssetStore store;
  private final TemporaryLinks links;
  private final Thumbnails thumbnails;

  /** Serves what is in {@code store}, also by those of {@code links} that still live. */
  public FileRoutes(AssetStore store, TemporaryLinks links, Thumbnails thumbnails) {
    this.store = store;
    this.links = links;
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
    if (ticket.isEmpty()) {
      refuse(request, response);
      return;
    }
    String caching = "private, max-age=" + ticket.get().left().toSeconds();
    String name = ticket.get().name();
    String disposition = "attachment; filename=\"easel" + name.substring(name.indexOf('.')) + "\"";
    serve(request, response, name, caching, disposition);
  }

  private void serveThumbnail(ServerRequest request, ServerResponse response) throws IOException {
    String name = request.path().pathParameters().get("name");
    switch (thumbnails.of(name)) {
      case Thumbnails.Found.There(AssetStore.Opened thumbnail) -> {
        ALWAYS.forEach(response::header);
        try (FileAnswer file = new FileAnswer(thumbnail, FOR_EVER, "inline")) {
          file.send(request, response);
        }
      }
      case Thumbnails.Found.Nothing _ -> refuse(request, response);
      case Thumbnails.Found.Busy _ -> {
        ALWAYS.forEach(response::header);
        response.header(HeaderNames.RETRY_AFTER, "5");
        response.status(Status.SERVICE_UNAVAILABLE_503).send();
      }
    }
  }

  private void serve(ServerRequest request, ServerResponse response) throws IOException {
    String name = request.path().pathParameters().get("name");
    String disposition = "inline; filename=\"" + name + "\"";
    if (Thumbnails.isOne(name)) { // served under its file's name alone
      refuse(request, response);
      return;
    }
    serve(request, response, name, FOR_EVER, disposition);
  }

  private void serve(
      ServerRequest request,
      ServerResponse response,
      String name,
      String caching,
      String disposition)
      throws IOException {
    Optional<AssetStore.Opened> opened = store.open(name);
    if (opened.isEmpty()) {
      refuse(request, response);
      return;
    }
    ALWAYS.forEach(response::header);
    try (FileAnswer file = new FileAnswer(opened.get(), caching, disposition)) {
      file.send(request, response);
    }
  }

  private static void refuse(ServerRequest request, ServerResponse response) {
    ALWAYS.forEach(response::header);
    response.status(Status.NOT_FOUND_404);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(NOT_FOUND.length));
    response.send(FileAnswer.isHead(request) ? new byte[0] : NOT_FOUND);
  }
}
