package dev.easel.api.document;

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
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Serves the document, in YAML and in JSON, and at {@code /docs} a page that shows it. Everything
 * comes from the program itself: the page asks no other host and has no script in it. Files are
 * read when they are first asked for.
 */
public final class DocumentRoutes implements HttpService {
  private static final String VIEWER = "META-INF/resources/webjars/swagger-ui/" + version() + "/";

  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.create(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff"),
          HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-cache"),
          HeaderValues.create("Referrer-Policy", "no-referrer"),
          // The viewer has its icons as data: URLs in its style sheet.
          HeaderValues.create(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'"));

  private static final byte[] NOT_FOUND =
      "{\"code\":404,\"msg\":\"file not found\"}".getBytes(UTF_8);

  private static final String YAML = "application/yaml; charset=utf-8";
  private static final String JSON = "application/json; charset=utf-8";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private static final Source PAGE = ofProgram(HTML, "docs/index.html");

  /** What the page is made of. */
  private static final Map<String, Source> PARTS =
      Map.of(
          "page.js", ofProgram(SCRIPT, "docs/page.js"),
          "page.css", ofProgram(STYLE, "docs/page.css"),
          "swagger-ui-bundle.js", ofProgram(SCRIPT, VIEWER + "swagger-ui-bundle.js"),
          "swagger-ui.css", ofProgram(STYLE, VIEWER + "swagger-ui.css"),
          "favicon-32x32.png", ofProgram("image/png", VIEWER + "favicon-32x32.png"));

  private static final Source IN_YAML = new Source(YAML, OpenApi::yaml);
  private static final Source IN_JSON =
      new Source(JSON, () -> OpenApi.document().toString().getBytes(UTF_8));

  private final Map<Source, Content> read = new ConcurrentHashMap<>();

  /** Where a file comes from. */
  private record Source(String type, Supplier<byte[]> bytes) {}

  /** A file that has been read. */
  private static final class Content {
    private final byte[] bytes;
    private final String tag;

    Content(byte[] bytes) {
      this.bytes = bytes;
      this.tag = "\"" + Long.toHexString(bytes.length) + "-" + hash(bytes) + "\"";
    }

    private static String hash(byte[] bytes) {
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      return Long.toHexString(sum.getValue());
    }
  }

  private static Source ofProgram(String type, String name) {
    return new Source(type, () -> OpenApi.resource(name));
  }

  /** The viewer's files stand under its version, which is told by its own description alone. */
  private static String version() {
    Properties properties = new Properties();
    try {
      byte[] text = OpenApi.resource("META-INF/maven/org.webjars/swagger-ui/pom.properties");
      properties.load(new StringReader(new String(text, UTF_8)));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return properties.getProperty("version");
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/openapi.yaml", (request, response) -> send(request, response, IN_YAML))
        .get("/openapi.json", (request, response) -> send(request, response, IN_JSON))
        .get("/docs", (request, response) -> send(request, response, PAGE))
        .get("/docs/{file}", this::part);
  }

  private void part(ServerRequest request, ServerResponse response) {
    Source part = PARTS.get(request.path().pathParameters().get("file"));
    if (part == null) {
      ALWAYS.forEach(response::header);
      response.header(HeaderNames.CONTENT_TYPE, JSON);
      response.status(Status.NOT_FOUND_404).send(NOT_FOUND);
    } else {
      send(request, response, part);
    }
  }

  private void send(ServerRequest request, ServerResponse response, Source source) {
    Content content = read.computeIfAbsent(source, it -> new Content(it.bytes.get()));
    ALWAYS.forEach(response::header);
    response.header(HeaderNames.ETAG, content.tag);
    boolean isKnown =
        request
            .headers()
            .first(HeaderNames.IF_NONE_MATCH)
            .filter(known -> known.contains(content.tag))
            .isPresent();
    if (isKnown) {
      response.status(Status.NOT_MODIFIED_304).send();
    } else {
      response.header(HeaderNames.CONTENT_TYPE, source.type);
      response.send(content.bytes);
    }
  }
}
