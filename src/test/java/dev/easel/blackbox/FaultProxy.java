package dev.easel.blackbox;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A bad network: listens on loopback, hands every connection on to a server, and does to the bytes
 * what a test tells it to. All switches may be turned while connections are open.
 */
public final class FaultProxy implements AutoCloseable {
  /** Which way bytes go. */
  public enum Direction {
    /** From the client to the server. */
    REQUEST,
    /** From the server to the client. */
    ANSWER
  }

  private final InetSocketAddress server;
  private final int port;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Moment> awaited = new AtomicReference<>();
  private volatile Duration latency = Duration.ZERO;
  private volatile boolean blackHole;
  private @Nullable Listener listener;

  /** Stands in front of the server at {@code host} and {@code port}. */
  public FaultProxy(String host, int port) throws IOException {
    this.server = new InetSocketAddress(host, port);
    this.port = listen(0);
  }

  /** Where clients connect to, on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** How many connections are open. */
  public int connections() {
    return links.size();
  }

  /**
   * Ends every fault: what is sent arrives. Connections whose bytes a black hole has swallowed are
   * reset, since nothing sensible can follow on them.
   */
  public synchronized void pass() throws IOException {
    latency = Duration.ZERO;
    blackHole = false;
    awaited.set(null);
    links.stream().filter(link -> link.swallowed).forEach(Link::reset);
    if (listener == null) {
      listen(port);
    }
  }

  /** Holds every chunk back for so long, either way. */
  public void latency(Duration each) {
    latency = each;
  }

  /** Resets (RST) every connection that is open now. Later ones are not touched. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /** From now on nothing arrives anywhere, and nobody is told: bytes and connects just vanish. */
  public void blackHole() {
    blackHole = true;
  }

  /**
   * Ends one direction of every connection that is open now, as if its sender had said that nothing
   * more will come; the other direction stays.
   */
  public void halfClose(Direction direction) {
    links.forEach(link -> link.halfClose(direction));
  }

  /** Nobody listens here any more, and what was open is reset: as if the server had died. */
  public void refuse() throws IOException {
    Listener old = takeListener();
    if (old != null) {
      old.socket.close();
      // The system lets a socket listen on until nobody is in the middle of accepting from it.
      join(old.acceptor);
    }
    reset();
  }

  private synchronized @Nullable Listener takeListener() {
    Listener old = listener;
    listener = null;
    return old;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Once: the next chunk in {@code direction} that contains {@code text} is dropped and its
   * connection reset. Losing an ANSWER means that the server did what it was asked to do, and the
   * client cannot know; losing a REQUEST that it never heard of it, and the client cannot know.
   */
  public void loseNext(Direction direction, String text) {
    awaited.set(new Moment(direction, text, Link::reset));
  }

  /** Whether what {@link #loseNext} waits for has not come by yet. */
  public boolean isWaitingToLose() {
    return awaited.get() != null;
  }

  /**
   * Once: holds the next chunk in {@code direction} that contains {@code text} back until {@code
   * action} has happened. Then it arrives, even where nothing else does any more, unless its
   * connection is broken by then.
   */
  public void beforeNext(Direction direction, String text, Action action) {
    awaited.set(new Moment(direction, text, _ -> action.happen()));
  }

  /** What a test has happen in the middle of others' talk. */
  public interface Action {
    void happen() throws IOException;
  }

  @Override
  public void close() throws IOException {
    refuse();
  }

  private synchronized int listen(int wanted) throws IOException {
    ServerSocket fresh = new ServerSocket();
    fresh.setReuseAddress(true);
    fresh.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
    listener =
        new Listener(
            fresh, Thread.ofPlatform().name("fault-proxy").daemon().start(() -> acceptFrom(fresh)));
    return fresh.getLocalPort();
  }

  private void acceptFrom(ServerSocket open) {
    while (true) {
      try {
        begin(new Link(open.accept()), open);
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** Who was accepted just when nobody was to be any more is reset like the others. */
  private synchronized void begin(Link link, ServerSocket from) {
    if (listener != null && from.equals(listener.socket)) {
      link.start();
    } else {
      link.reset();
    }
  }

  /** A socket, and the thread that accepts from it. */
  private record Listener(ServerSocket socket, Thread acceptor) {}

  /** What is done to a connection. */
  private interface Effect {
    void on(Link link) throws IOException;
  }

  private record Moment(Direction direction, String text, Effect effect) {
    boolean isNow(Direction way, byte[] chunk, int length) {
      return way == direction
          && new String(chunk, 0, length, StandardCharsets.ISO_8859_1).contains(text);
    }
  }

  /** One connection, in two halves. */
  private final class Link {
    private final Socket client;
    private final Socket upstream = new Socket();
    private final CountDownLatch over = new CountDownLatch(2);
    private volatile boolean swallowed;

    Link(Socket client) {
      this.client = client;
    }

    void start() {
      links.add(this);
      Thread.ofVirtual().start(this::run);
    }

    private void run() {
      try {
        client.setTcpNoDelay(true);
        upstream.setTcpNoDelay(true);
        if (blackHole) {
          swallowed = true; // whatever is sent later has lost its beginning
        } else {
          upstream.connect(server);
          Thread.ofVirtual().start(() -> carry(Direction.ANSWER));
        }
        carry(Direction.REQUEST);
      } catch (IOException unreachable) {
        reset();
      }
    }

    private void carry(Direction direction) {
      Socket from = direction == Direction.REQUEST ? client : upstream;
      Socket to = direction == Direction.REQUEST ? upstream : client;
      byte[] chunk = new byte[64 * 1024];
      try {
        InputStream in = from.getInputStream();
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
          pass(direction, to, chunk, length);
        }
        if (blackHole || swallowed) {
          swallowed = true; // nobody is told that this was the end
          return;
        }
        to.shutdownOutput();
        over.countDown();
        if (over.getCount() == 0) {
          close();
        }
      } catch (IOException broken) {
        reset();
      }
    }

    private void pass(Direction direction, Socket to, byte[] chunk, int length) throws IOException {
      hold();
      Moment moment = awaited.get();
      if (blackHole || swallowed) {
        swallowed = true;
      } else {
        if (moment != null
            && moment.isNow(direction, chunk, length)
            && awaited.compareAndSet(moment, null)) {
          moment.effect.on(this);
        }
        if (!to.isOutputShutdown()) {
          to.getOutputStream().write(chunk, 0, length);
        }
      }
    }

    private void hold() throws SocketException {
      Duration held = latency;
      try {
        // Nobody counts this latch down to 0 while bytes still come: waiting on it is the delay.
        if (!held.isZero() && over.await(held.toNanos(), TimeUnit.NANOSECONDS)) {
          throw new SocketException("closed meanwhile");
        }
      } catch (InterruptedException stopped) {
        throw new SocketException("interrupted", stopped);
      }
    }

    void halfClose(Direction direction) {
      try {
        (direction == Direction.REQUEST ? upstream : client).shutdownOutput();
      } catch (IOException alreadyGone) {
        reset();
      }
    }

    /** Closes both ends so that their peers are told by RST instead of FIN. */
    void reset() {
      for (Socket end : new Socket[] {client, upstream}) {
        try {
          end.setSoLinger(true, 0);
        } catch (SocketException alreadyClosed) {
          // then its peer knows
        }
      }
      over.countDown();
      over.countDown();
      close();
    }

    private void close() {
      links.remove(this);
      for (Socket end : new Socket[] {client, upstream}) {
        try {
          end.close();
        } catch (IOException alreadyGone) {
          // nothing is left to close
        }
      }
    }
  }
}
