package dev.easel.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for NOTIFY, and sends it, on connections of its own. Notifications are hints that make
 * things quick: whoever listens must be right without them, and is told to {@link Listener#reload}
 * after every connect, since what happened before was missed.
 */
public final class Notifications implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notifications.class);
  private static final int WAIT_MILLIS = 10_000;
  private static final int RECONNECT_MILLIS = 500;
  private static final int ANSWERED_WITHIN_SECONDS = 2;

  private final Database.Address address;
  private final Map<String, Listener> listeners;

  /** What this node announces carries it, so that the node does not listen to itself. */
  private final String self = UUID.randomUUID().toString();

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Announcer announcer;
  private final Thread thread;
  private volatile @Nullable Connection connection;

  /** Starts listening; {@code listeners} by channel name. */
  public Notifications(Database.Address address, Map<String, Listener> listeners) {
    this.address = address;
    this.listeners = Map.copyOf(listeners);
    this.announcer = new Announcer(this::connect, self);
    this.thread = Thread.ofPlatform().name("notifications").daemon().start(this::listenForEver);
  }

  /**
   * Tells the other nodes' listeners on {@code channel} that something happened. Never blocks; many
   * announcements within a short time become one; lost when the database is away.
   */
  public void announce(String channel) {
    announcer.announce(channel);
  }

  private void listenForEver() {
    boolean stop = false;
    while (!stop) {
      try {
        listen();
      } catch (SQLException lost) {
        log.debug("notifications: connection lost: {}", lost.getMessage());
      }
      try {
        stop = stopped.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException interrupted) {
        stop = true;
      }
    }
  }

  private void listen() throws SQLException {
    try (Connection fresh = connect()) {
      connection = fresh;
      try (Statement statement = fresh.createStatement()) {
        for (String channel : listeners.keySet()) {
          statement.execute("listen " + channel);
        }
      }
      listeners.values().forEach(Listener::reload);
      PGConnection notified = fresh.unwrap(PGConnection.class);
      while (stopped.getCount() > 0) {
        PGNotification[] notifications = notified.getNotifications(WAIT_MILLIS);
        for (PGNotification notification : notifications) {
          hear(notification);
        }
        // Silence is what a dead connection sounds like.
        if (notifications.length == 0) {
          requireWritable(fresh);
        }
      }
    }
  }

  /** Whoever announces something does it where writes are taken. */
  private static void requireWritable(Connection connection) throws SQLException {
    if (!connection.isValid(ANSWERED_WITHIN_SECONDS)) {
      throw new SQLException("no answer");
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("show transaction_read_only")) {
      row.next();
      if (row.getBoolean(1)) {
        throw new SQLException("the server takes no writes", Fault.READ_ONLY);
      }
    }
  }

  private void hear(PGNotification notification) {
    Listener listener = listeners.get(notification.getName());
    if (listener != null && !notification.getParameter().equals(self)) {
      listener.notified(notification.getParameter());
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.putAll(address.opening());
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("ApplicationName", "easel notifications");
    properties.setProperty("socketTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(address.url(), properties);
  }

  @Override
  public void close() {
    announcer.close();
    stopped.countDown();
    Connection open = connection;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException alreadyGone) {
        log.debug("notifications: closing: {}", alreadyGone.getMessage());
      }
    }
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever wants to know. Called on the listening thread: must not block. */
  public interface Listener {
    /** Something was announced with {@code payload}. */
    void notified(String payload);

    /** Anything may have been missed. */
    void reload();

    /** A listener for which one announcement is as good as a reload. */
    static Listener of(Runnable reload) {
      Consumer<String> any = _ -> reload.run();
      return new Listener() {
        @Override
        public void notified(String payload) {
          any.accept(payload);
        }

        @Override
        public void reload() {
          reload.run();
        }
      };
    }
  }
}
