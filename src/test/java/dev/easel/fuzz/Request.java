package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.easel.api.document.Operations.Operation;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request as it goes over the wire.
 *
 * @param operation the one it is made for; what is wrong with it may make it one of another
 * @param target path and query, as they are sent
 * @param headers without those that frame the body
 * @param payers whose keys it carries
 */
@SuppressWarnings("ArrayRecordComponent") // an identity, not a value: never compared
record Request(
    Operation operation,
    String method,
    String target,
    List<Header> headers,
    byte[] body,
    Framing framing,
    List<Purse> payers) {

  /** How much of something is shown. */
  private static final int LONGEST = 1_200;

  /** A header; its value's characters are bytes. */
  record Header(String name, String value) {}

  /** How the body's end is told. */
  enum Framing {
    /** By its length; not at all where there is none. */
    PLAIN,
    /** By the last chunk. */
    CHUNKED,
    /** By a length that it does not have: the connection ends before. */
    TOO_LONG,
    /** By a length that it exceeds. */
    TOO_SHORT,
    /** By a last chunk that never comes. */
    UNENDED,
    /** By no number. */
    NONSENSE,
    /** In two ways that do not agree. */
    TWICE;

    /** Whether the next request can go over the same connection. */
    boolean isSound() {
      return this == PLAIN || this == CHUNKED;
    }
  }

  /** The bytes of it. */
  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String head =
        method
            + " "
            + target
            + " HTTP/1.1\r\n"
            + allHeaders().stream()
                .map(header -> header.name + ": " + header.value + "\r\n")
                .collect(Collectors.joining())
            + "\r\n";
    out.writeBytes(head.getBytes(ISO_8859_1));
    switch (framing) {
      case PLAIN, TOO_LONG, TOO_SHORT, NONSENSE -> out.writeBytes(body);
      case CHUNKED, TWICE -> {
        int half = body.length / 2;
        chunk(out, 0, half);
        chunk(out, half, body.length);
        out.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
      }
      case UNENDED -> chunk(out, 0, body.length);
    }
    return out.toByteArray();
  }

  private void chunk(ByteArrayOutputStream out, int from, int to) {
    if (from < to) {
      out.writeBytes((Integer.toHexString(to - from) + "\r\n").getBytes(ISO_8859_1));
      out.write(body, from, to - from);
      out.writeBytes("\r\n".getBytes(ISO_8859_1));
    }
  }

  private List<Header> allHeaders() {
    return Stream.concat(headers.stream(), framingHeaders().stream()).toList();
  }

  private List<Header> framingHeaders() {
    Header chunked = new Header("Transfer-Encoding", "chunked");
    return switch (framing) {
      case PLAIN ->
          body.length == 0 && !method.equals("POST") ? List.of() : List.of(length(body.length));
      case TOO_LONG -> List.of(length(body.length + 7));
      case TOO_SHORT -> List.of(length(body.length / 2));
      case NONSENSE -> List.of(new Header("Content-Length", "1e3"));
      case CHUNKED, UNENDED -> List.of(chunked);
      case TWICE -> List.of(length(5), chunked);
    };
  }

  private static Header length(int bytes) {
    return new Header("Content-Length", String.valueOf(bytes));
  }

  /** The target without its query, as it is sent. */
  String path() {
    return target.replaceFirst("[?#].*", "");
  }

  /** The first header of that name. */
  Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.name.equalsIgnoreCase(name))
        .map(Header::value)
        .findFirst();
  }

  /** The request as a command of bash. Long bodies are cut. */
  String curl(String url) {
    StringBuilder text = new StringBuilder("curl -sS -i --path-as-is -g -X ");
    text.append(quoted(method.getBytes(ISO_8859_1)));
    text.append(' ').append(quoted((url + target).getBytes(ISO_8859_1)));
    for (Header header : framing == Framing.PLAIN ? headers : allHeaders()) {
      String line = header.value.isEmpty() ? header.name + ";" : header.name + ": " + header.value;
      text.append(" -H ").append(quoted(line.getBytes(ISO_8859_1)));
    }
    if (body.length > 0 || method.equals("POST")) {
      text.append(" --data-binary ").append(quoted(body));
    }
    return text.toString();
  }

  /** In the way of bash that takes any byte but NUL. */
  private static String quoted(byte[] bytes) {
    StringBuilder text = new StringBuilder("$'");
    for (int i = 0; i < Math.min(bytes.length, LONGEST); i++) {
      int octet = bytes[i] & 0xff;
      if (octet == '\'' || octet == '\\') {
        text.append('\\').append((char) octet);
      } else if (octet >= 0x20 && octet < 0x7f) {
        text.append((char) octet);
      } else {
        text.append(String.format(Locale.ROOT, "\\x%02x", octet));
      }
    }
    return text + "'" + (bytes.length > LONGEST ? " # of " + bytes.length + " bytes" : "");
  }
}
