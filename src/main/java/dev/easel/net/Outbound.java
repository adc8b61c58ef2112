package dev.easel.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * The one HTTP client for the outside. It blocks, for virtual threads. Every address is looked at
 * by the {@link AddressGuard} after the name was resolved and before a socket is opened, on every
 * redirect again; the address looked at is the one connected to. Names are looked up on few threads
 * of its own. It never retries, keeps no cookies, uses no proxy, and asks for no compression.
 */
public final class Outbound implements AutoCloseable {
  private static final int CONNECTIONS = 4_096;
  private static final int CONNECTIONS_PER_HOST = 512;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final AddressGuard guard;
  private final CloseableHttpClient client;

  /** Opens a connection for every call, so that none is lost to one that its server just closed. */
  private final CloseableHttpClient fresh;

  private final BoundedNames names;
  private final ScheduledThreadPoolExecutor alarms;

  /**
   * How far one request may go.
   *
   * @param maxBytes of the body
   * @param deadline from the call to the last byte read, redirects included
   * @param maxRedirects 0 follows none: a redirect is then a {@link Answer.Status}
   * @param silence how long to wait for the next byte
   */
  public record Options(long maxBytes, Duration deadline, int maxRedirects, Duration silence) {
    public Options {
      if (maxBytes < 0 || !deadline.isPositive() || maxRedirects < 0 || !silence.isPositive()) {
        throw new IllegalArgumentException("limits are not negative, and a deadline is not zero");
      }
    }

    /** A server may be silent until the deadline. */
    public Options(long maxBytes, Duration deadline, int maxRedirects) {
      this(maxBytes, deadline, maxRedirects, deadline);
    }
  }

  /** Makes something of a body while it arrives. */
  @FunctionalInterface
  public interface BodyReader<T> {
    /** Reads {@code body} to its end, or as far as it is wanted; does not close it. */
    T read(InputStream body) throws IOException;
  }

  /**
   * A client with its own pool of connections.
   *
   * @param userAgent sent with every request: {@code Easel/<version>}
   */
  public Outbound(AddressGuard guard, String userAgent) {
    this(guard, userAgent, GuardedResolver.Names.OF_THE_SYSTEM);
  }

  /** The same, with names that {@code names} knows, for which it may take its time. */
  Outbound(AddressGuard guard, String userAgent, GuardedResolver.Names names) {
    this.guard = guard;
    this.names = new BoundedNames(names);
    GuardedResolver resolver = new GuardedResolver(guard, this.names);
    this.client = client(resolver, userAgent).build();
    this.fresh = client(resolver, userAgent).setConnectionReuseStrategy((_, _, _) -> false).build();
    this.alarms =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("outbound").factory());
    alarms.setRemoveOnCancelPolicy(true);
  }

  private static HttpClientBuilder client(GuardedResolver resolver, String userAgent) {
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(resolver)
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS_PER_HOST)
                .setDefaultConnectionConfig(
                    ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .build())
                .build())
        .setUserAgent(userAgent)
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableContentCompression()
        .evictIdleConnections(TimeValue.of(IDLE));
  }

  /**
   * Gets {@code uri} and gives its body to {@code reader}, which is called at most once, with a
   * status of 2xx.
   *
   * @throws UncheckedIOException when {@code reader} fails for a reason of its own
   */
  public <T> Answer<T> get(URI uri, Options options, BodyReader<T> reader) {
    Exchange exchange = new Exchange();
    Future<?> alarm = alarm(exchange, options);
    try {
      return follow(uri, options, reader, exchange);
    } finally {
      alarm.cancel(false);
    }
  }

  private Future<?> alarm(Exchange exchange, Options options) {
    return alarms.schedule(
        () -> Thread.startVirtualThread(exchange::expire),
        options.deadline().toNanos(),
        TimeUnit.NANOSECONDS);
  }

  /**
   * Makes one call to an API and reads the whole answer; redirects are answers. What hands
   * something over goes on a connection of its own.
   */
  public Reply call(Call call, Options options) {
    return call(call, options, Outbound::reply);
  }

  /**
   * The same for who wants no more than to have told something: of the answer only the first {@code
   * maxBytes} are read, and what comes after its status cannot undo it.
   */
  public Reply tell(Call call, Options options) {
    return call(call, options, Outbound::receipt);
  }

  /** Makes a reply of a response. */
  private interface ReplyReader {
    Reply read(ClassicHttpResponse response, Options options) throws IOException;
  }

  private Reply call(Call call, Options options, ReplyReader reader) {
    return switch (Target.of(call.uri())) {
      case Target.Unusable(String reason) -> new Reply.NotSent(reason);
      case Target.Web target ->
          guard
              .refuse(target)
              .<Reply>map(Reply.NotSent::new)
              .orElseGet(() -> call(target, call, options, reader));
    };
  }

  private Reply call(Target.Web target, Call call, Options options, ReplyReader reader) {
    Exchange exchange = new Exchange();
    Future<?> alarm = alarm(exchange, options);
    Optional<SentBody> body = call.json().map(SentBody::new);
    HttpUriRequestBase request =
        body.isPresent() ? new HttpPost(target.uri()) : new HttpGet(target.uri());
    body.ifPresent(request::setEntity);
    call.headers().forEach(request::setHeader);
    try {
      return reader.read(
          execute(body.isPresent() ? fresh : client, target, request, options, exchange), options);
    } catch (IOException failed) {
      String reason = exchange.reason(failed);
      return body.isPresent() && !body.get().hasBegun()
          ? new Reply.NotSent(reason)
          : new Reply.NoAnswer(reason);
    } finally {
      request.cancel();
      alarm.cancel(false);
    }
  }

  private static Reply reply(ClassicHttpResponse response, Options options) throws IOException {
    HttpEntity entity = response.getEntity();
    InputStream content = entity == null ? InputStream.nullInputStream() : entity.getContent();
    CappedBody body = new CappedBody(content, options.maxBytes());
    try {
      return new Reply.Answered(response.getCode(), RetryAfter.of(response), body.readAllBytes());
    } catch (IOException broken) {
      if (body.exceeded()) {
        return new Reply.NoAnswer("answered with more than " + body.limit() + " bytes");
      }
      throw broken;
    }
  }

  private static Reply receipt(ClassicHttpResponse response, Options options) {
    byte[] beginning = new byte[(int) options.maxBytes()];
    int length = 0;
    HttpEntity entity = response.getEntity();
    try {
      InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
      int read = 0;
      while (read >= 0 && length < beginning.length) {
        read = body.read(beginning, length, beginning.length - length);
        length += Math.max(read, 0);
      }
    } catch (IOException broken) {
      // the status has come
    }
    return new Reply.Answered(
        response.getCode(), RetryAfter.of(response), Arrays.copyOf(beginning, length));
  }

  private static ClassicHttpResponse execute(
      CloseableHttpClient client,
      Target.Web target,
      HttpUriRequestBase request,
      Options options,
      Exchange exchange)
      throws IOException {
    request.setConfig(
        RequestConfig.custom()
            .setConnectionRequestTimeout(Timeout.of(options.deadline()))
            .setResponseTimeout(Timeout.of(options.silence()))
            .setProtocolUpgradeEnabled(false)
            .build());
    exchange.begin(request);
    HttpHost host = new HttpHost(target.scheme(), target.host(), target.port());
    return client.executeOpen(host, request, null);
  }

  private <T> Answer<T> follow(
      URI first, Options options, BodyReader<T> reader, Exchange exchange) {
    URI uri = first;
    for (int redirects = 0; ; redirects++) {
      Target.Web target;
      switch (Target.of(uri)) {
        case Target.Unusable(String reason) -> {
          return new Answer.Refused<>(reason);
        }
        case Target.Web web -> target = web;
      }
      Optional<String> refusal = guard.refuse(target);
      if (refusal.isPresent()) {
        return new Answer.Refused<>(refusal.get());
      }
      Hop<T> hop = send(target, options, reader, exchange);
      if (hop.location().isEmpty() || options.maxRedirects() == 0) {
        return hop.answer();
      }
      if (redirects == options.maxRedirects()) {
        return new Answer.Unreachable<>("redirects more than " + redirects + " times");
      }
      try {
        uri = target.uri().resolve(hop.location().get());
      } catch (IllegalArgumentException malformed) {
        return new Answer.Unreachable<>("redirects to a malformed address");
      }
    }
  }

  /** One request's end, and where it redirects to. */
  private record Hop<T>(Answer<T> answer, Optional<String> location) {
    Hop(Answer<T> answer) {
      this(answer, Optional.empty());
    }
  }

  private <T> Hop<T> send(
      Target.Web target, Options options, BodyReader<T> reader, Exchange exchange) {
    HttpUriRequestBase request = new HttpGet(target.uri());
    try {
      return receive(
          execute(client, target, request, options, exchange), options, reader, exchange);
    } catch (IOException failed) {
      return new Hop<>(exchange.failure(failed));
    } finally {
      // Drops the connection unless the body was read to its end, which has given it back.
      // Closing the answer instead would read the rest of the body first, however long.
      request.cancel();
    }
  }

  private static <T> Hop<T> receive(
      ClassicHttpResponse response, Options options, BodyReader<T> reader, Exchange exchange)
      throws IOException {
    int code = response.getCode();
    if (code < 200 || code > 299) {
      Header location = redirects(code) ? response.getFirstHeader(HttpHeaders.LOCATION) : null;
      return new Hop<>(
          new Answer.Status<>(code), Optional.ofNullable(location).map(Header::getValue));
    }
    HttpEntity entity = response.getEntity();
    if (entity != null && entity.getContentLength() > options.maxBytes()) {
      return new Hop<>(new Answer.TooLarge<>(options.maxBytes()));
    }
    InputStream content = entity == null ? InputStream.nullInputStream() : entity.getContent();
    return new Hop<>(read(new CappedBody(content, options.maxBytes()), reader, exchange));
  }

  private static boolean redirects(int code) {
    return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
  }

  private static <T> Answer<T> read(CappedBody body, BodyReader<T> reader, Exchange exchange) {
    Optional<T> content = Optional.empty();
    Optional<IOException> own = Optional.empty();
    try {
      content = Optional.of(reader.read(body));
    } catch (IOException failed) {
      own = Optional.of(failed);
    }
    // What went wrong with the body counts, whatever the reader made of it.
    if (body.exceeded()) {
      return new Answer.TooLarge<>(body.limit());
    }
    if (body.failure().isPresent()) {
      return exchange.failure(body.failure().get());
    }
    if (own.isPresent()) {
      throw new UncheckedIOException(own.get());
    }
    return new Answer.Ok<>(content.orElseThrow());
  }

  @Override
  public void close() {
    alarms.shutdownNow();
    client.close(CloseMode.GRACEFUL);
    fresh.close(CloseMode.GRACEFUL);
    names.close();
  }
}
