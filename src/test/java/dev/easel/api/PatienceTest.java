package dev.easel.api;

import static dev.easel.api.ImpatientServer.LOOK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who does not go on is not waited for, who waits for an answer is left in peace. Only what is
 * {@code SHORT} of a test's limits can end anything in it.
 */
class PatienceTest {
  private static final int MOST = 1_000;
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofHours(1);
  private static final String GET = "GET /now HTTP/1.1\r\nHost: here\r\n\r\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET /now HT",
        "GET /now HTTP/1.1\r\n",
        "GET /now HTTP/1.1\r\nHost: h",
        "GET /now HTTP/1.1\r\nHost: here\r\n",
        GET + "GET /now HTTP/1.1\r\nHost: h"
      })
  void aRequestHasToCome(String beginning) throws IOException {
    // Helidon's own timer ends who stops in a first line.
    Duration idle = beginning.endsWith("HT") ? SHORT : LONG;
    assertEnds(new ConnectionLimits(MOST, SHORT, LONG, LONG, idle, LONG, LOOK), beginning);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 3000000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\nff"})
  void aBodyHasToGoOn(String beginning) throws IOException {
    assertEnds(
        new ConnectionLimits(MOST, LONG, SHORT, LONG, LONG, LONG, LOOK),
        "POST /json HTTP/1.1\r\nHost: here\r\n" + beginning);
  }

  @Test
  void aBodyHasToEnd() throws IOException {
    assertEnds(
        new ConnectionLimits(MOST, LONG, LONG, SHORT, LONG, LONG, LOOK),
        "POST /json HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{");
  }

  @Test
  void theRestOfAnAnsweredOneHasToCome() throws IOException {
    assertEnds(
        new ConnectionLimits(MOST, SHORT, LONG, LONG, LONG, LONG, LOOK),
        "POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{");
  }

  @Test
  void whoeverIsToldThatItIsOverHasToGo() throws IOException {
    assertEnds(
        new ConnectionLimits(MOST, LONG, LONG, LONG, LONG, SHORT, LOOK),
        "POST /unread HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{");
  }

  @Test
  void aConnectionDoesNotRestForEver() throws IOException {
    assertEnds(new ConnectionLimits(MOST, LONG, LONG, LONG, SHORT, LONG, LOOK), GET);
  }

  @Test
  void aStalledBodyGivesItsRoomBack() throws IOException {
    int half = ImpatientServer.LARGEST_BODY / 2;
    String head = "POST /json HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n{";
    ConnectionLimits limits = new ConnectionLimits(MOST, LONG, SHORT, LONG, LONG, LONG, LOOK);
    try (ImpatientServer server = new ImpatientServer(limits)) {
      try (Socket stalled = server.send(head.formatted(2 * half) + " ".repeat(half))) {
        assertEnds(stalled);
      }
      // It is gone for its caller a moment before its thread notices.
      String status = "";
      for (int i = 0; i < 1_000 && !status.contains(" 200 "); i++) {
        try (Socket next = server.send(head.formatted(half) + " ".repeat(half - 2) + "}")) {
          status = ImpatientServer.status(ImpatientServer.answers(next));
        }
      }
      assertThat(status).contains(" 200 ");
    }
  }

  @Test
  void anAnswerIsWaitedForAsLongAsItTakes() throws IOException, InterruptedException {
    ConnectionLimits limits = new ConnectionLimits(MOST, SHORT, SHORT, SHORT, SHORT, SHORT, LOOK);
    try (ImpatientServer server = new ImpatientServer(limits);
        Socket waiting = server.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n")) {
      server.inside.await();
      try (Socket silent = server.send("")) {
        assertEnds(silent);
      }
      server.goOn.countDown();
      assertThat(ImpatientServer.status(ImpatientServer.answers(waiting))).contains(" 200 ");
    }
  }

  @Test
  void betweenTwoRequestsAConnectionMayRest() throws IOException {
    ConnectionLimits limits = new ConnectionLimits(MOST, SHORT, SHORT, SHORT, LONG, SHORT, LOOK);
    try (ImpatientServer server = new ImpatientServer(limits);
        Socket resting = server.send(GET)) {
      BufferedReader answers = ImpatientServer.answers(resting);
      assertThat(ImpatientServer.status(answers)).contains(" 200 ");
      try (Socket silent = server.send("")) {
        assertEnds(silent);
      }
      ImpatientServer.write(resting, GET);
      assertThat(ImpatientServer.status(answers)).contains(" 200 ");
    }
  }

  private static void assertEnds(ConnectionLimits limits, String request) throws IOException {
    try (ImpatientServer server = new ImpatientServer(limits);
        Socket socket = server.send(request)) {
      assertEnds(socket);
    }
  }

  private static void assertEnds(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().readAllBytes()).isNotNull();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }
}
