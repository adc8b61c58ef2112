package dev.easel.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Receivers that let everybody connect and never answer. */
final class Holes {
  private Holes() {}

  static ServerSocket open() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static String url(ServerSocket hole) {
    return "http://127.0.0.1:" + hole.getLocalPort() + "/";
  }

  /** How many had connected by the time that none came for {@code silence}; hangs up on them. */
  static int hangUp(ServerSocket hole, Duration silence) throws IOException {
    hole.setSoTimeout(Math.toIntExact(silence.toMillis()));
    List<Socket> opened = new ArrayList<>();
    try {
      while (true) {
        opened.add(hole.accept());
      }
    } catch (SocketTimeoutException none) {
      for (Socket socket : opened) {
        socket.close(); // not before: each place that becomes free is taken by another one
      }
      return opened.size();
    }
  }
}
