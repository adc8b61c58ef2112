package dev.easel.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names whose name servers do not answer cost their callers some seconds, and nobody else much. */
@Timeout(60)
final class NameLookUpTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final int PLACES = 64;
  private static final int PLACES_OF_A_DOMAIN = 8;

  /** A look-up is given up after five seconds; this machine may be busy. */
  private static final Duration SOON = Duration.ofSeconds(15);

  private static final Outbound.Options OPTIONS =
      new Outbound.Options(1_000, Duration.ofSeconds(30), 0);
  private static final Answer<String> UNKNOWN =
      new Answer.Unreachable<>("has a host name that cannot be resolved");
  private static final Answer<String> OK = new Answer.Ok<>("here");

  private final CountDownLatch answered = new CountDownLatch(1);

  /** Those that look a name up which hangs, or did. */
  private final Queue<Thread> hanging = new ConcurrentLinkedQueue<>();

  private final Outbound outbound =
      new Outbound(
          new AddressGuard(List.of(Cidr.parse("127.0.0.0/8"))), "Easel/test", this::addresses);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 4);
          exchange.getResponseBody().write("here".getBytes(UTF_8));
          exchange.close();
        });
    server.setExecutor(VIRTUAL);
    server.start();
  }

  @AfterEach
  void stop() {
    answered.countDown();
    outbound.close();
    server.stop(0);
  }

  private InetAddress[] addresses(String name) throws UnknownHostException {
    if (name.startsWith("hangs")) {
      hanging.add(Thread.currentThread());
      try {
        answered.await();
      } catch (InterruptedException closed) {
        throw new UnknownHostException(name);
      }
    }
    return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
  }

  @Test
  void whenAllPlacesHangTheOthersAreRefusedInTimeUntilThereIsAnAnswer() {
    List<CompletableFuture<Answer<String>>> callers =
        begin(PLACES + 36, i -> "hangs.domain%d.example".formatted(i));
    awaitHanging(PLACES);
    assertThat(get("127.0.0.1")).as("an address needs no place").isEqualTo(OK);
    assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isEqualTo(UNKNOWN));
    assertThat(begin(1, _ -> "quick.example").getFirst().join())
        .as("while all still hang")
        .isEqualTo(UNKNOWN);
    assertThat(hanging)
        .as("a system's look-up holds its thread, which must not carry others")
        .hasSize(PLACES)
        .noneMatch(Thread::isVirtual);
    answered.countDown();
    assertThat(get("quick.example")).isEqualTo(OK);
  }

  @Test
  void theNamesOfOneDomainDoNotTakeAllPlaces() {
    List<CompletableFuture<Answer<String>>> callers =
        begin(PLACES, i -> "hangs%d.mean.example".formatted(i));
    awaitHanging(PLACES_OF_A_DOMAIN);
    assertThat(get("quick.example")).isEqualTo(OK);
    assertThat(callers).noneMatch(CompletableFuture::isDone);
    answered.countDown();
    assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).isEqualTo(OK));
  }

  /** Asks for as many names at once, each of which has to have been answered soon. */
  private List<CompletableFuture<Answer<String>>> begin(int callers, IntFunction<String> names) {
    return IntStream.range(0, callers)
        .mapToObj(names)
        .map(name ->
            CompletableFuture.supplyAsync(() -> get(name), VIRTUAL)
                .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS))
        .toList();
  }

  private Answer<String> get(String host) {
    URI uri = URI.create("http://" + host + ":" + server.getAddress().getPort() + "/");
    return outbound.get(uri, OPTIONS, body -> new String(body.readAllBytes(), UTF_8));
  }

  private void awaitHanging(int number) {
    while (hanging.size() < number) {
      Thread.onSpinWait();
    }
  }
}
