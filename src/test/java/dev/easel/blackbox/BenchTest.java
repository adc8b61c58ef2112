package dev.easel.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Benchmarks come to their end and go well; what they measure in so short a time means nothing. */
class BenchTest {
  @Test
  void eachMeasuresSomethingAndNothingGoesWrong() throws Exception {
    List<String> benches = List.of("create", "poll", "e2e", "wait", "webhook");
    Program.Ended ended =
        Program.run(
            "bench",
            "create",
            "poll",
            "e2e",
            "wait",
            "webhook",
            "--seconds=1",
            "--warm-up=0",
            "--tasks=20",
            "--held=5",
            "--json");

    assertThat(ended.code()).as(ended.err()).isZero();
    List<JsonNode> figures =
        ended.out().lines().filter(line -> line.startsWith("{")).map(BenchTest::json).toList();
    assertThat(figures).extracting(one -> one.get("bench").asString()).isEqualTo(benches);
    // Of a server that has just begun on a busy machine some requests may be told to come back.
    assertThat(figures)
        .allSatisfy(
            one -> assertThat(one.get("ops_per_second").asLong()).as("%s", one).isPositive());
  }

  @Test
  void saysWhatItTakes() throws Exception {
    Program.Ended ended = Program.run("bench", "poll", "--warm-up=-1");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).startsWith("easel: --warm-up is from 0 to 3600");
  }

  private static JsonNode json(String line) {
    return JsonMapper.shared().readTree(line);
  }
}
