package dev.easel;

import dev.easel.api.Server;
import dev.easel.catalog.CatalogException;
import dev.easel.cli.CommandFailed;
import dev.easel.cli.OpenedDatabase;
import dev.easel.cli.SettingsFlags;
import dev.easel.config.EaselConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(
    name = "serve",
    description = "Run the gateway.",
    footer = {
      "",
      "The first start creates the database, a demo account and its key, and prints them.",
      "SIGTERM or Ctrl-C: answers what is under way, then stops."
    })
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Mixin private final SettingsFlags flags = SettingsFlags.showingAll();

  @Override
  public Integer call() throws IOException, InterruptedException {
    EaselConfig config = flags.load();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> awaitStopped(stop, stopped)));
    try (OpenedDatabase opened = OpenedDatabase.forNode(config);
        Node node = new Node(config, opened.address(), opened.database())) {
      announce(
          node,
          FirstRun.ofEmpty(
              opened.database(),
              config.data().directory(),
              config.engine().runningPerAccount(),
              node.now()));
      CompletableFuture<Void> deaf = node.deaf();
      CompletableFuture<Void> _ = deaf.thenRun(stop::countDown);
      stop.await();
      return deaf.isDone() ? 1 : 0; // whoever looks after the process starts it again
    } catch (Server.CannotListen | CatalogException told) {
      throw new CommandFailed(String.valueOf(told.getMessage()));
    } finally {
      stopped.countDown();
    }
  }

  /** The process ends when the shutdown hooks have: this one waits until the node has drained. */
  private static void awaitStopped(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce(Node node, Optional<FirstRun> first) {
    PrintWriter out = command.commandLine().getOut();
    first.ifPresent(run -> out.println(run.announcement(node.publicUrl())));
    out.println("Easel is ready at " + node.publicUrl());
    out.flush();
  }
}
