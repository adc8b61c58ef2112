package dev.easel.cli.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * One kept-alive HTTP/1.1 connection that costs as little as it can: the load generator shares its
 * machine with what it measures. Reads only answers with a Content-Length, which is what the server
 * sends.
 */
final class HttpConnection implements AutoCloseable {
  private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final String host;

  HttpConnection(URI base) throws IOException {
    this.socket = new Socket(base.getHost(), base.getPort());
    socket.setTcpNoDelay(true);
    this.out = socket.getOutputStream();
    this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    this.host = base.getHost() + ":" + base.getPort();
  }

  /** An answer. */
  record Answer(int status, String body) {}

  /** The bytes of a GET, to be sent as often as wanted. */
  byte[] get(String path, String key) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(path, host, key)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The bytes of a POST of {@code json}. */
  byte[] post(String path, String key, String json) {
    return "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, host, key, json.length(), json)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends {@code request} and reads the answer. */
  Answer exchange(byte[] request) throws IOException {
    out.write(request);
    int status = Integer.parseInt(line().substring(9, 12));
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, "content-length:", 0, LENGTH.length)) {
        length = Integer.parseInt(header.substring(LENGTH.length).strip());
      }
    }
    return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
