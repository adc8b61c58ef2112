package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.blackbox.FaultProxy.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault is what it says, seen from both ends. */
class FaultProxyTest {
  private static final int LONG = 10_000;
  private static final int SHORT = 100;

  /** Answers each of its requests, of four bytes, with the same four bytes. */
  private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();

  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    proxy = new FaultProxy("127.0.0.1", server.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void passesWhatIsSent() throws IOException {
    try (Socket client = connect()) {
      assertThat(ask(client, "abcd")).isEqualTo("abcd");
    }
  }

  @Test
  void latencyHoldsEachChunkBackEitherWay() throws IOException {
    proxy.latency(Duration.ofMillis(60));
    try (Socket client = connect()) {
      long before = System.nanoTime();
      assertThat(ask(client, "abcd")).isEqualTo("abcd");
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isGreaterThan(Duration.ofMillis(119));
    }
  }

  @Test
  void resetBreaksWhatIsOpenAndNothingElse() throws Exception {
    try (Socket client = connect()) {
      ask(client, "abcd");
      proxy.reset();
      assertThatThrownBy(() -> ask(client, "efgh")).isInstanceOf(SocketException.class);
      assertThat(proxy.connections()).isZero();
    }
    try (Socket client = connect()) {
      assertThat(ask(client, "ijkl")).isEqualTo("ijkl");
    }
  }

  @Test
  void aBlackHoleSwallowsOldAndNewConnectionsUntilItPasses() throws Exception {
    try (Socket old = connect()) {
      ask(old, "abcd");
      proxy.blackHole();
      try (Socket fresh = connect()) {
        for (Socket client : new Socket[] {old, fresh}) {
          client.setSoTimeout(SHORT);
          assertThatThrownBy(() -> ask(client, "efgh")).isInstanceOf(SocketTimeoutException.class);
          client.setSoTimeout(LONG);
        }
        assertThat(arrived).containsExactly("abcd");
        proxy.pass();
        assertThatThrownBy(() -> ask(old, "ijkl")).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> ask(fresh, "ijkl")).isInstanceOf(SocketException.class);
      }
    }
    try (Socket client = connect()) {
      assertThat(ask(client, "mnop")).isEqualTo("mnop");
    }
  }

  @Test
  void aHalfClosedAnswerEndsForTheClientWhileTheServerStillHears() throws Exception {
    try (Socket client = connect()) {
      ask(client, "abcd");
      proxy.halfClose(Direction.ANSWER);
      assertThat(ask(client, "efgh")).isNull();
      assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo("abcd");
      assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo("efgh");
    }
  }

  @Test
  void aHalfClosedRequestEndsForTheServerWhileTheClientIsNotTold() throws Exception {
    try (Socket client = connect()) {
      ask(client, "abcd");
      Socket atServer = accepted.poll(10, TimeUnit.SECONDS);
      proxy.halfClose(Direction.REQUEST);
      assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo("abcd");
      assertThat(arrived.poll(10, TimeUnit.SECONDS)).isEqualTo("(end)");
      atServer.getOutputStream().write("late".getBytes(StandardCharsets.US_ASCII));
      assertThat(read(client)).isEqualTo("late");
    }
  }

  @Test
  void refusesAndComesBackAtTheSamePort() throws IOException {
    try (Socket client = connect()) {
      ask(client, "abcd");
      proxy.refuse();
      assertThatThrownBy(() -> ask(client, "efgh")).isInstanceOf(SocketException.class);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }
    proxy.pass();
    try (Socket client = connect()) {
      assertThat(ask(client, "ijkl")).isEqualTo("ijkl");
    }
  }

  @Test
  void losesOneAnswerAfterTheServerDidItsWork() throws Exception {
    proxy.loseNext(Direction.ANSWER, "efgh");
    try (Socket client = connect()) {
      assertThat(ask(client, "abcd")).isEqualTo("abcd");
      assertThatThrownBy(() -> ask(client, "efgh")).isInstanceOf(SocketException.class);
    }
    assertThat(proxy.isWaitingToLose()).isFalse();
    assertThat(arrived).startsWith("abcd", "efgh");
    try (Socket client = connect()) {
      assertThat(ask(client, "efgh")).isEqualTo("efgh");
    }
  }

  @Test
  void losesOneRequestBeforeTheServerHearsOfIt() throws Exception {
    proxy.loseNext(Direction.REQUEST, "efgh");
    try (Socket client = connect()) {
      assertThat(ask(client, "abcd")).isEqualTo("abcd");
      assertThatThrownBy(() -> ask(client, "efgh")).isInstanceOf(SocketException.class);
    }
    try (Socket client = connect()) {
      assertThat(ask(client, "ijkl")).isEqualTo("ijkl");
    }
    assertThat(arrived).doesNotContain("efgh");
  }

  @Test
  void holdsOneAnswerBackUntilSomethingHasHappened() throws IOException {
    try (Socket client = connect()) {
      proxy.beforeNext(Direction.ANSWER, "efgh", proxy::blackHole);
      assertThat(ask(client, "abcd")).isEqualTo("abcd");
      assertThat(ask(client, "efgh")).isEqualTo("efgh");
      client.setSoTimeout(SHORT);
      assertThatThrownBy(() -> ask(client, "ijkl")).isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(arrived).doesNotContain("ijkl");
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    client.setSoTimeout(LONG);
    return client;
  }

  /** The answer; null when the server has nothing more to say. */
  private static @Nullable String ask(Socket client, String request) throws IOException {
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return read(client);
  }

  private static @Nullable String read(Socket socket) throws IOException {
    byte[] four = socket.getInputStream().readNBytes(4);
    return four.length == 0 ? null : new String(four, StandardCharsets.US_ASCII);
  }

  private void serve() {
    while (true) {
      try {
        Socket socket = server.accept();
        accepted.add(socket);
        Thread.ofVirtual().start(() -> echo(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void echo(Socket socket) {
    try {
      for (String text = read(socket); text != null; text = read(socket)) {
        arrived.add(text);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      }
      arrived.add("(end)");
    } catch (IOException reset) {
      arrived.add("(reset)");
    }
  }
}
