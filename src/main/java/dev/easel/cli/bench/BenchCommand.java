package dev.easel.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Measures this machine: a server in a process of its own, on a temporary directory, fsync on. */
@Command(
    name = "bench",
    description = "Measure how fast Easel is on this machine.",
    footer = {
      "",
      "  create   accepted requests, answered after their commit",
      "           bound: bare JDBC, the same rows in batches of 200",
      "  poll     reads of distinct tasks, half of them live",
      "           bound: a constant answer of the same server",
      "  e2e      tasks from create to success, an 8 KiB file stored and synced",
      "           bound: bare JDBC, all rows of their lives",
      "  wait     running tasks held by long polls and by event streams: what that costs,",
      "           and how soon each hears of the end",
      "  webhook  from a task's end to the receiver that is told, a hundred a second,",
      "           beside one that swallows everything",
      "",
      "64 connections, 100 accounts, database and load on the same machine. Compare within one run."
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Parameters(
      arity = "1..*",
      paramLabel = "BENCH",
      description = "create, poll, e2e, wait, webhook")
  private List<String> names = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "For how many seconds each measures. (default: 10)")
  private int seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Seconds before create, poll and e2e count. (default: 15)")
  private int warmUp = 15;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      description = "How many tasks poll reads. (default: 10000)")
  private int tasks = 10_000;

  @Option(
      names = "--held",
      paramLabel = "N",
      description =
          "How many long polls wait holds, as many streams, and how many deliveries webhook has"
              + " swallowed. (default: 1000)")
  private int held = 1_000;

  @Option(names = "--json", description = "End with one JSON object a line for each benchmark.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    within("--seconds", seconds, 1, 3_600);
    within("--warm-up", warmUp, 0, 3_600);
    within("--tasks", tasks, 2, 1_000_000);
    within("--held", held, 1, 10_000);
    Bench.Timing timing = new Bench.Timing(Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds));
    List<Bench> benches = names.stream().map(this::named).toList();
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        "%-8s %10s %9s %9s %10s %6s %7s%n",
        "BENCH", "PER SECOND", "P50 MS", "P99 MS", "BOUND", "RATIO", "ERRORS");
    List<String> lines = new ArrayList<>();
    for (Bench bench : benches) {
      Figures figures = bench.run(timing);
      out.printf(
          "%-8s %10.0f %9.2f %9.2f %10.0f %6.2f %7d%n",
          bench.name(),
          figures.perSecond(),
          figures.p50Millis(),
          figures.p99Millis(),
          figures.boundPerSecond(),
          figures.ratio(),
          figures.errors());
      figures.more().forEach((what, figure) -> out.printf("  %s %s%n", what, figure));
      out.flush();
      lines.add(JsonMapper.shared().writeValueAsString(figures.json(bench.name())));
    }
    if (json) {
      lines.forEach(out::println);
      out.flush();
    }
    return 0;
  }

  private void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw wrong("%s is from %d to %d".formatted(option, least, most));
    }
  }

  private ParameterException wrong(String line) {
    return new ParameterException(command.commandLine(), line);
  }

  private Bench named(String name) {
    return Stream.<Bench>of(
            new CreateBench(),
            new PollBench(tasks),
            new EndToEndBench(),
            new WaitBench(held),
            new WebhookBench(held))
        .filter(bench -> bench.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            wrong(
                "there is no benchmark \"%s\"; there are create, poll, e2e, wait, webhook"
                    .formatted(name)));
  }
}
