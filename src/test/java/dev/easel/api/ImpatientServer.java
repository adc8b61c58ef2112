package dev.easel.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.easel.db.Database;
import dev.easel.db.TestDatabase;
import dev.easel.wording.Language;
import io.helidon.webserver.WebServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.node.JsonNodeFactory;

/** A web server with limits of a test's own, which answers at once, later, and without reading. */
final class ImpatientServer implements AutoCloseable {
  static final int LARGEST_BODY = 4 << 20;
  static final Duration LOOK = Duration.ofMillis(10);

  /** Somebody waits at {@code /later}. */
  final CountDownLatch inside = new CountDownLatch(1);

  /** Opens, and whoever waits there is answered. */
  final CountDownLatch goOn = new CountDownLatch(1);

  private final Database database = TestDatabase.create();
  private final Connections connections;
  private final WebServer server;

  ImpatientServer(ConnectionLimits limits) {
    Door door = new Door(new Callers(database, InstantSource.system()), new BodyRoom(LARGEST_BODY));
    this.connections = new Connections(limits);
    this.server =
        connections
            .serve(WebServer.builder())
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .routing(routing ->
                routing
                    .addFilter(Server::closeWhenOver)
                    .addFilter(Door::name)
                    .get("/now", door.to(_ -> answer(), ImpatientServer::refuse))
                    .get("/later", door.to(_ -> later(), ImpatientServer::refuse))
                    .post("/unread", door.to(_ -> answer(), ImpatientServer::refuse))
                    .post("/json", door.to(ImpatientServer::json, ImpatientServer::refuse)))
            .build()
            .start();
  }

  private static Verdict<Answer> answer() {
    return Verdict.pass(Answer.ok(JsonNodeFactory.instance.objectNode()));
  }

  private static Verdict<Answer> json(Exchange exchange) {
    return exchange.json(LARGEST_BODY).then(_ -> answer());
  }

  private Verdict<Answer> later() {
    inside.countDown();
    try {
      goOn.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return answer();
  }

  private static Answer refuse(ApiError error, Language language) {
    return Answer.of(
        error instanceof ApiError.Unavailable ? 503 : 400,
        JsonNodeFactory.instance.objectNode().put("msg", error.message(language)));
  }

  /** A new connection on which {@code request} was sent. */
  Socket send(String request) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(60_000);
    write(socket, request);
    return socket;
  }

  static void write(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Reads the first line of the answer that comes next; the one before may have a body. */
  static String status(BufferedReader answers) throws IOException {
    String line = answers.readLine();
    while (line != null && !line.contains("HTTP/1.1 ")) {
      line = answers.readLine();
    }
    return String.valueOf(line);
  }

  static BufferedReader answers(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
  }

  @Override
  public void close() {
    goOn.countDown();
    server.stop();
    connections.close();
    database.close();
  }
}
