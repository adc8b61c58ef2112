package dev.easel.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.easel.net.GuardedResolver.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
final class OutboundTest {
  private static final Outbound.Options OPTIONS =
      new Outbound.Options(1_000, Duration.ofSeconds(20), 3);
  private static final Outbound.Options HASTY =
      new Outbound.Options(1_000, Duration.ofMillis(200), 3);

  private final Outbound trusting =
      new Outbound(
          new AddressGuard(List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1"))), "Easel/test");
  private final Outbound strict = new Outbound(new AddressGuard(List.of()), "Easel/test");
  private final CountDownLatch dripped = new CountDownLatch(1);
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String path = exchange.getRequestURI().toString();
          if (path.startsWith("/to?")) {
            exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(302, -1);
          } else if (path.startsWith("/status/")) {
            exchange.sendResponseHeaders(Integer.parseInt(path.substring(8)), -1);
          } else if (path.startsWith("/endless")) {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = new byte[4_096];
            while (!Thread.currentThread().isInterrupted()) {
              exchange.getResponseBody().write(much);
            }
          } else {
            byte[] body =
                String.join(
                        "|",
                        path,
                        String.valueOf(exchange.getRequestHeaders().getFirst("User-Agent")),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Host")),
                        String.valueOf(exchange.getRequestHeaders().get("Accept-Encoding")),
                        String.valueOf(exchange.getRequestHeaders().get("Cookie")))
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().set("Set-Cookie", "a=b");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    trusting.close();
    strict.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static String text(InputStream body) throws IOException {
    return new String(body.readAllBytes(), UTF_8);
  }

  @Test
  void sendsAPlainRequestWithoutAMemory() {
    String expected = "/a%20b?c=%C3%A9|Easel/test|127.0.0.1:" + port() + "|null|null";
    for (int i = 0; i < 2; i++) {
      assertThat(trusting.get(uri("/a%20b?c=é#d"), OPTIONS, OutboundTest::text))
          .isEqualTo(new Answer.Ok<>(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"})
  void contactsTheInsideOnlyWhereTheOperatorAllowsIt(String host) {
    URI uri = URI.create("http://" + host + ":" + port() + "/");

    assertThat(strict.get(uri, OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Refused<>("leads to a loopback address, which may not be contacted"));
    assertThat(requests).hasValue(0);
    assertThat(trusting.get(uri, OPTIONS, OutboundTest::text)).isInstanceOf(Answer.Ok.class);
  }

  @Test
  void refusesANameThatResolvesInside() throws IOException {
    GuardedResolver resolver =
        new GuardedResolver(new AddressGuard(List.of()), Names.OF_THE_SYSTEM);

    assertThatThrownBy(() -> resolver.resolve("localhost"))
        .isInstanceOf(GuardedResolver.RefusedAddress.class)
        .hasMessage("leads to a loopback address, which may not be contacted");
    assertThatThrownBy(() -> resolver.resolve("0177.0.0.1"))
        .isInstanceOf(GuardedResolver.RefusedAddress.class);
    assertThat(
            new GuardedResolver(
                    new AddressGuard(List.of(Cidr.parse("127.0.0.0/8"))), Names.OF_THE_SYSTEM)
                .resolve("localhost"))
        .containsExactly(InetAddress.ofLiteral("127.0.0.1"));
  }

  static List<String> insideAddresses() {
    return InsideAddresses.HOSTS;
  }

  /** The server is there for all those that are loopback. */
  @ParameterizedTest
  @MethodSource("insideAddresses")
  void fetchesNothingFromInside(String host) {
    URI uri =
        URI.create("http://" + host + (host.contains("@") ? "" : ":" + port()) + "/picture.png");
    assertThat(strict.get(uri, OPTIONS, OutboundTest::text)).isInstanceOf(Answer.Refused.class);
    assertThat(strict.call(Call.post(uri, Map.of(), new byte[0]), OPTIONS))
        .isInstanceOf(Reply.NotSent.class);
    assertThat(requests).hasValue(0);
  }

  /**
   * 127.0.0.2 stands for an address outside here, and 127.0.0.1 for one inside: both lead to the
   * server's port. The second time the name server gives the other.
   */
  @Test
  void aNameIsAskedForOnceAConnection() throws IOException {
    HttpServer outside =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port()), 0);
    outside.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Connection", "close");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write("outside".getBytes(UTF_8));
          }
        });
    outside.start();
    AtomicInteger asked = new AtomicInteger();
    Names names = _ -> addresses(asked.incrementAndGet() == 1 ? "127.0.0.2" : "127.0.0.1");
    AddressGuard guard = new AddressGuard(List.of(Cidr.parse("127.0.0.2")));
    try (Outbound outbound = new Outbound(guard, "Easel/test", names)) {
      URI uri = URI.create("http://rebinding.example:" + port() + "/");
      assertThat(outbound.get(uri, OPTIONS, OutboundTest::text))
          .isEqualTo(new Answer.Ok<>("outside"));
      assertThat(asked).as("checked and connected to by one answer").hasValue(1);
      assertThat(outbound.get(uri, OPTIONS, OutboundTest::text))
          .isEqualTo(
              new Answer.Refused<>("leads to a loopback address, which may not be contacted"));
      assertThat(asked).hasValue(2);
      assertThat(requests).as("inside").hasValue(0);
    } finally {
      outside.stop(0);
    }
  }

  /** Of several addresses those that are inside are left out, also when the others are dead. */
  @Test
  void amongTheAddressesOfANameThoseInsideAreNotTried() {
    Names names = _ -> addresses("127.0.0.1", "127.0.0.3");
    AddressGuard guard = new AddressGuard(List.of(Cidr.parse("127.0.0.3")));
    try (Outbound outbound = new Outbound(guard, "Easel/test", names)) {
      URI uri = URI.create("http://both.example:" + port() + "/");
      assertThat(outbound.get(uri, OPTIONS, OutboundTest::text))
          .isEqualTo(new Answer.Unreachable<>("refused the connection"));
      assertThat(requests).hasValue(0);
    }
  }

  @Test
  void aNameOfThisMachineDoesNotLeadToItsOwnListener() {
    Names names = _ -> addresses("127.0.0.1");
    AddressGuard guard =
        new AddressGuard(List.of(Cidr.parse("127.0.0.0/8")), port -> port == port());
    try (Outbound outbound = new Outbound(guard, "Easel/test", names)) {
      assertThat(
              outbound.get(
                  URI.create("http://us.example:" + port() + "/"), OPTIONS, OutboundTest::text))
          .isEqualTo(
              new Answer.Refused<>("leads to this gateway itself, which may not be contacted"));
      assertThat(requests).hasValue(0);
    }
  }

  private static InetAddress[] addresses(String... literals) {
    return Arrays.stream(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
  }

  @Test
  void refusesARedirectToTheInside() {
    Outbound onlyIpv4 =
        new Outbound(new AddressGuard(List.of(Cidr.parse("127.0.0.1"))), "Easel/test");
    try (onlyIpv4) {
      for (String inside :
          List.of("http://127.0.0.2/", "http://[::1]/", "http://169.254.169.254/", "//10.1/")) {
        assertThat(onlyIpv4.get(uri("/to?" + inside), OPTIONS, OutboundTest::text))
            .as(inside)
            .isInstanceOfSatisfying(
                Answer.Refused.class,
                refused ->
                    assertThat(refused.reason()).endsWith("address, which may not be contacted"));
      }
    }
    assertThat(trusting.get(uri("/to?file:///etc/passwd"), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Refused<>("is not an http or https address"));
  }

  @Test
  void followsRedirectsAsFarAsAllowed() {
    assertThat(trusting.get(uri("/to?/to?/x"), OPTIONS, OutboundTest::text))
        .isInstanceOfSatisfying(
            Answer.Ok.class, ok -> assertThat((String) ok.content()).startsWith("/x|"));
    assertThat(trusting.get(uri("/to?/to?/to?/to?/x"), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Unreachable<>("redirects more than 3 times"));
    assertThat(trusting.get(uri("/to?http://["), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Unreachable<>("redirects to a malformed address"));
    assertThat(
            trusting.get(
                uri("/to?/x"),
                new Outbound.Options(1_000, Duration.ofSeconds(20), 0),
                OutboundTest::text))
        .isEqualTo(new Answer.Status<>(302));
  }

  @Test
  void reportsAStatusAndAsksOnce() {
    assertThat(trusting.get(uri("/status/503"), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Status<>(503));
    assertThat(requests).hasValue(1);
  }

  @Test
  void readsNoMoreThanTheCap() {
    assertThat(trusting.get(uri("/endless"), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.TooLarge<>(1_000));
    assertThat(trusting.get(uri("/" + "x".repeat(1_000)), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.TooLarge<>(1_000));
    // A reader that hides the exception changes nothing.
    assertThat(
            trusting.get(
                uri("/endless"),
                OPTIONS,
                body -> {
                  try {
                    return text(body);
                  } catch (IOException hidden) {
                    return "fine";
                  }
                }))
        .isEqualTo(new Answer.TooLarge<>(1_000));
  }

  @Test
  void throwsWhatGoesWrongInTheReader() {
    assertThatThrownBy(() ->
            trusting.get(
                uri("/"),
                OPTIONS,
                body -> {
                  throw new IOException("disk full");
                }))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("disk full");
  }

  /** A byte every 20 ms would keep any time-out of a single read from firing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Long: ",
        "HTTP/1.1 302 Found\r\nLocation: ",
        ""
      })
  void endsADripAtTheDeadline(String beginning) throws Exception {
    try (ServerSocket drip = drip(beginning)) {
      URI uri = URI.create("http://127.0.0.1:" + drip.getLocalPort() + "/");
      assertThat(trusting.get(uri, HASTY, OutboundTest::text))
          .isEqualTo(new Answer.Unreachable<>("took too long to answer"));
      dripped.await();
    }
  }

  @Test
  void endsADrippingHandshakeAtTheDeadline() throws Exception {
    // The head of a TLS record that announces 16 KiB.
    try (ServerSocket drip = drip("\u0016\u0003\u0003@\u0000")) {
      URI uri = URI.create("https://127.0.0.1:" + drip.getLocalPort() + "/");
      assertThat(trusting.get(uri, HASTY, OutboundTest::text))
          .isEqualTo(new Answer.Unreachable<>("took too long to answer"));
      dripped.await();
    }
  }

  private ServerSocket drip(String beginning) throws IOException {
    ServerSocket listener = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
    Thread.startVirtualThread(() -> {
      try {
        Socket socket = listener.accept();
        OutputStream out = socket.getOutputStream();
        out.write(beginning.getBytes(UTF_8));
        while (true) {
          out.write('x');
          LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
      } catch (IOException gone) {
        dripped.countDown();
      }
    });
    return listener;
  }

  @Test
  void saysThatNobodyListensOrTheNameIsUnknownWithoutNamingAddresses() throws IOException {
    int free;
    try (ServerSocket closed = new ServerSocket(0)) {
      free = closed.getLocalPort();
    }
    assertThat(trusting.get(URI.create("http://localhost:" + free), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Unreachable<>("refused the connection"));
    assertThat(trusting.get(URI.create("http://nowhere.invalid/"), OPTIONS, OutboundTest::text))
        .isEqualTo(new Answer.Unreachable<>("has a host name that cannot be resolved"));
  }

  @Test
  void reportsAnAnswerThatBreaksOff() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.startVirtualThread(() -> {
        try (Socket socket = listener.accept()) {
          socket.getInputStream().read();
          socket
              .getOutputStream()
              .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".getBytes(UTF_8));
          socket.shutdownOutput();
          socket.getInputStream().readAllBytes();
        } catch (IOException gone) {
          throw new UncheckedIOException(gone);
        }
      });
      URI uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
      assertThat(trusting.get(uri, OPTIONS, OutboundTest::text))
          .isEqualTo(new Answer.Unreachable<>("broke the connection"));
    }
  }

  @Test
  void aCallIsGuardedAndItsRedirectIsAnAnswer() {
    Call call = Call.post(uri("/to?http://127.0.0.1/elsewhere"), Map.of(), "{}".getBytes(UTF_8));

    assertThat(strict.call(call, OPTIONS))
        .isEqualTo(new Reply.NotSent("leads to a loopback address, which may not be contacted"));
    assertThat(requests).hasValue(0);
    assertThat(trusting.call(call, OPTIONS))
        .isInstanceOfSatisfying(
            Reply.Answered.class, answered -> assertThat(answered.status()).isEqualTo(302));
    assertThat(requests).hasValue(1);
  }

  @Test
  void aCallWithTooLongAnAnswerIsNotAnswered() {
    assertThat(trusting.call(Call.get(uri("/endless"), Map.of()), OPTIONS))
        .isEqualTo(new Reply.NoAnswer("answered with more than 1000 bytes"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120                           | 120",
        "0                             | 0",
        "Sat, 21 Nov 2026 11:00:30 GMT | 30",
        "Sat, 21 Nov 2026 10:00:30 GMT | none",
        "-5                            | none",
        "soon                          | none"
      })
  void readsHowLongToWaitByTheServersOwnClock(String header, String seconds) {
    BasicHttpResponse answer = new BasicHttpResponse(429);
    answer.setHeader("Date", "Sat, 21 Nov 2026 11:00:00 GMT");
    answer.setHeader("Retry-After", header);
    assertThat(RetryAfter.of(answer).map(wait -> Long.toString(wait.toSeconds())).orElse("none"))
        .isEqualTo(seconds);
  }
}
