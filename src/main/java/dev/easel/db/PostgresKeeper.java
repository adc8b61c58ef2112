package dev.easel.db;

import dev.easel.db.PostgresServer.Launch;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the server, and again on the same port whenever it ends by itself, until told to stop.
 *
 * <p>All of it happens on one platform thread, which lives as long as the server is wanted: the
 * kernel tells the server to end when the thread that started it ends, as it does with the process.
 */
final class PostgresKeeper {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final Duration LOOK_AT_LOG = Duration.ofSeconds(10);

  /** How often a first start is tried while what it needs is being taken away or given back. */
  private static final int TRIES = 100;

  private final PostgresHome home;
  private final PostgresServer server;
  private final CompletableFuture<Integer> started = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("easel-postgres").unstarted(this::keep);

  PostgresKeeper(PostgresHome home, PostgresServer server) {
    this.home = home;
    this.server = server;
  }

  /**
   * Returns the port, when connections are accepted.
   *
   * @throws DatabaseException when the server does not start
   */
  int start() throws IOException {
    thread.start();
    try {
      return started.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof IOException broken) {
        throw broken;
      }
      if (failed.getCause() instanceof DatabaseException refused) {
        throw refused;
      }
      throw failed;
    }
  }

  /** Ends the server in order, and waits for that. */
  void stop() {
    closed.complete(null);
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep() {
    int port;
    Optional<Process> process;
    try {
      Launch.Up up = first();
      port = up.port();
      process = Optional.of(up.process());
      PostgresPorts.remember(home, port);
    } catch (IOException | RuntimeException failed) {
      started.completeExceptionally(failed);
      return;
    }
    started.complete(port);
    while (process.isPresent()) {
      int exitCode = attend(process.get());
      if (closed.isDone()) {
        return;
      }
      log.warn("PostgreSQL ended by itself (exit code {}), starting it again", exitCode);
      process = again(port);
    }
  }

  private Launch.Up first() throws IOException {
    for (int tries = 1; ; tries++) {
      switch (server.launch(PostgresPorts.choose(home), closed::isDone)) {
        case Launch.Up up -> {
          return up;
        }
        case Launch.Failed failed -> {
          if (!failed.isPassing() || tries == TRIES) {
            throw new DatabaseException(
                "PostgreSQL did not start: %s (see %s)".formatted(failed.why(), home.log()));
          }
          elapsed(closed, PAUSE);
        }
      }
    }
  }

  /** Whatever the reason, it is tried until it works: everything else waits for the database. */
  private Optional<Process> again(int port) {
    while (!closed.isDone()) {
      try {
        switch (server.launch(port, closed::isDone)) {
          case Launch.Up up -> {
            return Optional.of(up.process());
          }
          case Launch.Failed failed when failed.isPassing() ->
              log.info("PostgreSQL cannot start yet: {}", failed.why());
          case Launch.Failed failed -> log.error("PostgreSQL did not start: {}", failed.why());
        }
      } catch (IOException | RuntimeException failed) {
        log.error("PostgreSQL cannot be started", failed);
      }
      elapsed(closed, PAUSE);
    }
    return Optional.empty();
  }

  /** Waits for the end of the process, or brings it about when that is asked; its exit code. */
  private int attend(Process process) {
    Future<?> end = CompletableFuture.anyOf(process.onExit(), closed);
    while (elapsed(end, LOOK_AT_LOG)) {
      try {
        server.log().bound();
      } catch (IOException full) {
        log.warn("cannot bound the log of PostgreSQL", full);
      }
    }
    server.stop(process);
    return process.exitValue();
  }

  /** Whether that much time went by before {@code event}. */
  private static boolean elapsed(Future<?> event, Duration time) {
    try {
      event.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    } catch (TimeoutException late) {
      return true;
    } catch (ExecutionException | InterruptedException impossible) {
      throw new IllegalStateException("nobody fails or interrupts this", impossible);
    }
  }
}
