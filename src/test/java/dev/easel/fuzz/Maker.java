package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.easel.api.document.Operations;
import dev.easel.api.document.Operations.Operation;
import dev.easel.fuzz.Request.Framing;
import dev.easel.fuzz.Request.Header;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes requests: sound ones, and such with something wrong. */
final class Maker {
  private static final Pattern NAME = Pattern.compile("\\{([^}]+)}");
  private static final int MOST_KEYS = 12;
  private static final List<String> METHODS =
      List.of(
          "GET",
          "POST",
          "PUT",
          "DELETE",
          "PATCH",
          "HEAD",
          "OPTIONS",
          "TRACE",
          "post",
          "FOO",
          "{\"a\"",
          "G\u0000T");

  /** What can be wrong. */
  private enum Wrong {
    VALUE,
    TEXT,
    TYPE,
    KEY,
    REPETITION,
    QUERY,
    PATH,
    METHOD,
    FRAMING,
    HEADER
  }

  private static final List<Wrong> OF_ALL =
      List.of(Wrong.KEY, Wrong.QUERY, Wrong.PATH, Wrong.METHOD, Wrong.FRAMING, Wrong.HEADER);
  private static final List<Wrong> OF_BODIES =
      List.of(
          Wrong.VALUE,
          Wrong.VALUE,
          Wrong.VALUE,
          Wrong.VALUE,
          Wrong.VALUE,
          Wrong.VALUE,
          Wrong.TEXT,
          Wrong.TEXT,
          Wrong.TYPE,
          Wrong.REPETITION,
          Wrong.REPETITION);

  private final List<Operation> reads = new ArrayList<>();
  private final List<Operation> writes = new ArrayList<>();
  private final Values values;
  private final Assistant assistant;
  private final Known known;
  private final Purses purses;
  private final List<Request> keyed = new ArrayList<>();

  Maker(Operations operations, Values values, Assistant assistant, Known known, Purses purses) {
    for (Operation operation : operations.all()) {
      (operation.definition().has("requestBody") ? writes : reads).add(operation);
    }
    this.values = values;
    this.assistant = assistant;
    this.known = known;
    this.purses = purses;
  }

  /** Request {@code number} of a run: the first ones are of each operation once. */
  Request make(int number, Dice dice) {
    if (!keyed.isEmpty() && dice.happens(2)) {
      return dice.pick(keyed); // once more, all of it
    }
    int every = reads.size() + writes.size();
    Operation operation =
        number < every
            ? number < reads.size() ? reads.get(number) : writes.get(number - reads.size())
            : dice.happens(70) ? dice.pick(writes) : dice.pick(reads);
    Set<Wrong> wrong = EnumSet.noneOf(Wrong.class);
    if (dice.happens(60)) {
      boolean hasBody = operation.definition().has("requestBody") && dice.happens(70);
      wrong.add(dice.pick(hasBody ? OF_BODIES : OF_ALL));
      if (dice.happens(25)) {
        wrong.add(dice.pick(OF_ALL));
      }
    }
    return new Draft(operation, wrong, dice).finished();
  }

  /** A request in the making. */
  private final class Draft {
    private final Operation operation;
    private final Set<Wrong> wrong;
    private final Dice dice;
    private final List<Header> headers = new ArrayList<>();
    private final List<Purse> payers = new ArrayList<>();
    private byte[] body = new byte[0];

    Draft(Operation operation, Set<Wrong> wrong, Dice dice) {
      this.operation = operation;
      this.wrong = wrong;
      this.dice = dice;
    }

    Request finished() {
      headers.add(new Header("Host", "localhost"));
      authorize();
      String target = path() + query();
      if (operation.definition().has("requestBody")) {
        fill();
      } else if (wrong.contains(Wrong.TEXT)) {
        body = dice.bytes(50);
      }
      boolean isKeyed = repeat();
      decorate();
      String method = wrong.contains(Wrong.METHOD) ? dice.pick(METHODS) : operation.method();
      Framing framing =
          wrong.contains(Wrong.FRAMING)
              ? dice.pick(Framing.values())
              : dice.happens(10) && body.length > 0 ? Framing.CHUNKED : Framing.PLAIN;
      Request request =
          new Request(
              operation, method, target, List.copyOf(headers), body, framing, List.copyOf(payers));
      if (isKeyed && framing.isSound()) {
        keyed.add(request);
        if (keyed.size() > MOST_KEYS) {
          keyed.removeFirst();
        }
      }
      return request;
    }

    private void authorize() {
      if (!wrong.contains(Wrong.KEY)) {
        pay(purses.own(), "Bearer ");
        return;
      }
      switch (dice.below(9)) {
        case 0 -> {}
        case 1 -> pay(purses.stranger(), dice.pick("Bearer ", "bearer ", "BEARER  "));
        case 2, 3 -> pay(purses.poor(), "Bearer ");
        case 4 -> pay(purses.revoked(), "Bearer ");
        case 5 -> pay(purses.own(), dice.pick("", "Basic ", "Bearer", "Bearer sk-", "\"Bearer\" "));
        case 6 -> {
          pay(purses.own(), "Bearer ");
          pay(purses.stranger(), "Bearer ");
        }
        case 7 -> headers.add(new Header("Authorization", "Bearer sk-" + "0".repeat(32)));
        default ->
            headers.add(new Header("Authorization", dice.pick("", "Bearer ") + Odd.inHeader(dice)));
      }
    }

    private void pay(Purse purse, String scheme) {
      headers.add(new Header("Authorization", scheme + purse.key()));
      payers.add(purse);
    }

    private String path() {
      Matcher names = NAME.matcher(operation.path());
      String path =
          names.replaceAll(name ->
              Matcher.quoteReplacement(
                  wrong.contains(Wrong.PATH) && dice.happens(70)
                      ? Odd.inPath(dice)
                      : part(operation.path())));
      if (!wrong.contains(Wrong.PATH) || dice.happens(60)) {
        return path;
      }
      return switch (dice.below(6)) {
        case 0 -> path + "/";
        case 1 -> path.replaceFirst("/", "//");
        case 2 -> path + "/" + Odd.inPath(dice);
        case 3 -> path.replaceFirst("/", "/x/../");
        case 4 -> path.toUpperCase(Locale.ROOT);
        default -> path.replaceFirst("[a-z]", "%" + Integer.toHexString(path.charAt(1)));
      };
    }

    /** What may stand where {@code path} has a name. */
    private String part(String path) {
      if (path.startsWith("/docs/")) {
        return dice.pick("page.js", "page.css", "favicon-32x32.png");
      }
      if (path.startsWith("/files/temporary/")) {
        return known.token(dice);
      }
      if (path.startsWith("/files/")) {
        return known.file(dice);
      }
      return path.contains("/models/")
          ? dice.pick("gpt-image-1.5", "dall-e-3", "sora-2", "nothing")
          : known.task(dice);
    }

    private String query() {
      List<String> parts = new ArrayList<>();
      for (JsonNode parameter : operation.definition().path("parameters")) {
        JsonNode whole = values.followed(parameter);
        String name = whole.path("name").asString();
        boolean isWanted = whole.path("required").asBoolean(false) || dice.happens(30);
        if (isWanted && whole.path("in").asString().equals("query")) {
          parts.add(name + "=" + (wrong.contains(Wrong.QUERY) ? odd() : sound(name, whole)));
        } else if (isWanted && whole.path("in").asString().equals("header")) {
          addHeader(name);
        }
      }
      if (wrong.contains(Wrong.QUERY)) {
        parts.add(
            dice.pick(
                "x=1", "=", "&", "&&a", "wait", "wait=1&wait=2", "limit=", "task_id=%zz", "%00=1"));
        parts.add(
            dice.pick("taskId", "wait", "limit", "cursor", "order", "variant", "after")
                + "="
                + odd());
      }
      return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private String sound(String name, JsonNode parameter) {
      return switch (name) {
        case "task_id", "taskId", "after" -> known.task(dice);
        case "cursor" -> URLEncoder.encode(known.cursor(dice), UTF_8);
        case "wait" -> dice.pick("0", "1");
        default -> URLEncoder.encode(values.of(parameter.path("schema"), dice).asString(""), UTF_8);
      };
    }

    private String odd() {
      return dice.happens(50) ? Odd.inPath(dice) : URLEncoder.encode(Odd.text(dice), UTF_8);
    }

    private void addHeader(String name) {
      String value =
          switch (name) {
            case "Idempotency-Key" -> ""; // repeat() has its own
            case "Range" ->
                dice.pick(
                    "bytes=0-0", "bytes=5-2", "bytes=-1", "bytes=0-,5-6", "bytes=9999999999-", "x");
            case "Prefer" -> dice.pick("wait=0", "wait=1", "respond-async", "wait=x", "wait=1;a=b");
            default -> Odd.inHeader(dice);
          };
      if (!value.isEmpty()) {
        headers.add(new Header(name, value));
      }
    }

    private void fill() {
      JsonNode contents = operation.definition().path("requestBody").path("content");
      String type = dice.pick(List.copyOf(contents.propertyNames()));
      JsonNode tree = tree(contents.path(type));
      int damages = wrong.contains(Wrong.VALUE) ? 1 + dice.below(2) : 0;
      for (int i = 0; i < damages; i++) {
        Damage.values(tree, dice);
      }
      if (type.startsWith("multipart/") && tree instanceof ObjectNode fields) {
        String boundary = "b" + dice.below(1_000_000);
        JsonNode schema = values.followed(contents.path(type).path("schema"));
        body = Form.of(fields, schema, boundary, wrong.contains(Wrong.TEXT), dice);
        type = type + "; boundary=" + boundary;
      } else {
        body = Damage.bytes(tree, dice.happens(30));
        if (wrong.contains(Wrong.TEXT)) {
          body = Damage.text(body, dice);
        }
      }
      headers.add(new Header("Content-Type", wrong.contains(Wrong.TYPE) ? wrongType(type) : type));
    }

    /** As an example has it, or made of the schema. */
    private JsonNode tree(JsonNode content) {
      if (operation.path().equals("/mcp")) {
        return assistant.message(dice);
      }
      List<JsonNode> examples = content.path("examples").findValues("value");
      return !examples.isEmpty() && dice.happens(40)
          ? dice.pick(examples).deepCopy()
          : values.of(content.path("schema"), dice);
    }

    private String wrongType(String type) {
      return dice.pick(
          "",
          "text/plain",
          "application/json;charset=utf-16",
          "application/json; charset=\"",
          "APPLICATION/JSON",
          "application/x-www-form-urlencoded",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "multipart/form-data; boundary=\"" + "x".repeat(300) + "\"",
          "multipart/form-data; boundary=other",
          "multipart/mixed; boundary=b1",
          "application/octet-stream",
          "*/*",
          type + ";" + Odd.inHeader(dice),
          Odd.inHeader(dice));
    }

    /** Adds a key under which the request is done once; tells whether it can be told again. */
    private boolean repeat() {
      if (wrong.contains(Wrong.REPETITION)) {
        String key =
            keyed.isEmpty() || dice.happens(50)
                ? Odd.inHeader(dice)
                : dice.pick(keyed).header("Idempotency-Key").orElseThrow();
        headers.add(new Header("Idempotency-Key", key));
        if (dice.happens(10)) {
          headers.add(new Header("X-Stainless-Retry-Count", Odd.inHeader(dice)));
        }
        return false;
      }
      if (!operation.definition().has("requestBody") || !dice.happens(15)) {
        return false;
      }
      headers.add(new Header("Idempotency-Key", "key-" + dice.below(Integer.MAX_VALUE)));
      return true;
    }

    private void decorate() {
      if (dice.happens(20)) {
        headers.add(
            new Header(
                "Accept-Language", dice.pick("zh-CN,zh;q=0.9", "zh", "fr", "*", "q=", "zh;q=x")));
      }
      if (operation.path().equals("/mcp")) {
        headers.add(new Header("Accept", "application/json, text/event-stream"));
        headers.add(
            new Header(
                "MCP-Protocol-Version", dice.pick("2025-03-26", "2025-06-18", "2025-11-25")));
      }
      if (wrong.contains(Wrong.HEADER)) {
        String name =
            dice.pick(
                "Accept",
                "Accept-Language",
                "Accept-Encoding",
                "Connection",
                "Content-Encoding",
                "Cookie",
                "Expect",
                "Host",
                "If-None-Match",
                "If-Modified-Since",
                "If-Range",
                "Last-Event-ID",
                "MCP-Protocol-Version",
                "Origin",
                "Prefer",
                "Range",
                "Upgrade",
                "X-Forwarded-For",
                "X-Request-Id",
                "X-Stainless-Retry-Count",
                "bad name",
                "");
        headers.add(new Header(name, fitting(name)));
      }
    }

    private String fitting(String name) {
      return switch (name) {
        case "Connection" -> dice.pick("close", "keep-alive", "upgrade", "x");
        case "Expect" -> dice.pick("100-continue", "200-ok");
        case "Upgrade" -> dice.pick("h2c", "websocket");
        case "Content-Encoding" -> dice.pick("gzip", "identity", "br", "x");
        case "Accept-Encoding" -> dice.pick("gzip", "identity;q=0", "*;q=0", "br");
        case "Accept" -> dice.pick("text/html", "x/y", "*/*;q=0", Odd.inHeader(dice));
        case "X-Request-Id" ->
            dice.happens(50)
                ? Odd.inHeader(dice)
                : new String(dice.bytes(8), ISO_8859_1).replaceAll("[\r\n]", "");
        default -> Odd.inHeader(dice);
      };
    }
  }
}
