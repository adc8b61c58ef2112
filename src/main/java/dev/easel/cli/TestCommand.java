package dev.easel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stands for what the launcher does without this program, so that help lists it. */
@Command(
    name = "test",
    description = "Run the whole test suite, as CI does.",
    footer = {
      "",
      "What follows goes to Maven: ./easel test -Dtest='Settings*'",
      "-Dsurefire.failIfNoSpecifiedTests=false runs one part of it.",
      "",
      "./easel test --seed 7 runs one seed of the simulation and shows every step;",
      "--seeds 10000 runs so many, --seeds 500-600 some of them."
    })
public final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new CommandFailed("tests are run by the launcher in a source checkout: ./easel test");
  }
}
