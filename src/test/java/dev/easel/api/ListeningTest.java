package dev.easel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import io.helidon.webserver.WebServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** There are no more connections than may be, and a server that listens no more is noticed. */
class ListeningTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final String GET = "GET /now HTTP/1.1\r\nHost: here\r\n\r\n";

  @Test
  void whoIsOneTooManyWaitsUntilAnotherOneGoes() throws IOException {
    try (ImpatientServer server = new ImpatientServer(limits(2));
        Socket first = server.send(GET);
        Socket second = server.send(GET)) {
      BufferedReader answers = ImpatientServer.answers(second);
      assertThat(ImpatientServer.status(ImpatientServer.answers(first))).contains(" 200 ");
      assertThat(ImpatientServer.status(answers)).contains(" 200 ");
      try (Socket third = server.send(GET)) {
        for (int i = 0; i < 100; i++) {
          ImpatientServer.write(second, GET);
          assertThat(ImpatientServer.status(answers)).contains(" 200 ");
        }
        assertThat(third.getInputStream().available()).isZero();
        first.shutdownOutput();
        assertThat(ImpatientServer.status(ImpatientServer.answers(third))).contains(" 200 ");
      }
    }
  }

  @Test
  void thereIsRoomForFilesBesideTheUsualNumber() {
    assertThat(ConnectionLimits.USUAL.most()).isBetween(16, 1 << 24);
  }

  @Test
  void aServerThatListensNoMoreIsNoticed() throws Exception {
    try (Database database = TestDatabase.create();
        Server server = server(database)) {
      assertThat(server.deaf()).isNotDone();
      listener(server).close();
      server.deaf().join();
    }
  }

  @Test
  void aServerThatIsClosedIsNotDeaf() throws Exception {
    try (Database database = TestDatabase.create()) {
      Server server = server(database);
      server.close();
      assertThat(server.deaf()).isNotDone();
    }
  }

  private static ConnectionLimits limits(int most) {
    return new ConnectionLimits(most, LONG, LONG, LONG, LONG, LONG, ImpatientServer.LOOK);
  }

  private static Server server(Database database) {
    Server.Routes routes =
        new Server.Routes(
            List.of(),
            List.of(),
            _ -> List.of(),
            _ -> {},
            _ -> {},
            _ -> {},
            () -> new Server.Readiness(true, Optional.empty()));
    Door door = new Door(new Callers(database, InstantSource.system()), BodyRoom.ofHeap());
    return new Server("127.0.0.1", 0, Duration.ZERO, routes, door, limits(100));
  }

  /** What Helidon closes itself when it fails to accept a connection. */
  private static ServerSocketChannel listener(Server server) throws ReflectiveOperationException {
    WebServer web = (WebServer) field(server, "server");
    Object listener = ((Map<?, ?>) field(web, "listeners")).values().iterator().next();
    return (ServerSocketChannel) field(listener, "serverSocket");
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }
}
