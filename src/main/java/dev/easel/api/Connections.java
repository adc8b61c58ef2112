package dev.easel.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The open connections of a web server. One thread looks after all of them, so that no request
 * costs a timer.
 */
final class Connections implements ServerConnectionSelector, AutoCloseable {
  private final ConnectionLimits limits;
  private final Http1ConnectionSelector http =
      Http1ConnectionSelector.builder().config(Http1Config.create()).build();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor looks;
  private final long began = System.nanoTime();

  Connections(ConnectionLimits limits) {
    this.limits = limits;
    this.looks =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("connections").factory());
    every(() -> open.forEach(Connection::endWhenDue));
  }

  /** Has {@code server} read through these, and speak HTTP/1.1 only. */
  WebServerConfig.Builder serve(WebServerConfig.Builder server) {
    return server
        .protocolsDiscoverServices(false)
        .addConnectionSelector(this)
        .maxTcpConnections(limits.most())
        .idleConnectionTimeout(limits.idle())
        .idleConnectionPeriod(limits.idle().dividedBy(10));
  }

  /** Does {@code what} as often as connections are looked after. */
  void every(Runnable what) {
    long nanos = limits.look().toNanos();
    Future<?> _ = looks.scheduleWithFixedDelay(what, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  ConnectionLimits limits() {
    return limits;
  }

  /** The nanoseconds that have gone by here. */
  long nanos() {
    return System.nanoTime() - began;
  }

  void forget(Connection closed) {
    open.remove(closed);
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData data) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    Connection connection = new Connection(this, context, http);
    open.add(connection);
    return connection;
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }
}
