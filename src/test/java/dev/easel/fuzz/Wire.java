package dev.easel.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A client that sends whatever it is told to, over one connection as long as that is sound. */
final class Wire implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final URI server;
  private Optional<Connection> open = Optional.empty();

  Wire(String url) {
    this.server = URI.create(url);
  }

  private record Connection(Socket socket, InputStream in) {}

  /**
   * Sends {@code request}.
   *
   * @throws IOException when no answer comes, or only a part of one
   */
  Answer ask(Request request) throws IOException {
    boolean kept = false;
    try {
      Connection connection = open.isPresent() ? open.get() : opened();
      Optional<IOException> refused = send(connection.socket, request);
      Answer answer = answer(connection.in, request.method());
      kept = refused.isEmpty() && request.framing().isSound() && !isLast(request, answer);
      return answer;
    } finally {
      if (!kept) {
        close();
      }
    }
  }

  private Connection opened() throws IOException {
    Socket socket = new Socket(server.getHost(), server.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    Connection connection =
        new Connection(socket, new BufferedInputStream(socket.getInputStream()));
    open = Optional.of(connection);
    return connection;
  }

  /** A server that has answered already may not want the rest. */
  private static Optional<IOException> send(Socket socket, Request request) {
    try {
      socket.getOutputStream().write(request.bytes());
      if (!request.framing().isSound()) {
        socket.shutdownOutput();
      }
      return Optional.empty();
    } catch (IOException unwanted) {
      return Optional.of(unwanted);
    }
  }

  private static boolean isLast(Request request, Answer answer) {
    return says(request.header("Connection")) || says(answer.header("Connection"));
  }

  private static boolean says(Optional<String> connection) {
    return connection.filter(it -> it.toLowerCase(Locale.ROOT).contains("close")).isPresent();
  }

  private static Answer answer(InputStream in, String method) throws IOException {
    while (true) {
      String status = line(in);
      String[] words = status.split(" ", 3);
      if (!words[0].startsWith("HTTP/1.") || words.length < 2) {
        throw new IOException("no HTTP: " + status);
      }
      int code = Integer.parseInt(words[1]);
      Answer head = new Answer(code, headers(in), new byte[0]);
      if (code >= 200) {
        boolean empty = method.equals("HEAD") || code == 204 || code == 304;
        return empty ? head : new Answer(code, head.headers(), body(in, head));
      }
    }
  }

  private static List<Request.Header> headers(InputStream in) throws IOException {
    List<Request.Header> headers = new ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("no header: " + line);
      }
      headers.add(new Request.Header(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return headers;
  }

  private static byte[] body(InputStream in, Answer head) throws IOException {
    Optional<String> length = head.header("Content-Length");
    if (length.isPresent()) {
      return exactly(in, Integer.parseInt(length.get()));
    }
    if (!head.header("Transfer-Encoding").orElse("").equalsIgnoreCase("chunked")) {
      return in.readAllBytes();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
      body.writeBytes(exactly(in, size));
      line(in);
    }
    line(in);
    return body.toByteArray();
  }

  private static int chunkSize(InputStream in) throws IOException {
    return Integer.parseInt(line(in).replaceFirst(";.*", "").strip(), 16);
  }

  private static byte[] exactly(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("cut after %d of %d bytes".formatted(bytes.length, count));
    }
    return bytes;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new IOException("closed after: " + line.toString(ISO_8859_1));
      }
      line.write(octet);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    if (open.isPresent()) {
      open.get().socket.close();
      open = Optional.empty();
    }
  }
}
