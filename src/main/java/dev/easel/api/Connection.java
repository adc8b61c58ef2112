package dev.easel.api;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http1.Http1Connection;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection. The web server reads through it, and it counts what comes for a body before the
 * web server has made anything of it: a chunk is handed over when it is there in whole, however
 * large it may be. It also knows until when the next bytes have to come. While a request is being
 * answered none are waited for, however long that takes.
 */
final class Connection implements ServerConnection, InterruptableTask<Void> {
  private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

  /** When nothing is waited for. */
  private static final long NEVER = Long.MAX_VALUE;

  /** Set by whoever ends it, so that its own thread does not go on with what came that moment. */
  private static final long ENDED = Long.MIN_VALUE;

  private final Connections connections;
  private final HelidonSocket socket;
  private final Http1Connection http;

  /** Until when its thread waits for bytes, in nanoseconds of {@link Connections#nanos}. */
  private final AtomicLong due = new AtomicLong(NEVER);

  /** When the current request began, or the rest of its body was left. */
  private long began;

  private boolean hasSpoken;
  private Optional<IncomingBody> body = Optional.empty();
  private boolean isBodyUnread;
  private volatile boolean isLeaving;

  Connection(Connections connections, ConnectionContext context, Http1ConnectionSelector selector) {
    this.connections = connections;
    this.socket = context.serverSocket();
    this.began = connections.nanos();
    this.http =
        (Http1Connection)
            selector.connection(new ConnectionView(context, DataReader.create(this::read)));
  }

  /** The one that the current request came by. */
  static Connection current() {
    return CURRENT.get();
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    try {
      ScopedValue.where(CURRENT, this)
          .<@Nullable Void, InterruptedException>call(() -> {
            http.handle(limit);
            return null;
          });
    } finally {
      if (isBodyUnread) {
        sayGoodbye();
      }
      connections.forget(this);
    }
  }

  private byte @Nullable [] read() {
    body.ifPresent(IncomingBody::goOn);
    byte[] bytes = receive();
    if (bytes != null) {
      body.ifPresent(reader -> reader.arrived(bytes.length));
    }
    return bytes;
  }

  private byte @Nullable [] receive() {
    due.set(patience());
    byte[] bytes;
    try {
      bytes = socket.get();
    } catch (UncheckedIOException broken) {
      throw new ServerConnectionException("cannot be read", broken);
    }
    if (due.getAndSet(NEVER) == ENDED) {
      throw new CloseConnectionException("nothing came for too long");
    }
    if (readsFirstLine()) {
      began = connections.nanos();
      hasSpoken = true;
    }
    return bytes;
  }

  private long patience() {
    ConnectionLimits limits = connections.limits();
    if (body.isPresent()) {
      return Math.min(
          connections.nanos() + limits.silence().toNanos(),
          body.get().began() + limits.body().toNanos());
    }
    if (readsFirstLine() && hasSpoken) {
      isBodyUnread = false; // the request before is over
      return NEVER; // the web server's own timer ends what is idle, and who stops in a first line
    }
    return began + limits.head().toNanos();
  }

  private boolean readsFirstLine() {
    return http.canInterrupt();
  }

  /** Notes that the current request has a body, of which nothing has been read yet. */
  void bodyFollows() {
    isBodyUnread = true;
  }

  /** Notes that it was answered, and whether its body has been read to its end. */
  void answered(boolean isBodyRead) {
    isBodyUnread = !isBodyRead;
    began = connections.nanos();
  }

  /** Counts what comes from now on for {@code reader}, and waits for it as for a body. */
  void reads(IncomingBody reader) {
    body = Optional.of(reader);
  }

  /** The nanoseconds that have gone by here. */
  long nanos() {
    return connections.nanos();
  }

  /** Counts no more. */
  void readsNoMore() {
    body = Optional.empty();
  }

  /**
   * Reads on for a while, and throws it away: a connection that is closed with bytes unread is
   * reset, which can take the answer away from who has not read it yet. Most hang up once they have
   * it.
   */
  private void sayGoodbye() {
    isLeaving = true;
    due.set(connections.nanos() + connections.limits().goodbye().toNanos());
    try {
      while (socket.get() != null) {
        // not for anybody
      }
    } catch (RuntimeException gone) {
      // that is what it waits for
    }
  }

  /** Closes it where what is waited for should have come. */
  void endWhenDue() {
    long until = due.get();
    if (until <= connections.nanos() && until != ENDED && due.compareAndSet(until, ENDED)) {
      try {
        socket.close();
      } catch (RuntimeException closed) {
        // by the other side, or by its own thread
      }
    }
  }

  @Override
  public Duration idleTime() {
    return http.idleTime();
  }

  @Override
  public void close(boolean interrupt) {
    http.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return isLeaving || http.canInterrupt();
  }
}
