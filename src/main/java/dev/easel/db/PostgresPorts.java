package dev.easel.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.concurrent.ThreadLocalRandom;

/** The choice of a port on 127.0.0.1: that of the last start while it is free. */
final class PostgresPorts {
  /**
   * Below the range from which the kernel takes the ports of outgoing connections: a client that
   * knocks while the server restarts could otherwise be given the server's port, and talk to
   * itself.
   */
  private static final int FIRST = 15_432;

  private static final int END = 30_000;

  private PostgresPorts() {}

  /** The remembered port, or another one when that is taken. */
  static int choose(PostgresHome home) throws IOException {
    int remembered = remembered(home);
    if (remembered > 0 && isFree(remembered)) {
      return remembered;
    }
    int port = ThreadLocalRandom.current().nextInt(FIRST, END);
    while (!isFree(port)) {
      port = ThreadLocalRandom.current().nextInt(FIRST, END);
    }
    return port;
  }

  static void remember(PostgresHome home, int port) throws IOException {
    if (remembered(home) != port) {
      Files.writeString(home.port(), port + "\n");
    }
  }

  private static int remembered(PostgresHome home) throws IOException {
    String text = Files.exists(home.port()) ? Files.readString(home.port()).strip() : "";
    return text.matches("\\d{4,5}") ? Math.min(Integer.parseInt(text), 65_535) : 0;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
