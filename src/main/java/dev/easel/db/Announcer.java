package dev.easel.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends NOTIFY on a connection of its own, which is opened for the first announcement: at most one
 * per channel in {@link #APART}, however often it is announced.
 */
final class Announcer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);
  private static final Duration APART = Duration.ofMillis(20);
  private static final Duration PAUSE_WHEN_DATABASE_AWAY = Duration.ofSeconds(1);

  private final Connector connector;
  private final String payload;
  private final Set<String> pending = ConcurrentHashMap.newKeySet();
  private final Semaphore work = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /** Opens a connection. */
  interface Connector {
    Connection connect() throws SQLException;
  }

  /** Announces with {@code payload}. */
  Announcer(Connector connector, String payload) {
    this.connector = connector;
    this.payload = payload;
    this.thread = Thread.ofPlatform().name("announcements").daemon().start(this::announceForEver);
  }

  void announce(String channel) {
    if (!pending.contains(channel) && pending.add(channel)) {
      work.release();
    }
  }

  private void announceForEver() {
    Connection connection = null;
    try {
      while (true) {
        work.acquire();
        work.drainPermits();
        connection = send(connection);
        Duration pause = connection == null ? PAUSE_WHEN_DATABASE_AWAY : APART;
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException stopped) {
      log.debug("announcements: closing");
    } finally {
      close(connection);
    }
  }

  /** Sends what is pending; answers with the connection to use the next time, if it still works. */
  private @Nullable Connection send(@Nullable Connection open) {
    // Taken first: what is announced from here on is announced again.
    List<String> channels = List.copyOf(pending);
    channels.forEach(pending::remove);
    Connection connection = open;
    try {
      if (connection == null) {
        connection = connector.connect();
        try (Statement statement = connection.createStatement()) {
          statement.execute("set synchronous_commit = off"); // a hint need not reach the disk
        }
      }
      try (PreparedStatement notify =
          connection.prepareStatement("select pg_notify(channel, ?) from unnest(?) as channel")) {
        notify.setString(1, payload);
        notify.setArray(2, connection.createArrayOf("text", channels.toArray()));
        notify.execute();
      }
      return connection;
    } catch (SQLException away) {
      log.debug("announcements: lost {}: {}", channels, away.getMessage());
      close(connection);
      return null;
    }
  }

  private static void close(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException alreadyGone) {
      log.debug("announcements: closing: {}", alreadyGone.getMessage());
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
