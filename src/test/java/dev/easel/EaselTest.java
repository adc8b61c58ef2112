package dev.easel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class EaselTest {
  @Test
  void theProcessEndsWithTheCodeOfTheCommand() throws Exception {
    Process wrong =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.easel.Easel",
                "confg")
            .start();

    assertThat(wrong.errorReader().lines())
        .isEqualTo(List.of("easel: unknown command confg; did you mean config?"));
    assertThat(wrong.inputReader().readAllAsString()).isEmpty();
    assertThat(wrong.waitFor()).isEqualTo(2);
  }

  @Test
  void everyCommandSaysWhatItIsFor() {
    assertThat(Easel.commands().getSubcommands())
        .isNotEmpty()
        .allSatisfy((name, command) ->
            assertThat(command.getCommandSpec().usageMessage().description())
                .singleElement()
                .asString()
                .matches("[A-Z].{8,80}\\."));
  }

  @Test
  void helpIsACommandToo() {
    StringWriter asked = new StringWriter();
    StringWriter flagged = new StringWriter();

    assertThat(Easel.commands().setOut(new PrintWriter(asked)).execute("help", "bench")).isZero();
    Easel.commands().setOut(new PrintWriter(flagged)).execute("bench", "--help");

    assertThat(asked.toString()).contains("Usage: easel bench").isEqualTo(flagged.toString());
  }
}
