package dev.easel.blackbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests that no decent client sends, byte by byte. */
final class RawHttp {
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("content-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private RawHttp() {}

  /** Sends {@code request} in ISO 8859-1; returns the answer's head and body. */
  static String send(String url, String request) throws IOException {
    try (Socket socket = open(url)) {
      write(socket, request);
      return answer(socket);
    }
  }

  /** Reads the next answer; returns its head and body, or as much as came of its head. */
  static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        return head.toString();
      }
      head.append((char) octet);
    }
    Matcher length = CONTENT_LENGTH.matcher(head);
    byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
    return head + new String(body, ISO_8859_1);
  }

  /** Sends {@code request} and reads until the server closes the connection. */
  static String sendAndReadToEnd(String url, String request) throws IOException {
    try (Socket socket = open(url)) {
      write(socket, request);
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  /** Sends {@code request} and hangs up at once. */
  static void sendAndLeave(String url, String request) throws IOException {
    try (Socket socket = open(url)) {
      write(socket, request);
    }
  }

  /** A connection whose answers may take a while. */
  static Socket open(String url) throws IOException {
    URI uri = URI.create(url);
    Socket socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  static void write(Socket socket, String request) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(request.getBytes(ISO_8859_1));
    out.flush();
  }
}
