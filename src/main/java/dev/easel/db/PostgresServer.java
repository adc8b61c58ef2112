package dev.easel.db;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Starting and ending one server process on the cluster. The caller holds the data lock. */
final class PostgresServer {
  private static final Duration GLANCE = Duration.ofMillis(10);

  /** Ways to end a server: in order (clients are cut off), at once, by force. */
  private static final List<Ending> ENDINGS =
      List.of(
          new Ending("INT", Duration.ofSeconds(60)),
          new Ending("QUIT", Duration.ofSeconds(10)),
          new Ending("KILL", Duration.ofSeconds(10)));

  private final PostgresHome home;
  private final PostgresUser user;
  private final PostgresLog log;

  PostgresServer(PostgresHome home, PostgresUser user, PostgresLog log) {
    this.home = home;
    this.user = user;
    this.log = log;
  }

  PostgresLog log() {
    return log;
  }

  /**
   * Starts a server and waits until it accepts connections, fails, or {@code enough} says that
   * nobody waits any more. A server that lives is not given up: it may have a long log to recover
   * from, and would have to begin again.
   */
  Launch launch(int port, BooleanSupplier enough) throws IOException {
    clearLeftover();
    PostgresCluster.configure(home, port);
    long start = log.end();
    List<String> command = new ArrayList<>(List.of(home.program("postgres")));
    command.addAll(PostmasterFile.arguments(home.cluster()));
    Process process =
        user.process(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(log.append())
            .start();
    while (process.isAlive()) {
      if (isReady(process) || enough.getAsBoolean()) {
        return new Launch.Up(process, port);
      }
      pause();
    }
    return Launch.Failed.of(log.since(start));
  }

  private boolean isReady(Process process) throws IOException {
    return PostmasterFile.read(home.cluster())
        .filter(file -> file.isReady() && file.pid() == process.pid())
        .isPresent();
  }

  /**
   * Ends a server that outlived its Easel, and removes what it or a killed one wrote about itself.
   *
   * <p>PostgreSQL would take any live process or thread with that number for a server, and refuse
   * to start for as long as it lives. We know better: the lock says that no Easel is running, and
   * {@link PostmasterFile#isAlive} whose the number is. Should a server be alive all the same, then
   * its shared memory still keeps the next one out.
   */
  private void clearLeftover() throws IOException {
    Optional<PostmasterFile> leftover = PostmasterFile.read(home.cluster());
    if (leftover.isPresent()) {
      end(leftover.get().pid(), leftover.get()::isAlive);
      Files.deleteIfExists(PostmasterFile.path(home.cluster()));
    }
  }

  /** Ends the server in order, if it has not ended yet. */
  void stop(Process process) {
    end(process.pid(), process::isAlive);
  }

  private void end(long pid, BooleanSupplier isAlive) {
    for (Ending ending : ENDINGS) {
      if (!isAlive.getAsBoolean()) {
        return;
      }
      user.run("", "sh", "-c", "kill -" + ending.signal() + " " + pid);
      long begin = System.nanoTime();
      while (isAlive.getAsBoolean() && System.nanoTime() - begin < ending.patience().toNanos()) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(GLANCE.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("interrupted while waiting for PostgreSQL", interrupted);
    }
  }

  /** How an attempt to start a server ended. */
  sealed interface Launch {
    /** It accepts connections. */
    record Up(Process process, int port) implements Launch {}

    /**
     * It ended.
     *
     * @param isPassing whether the reason is one that passes: a port taken in the last moment, or a
     *     dead server's processes that have not noticed yet
     */
    record Failed(String why, boolean isPassing) implements Launch {
      static Failed of(String said) {
        return new Failed(
            PostgresLog.lastMessages(said),
            said.contains("could not create any TCP/IP sockets")
                || said.contains("pre-existing shared memory block"));
      }
    }
  }

  private record Ending(String signal, Duration patience) {}
}
